// What is known of the processes a snapshot names: names, owners, states, start times, arguments.
//
// Every process is asked once when it is named first; then those in view at every update, the
// others in turn. Facts that are read once are asked for when the process is new or runs another
// program, since reading them may hang where the rest does not. A process that does not answer is
// asked for less in two more passes: first without those, at last for its name and owner.
#include <string.h>

#include "base/clock.h"
#include "engine/ask/collector.h"
#include "engine/given_processes.h"
#include "model/identity/find_row.h"
#include "model/kinds/holders.h"

enum {
    TURN = 8,                // updates until every process was asked again
    TURN_MIN = 4,            // so few are asked each time anyway,
    TURN_MIN_IN_SIGHT = 128, // and so many where their table is on the screen
    LAST_PASS = 2,
};

struct known {
    struct process process;
    uint64_t instance;   // in the list of processes when it was asked; 0: not in it
    int64_t asked_ns;    // when it answered last
    uint64_t wanted;     // the facts that were, then: it is due where another is wanted
    bool read, complete; // asked at all; with the facts that are read once
    bool renamed;        // another program since those were read
    bool due, stuck;
};
VEC(known_vec, struct known);

struct fresh { // an answer that came in
    size_t known;
    bool error, gone;
    bool once; // the facts that are read once were asked for
    struct process process;
};
VEC(fresh_vec, struct fresh);

struct processes {
    struct known_vec known; // ordered by pid
    struct fresh_vec fresh;
    struct pid_vec pids; // scratch
    size_t turn;
    uint64_t list_number;
};

static void release(void *self)
{
    struct processes *p = self;

    for (size_t i = 0; i < p->known.n; i++)
        process_release(&p->known.at[i].process);
    vec_free(&p->known);
    vec_free(&p->fresh);
    vec_free(&p->pids);
}

// --- which ones ---------------------------------------------------------------------------------

static void pids_of_segment(const struct snapshot *s, int32_t shmid, struct pid_vec *out)
{
    const struct segment *segment = snapshot_segment(s, shmid);
    size_t n = 0;
    const struct holder *holders = s->scan ? scan_holders(s->scan, shmid, &n) : NULL;

    vec_clear(out);
    for (size_t i = 0; i < n; i++)
        vec_push(out, holders[i].pid);
    if (segment) {
        vec_push(out, segment->cpid);
        vec_push(out, segment->lpid);
    }
}

static void list_pids(struct processes *p, const struct round *round)
{
    const struct want *want = round->want;

    if (want->alone && !(want->need & NEED_SEMSETS)) // else whether it is an orphan is asked, too
        pids_of_segment(round->tables, want->focus.id, &p->pids);
    else
        snapshot_named_pids(round->tables, &p->pids);
    if (want->focused)
        vec_push(&p->pids, want->focus.pid);
    for (size_t i = 0; i < want->n_followed; i++)
        vec_push(&p->pids, want->followed[i]);
    pids_settle(&p->pids);
}

// Keeps of the known those that are still named, and adds new ones.
static void follow_names(struct processes *p)
{
    struct known_vec now = {0};
    size_t k = 0;

    vec_reserve(&now, p->pids.n);
    for (size_t i = 0; i < p->pids.n; i++) {
        while (k < p->known.n && p->known.at[k].process.pid < p->pids.at[i])
            process_release(&p->known.at[k++].process);
        if (k < p->known.n && p->known.at[k].process.pid == p->pids.at[i])
            vec_push(&now, p->known.at[k++]);
        else
            vec_push(&now, (struct known){.process.pid = p->pids.at[i]});
    }
    while (k < p->known.n)
        process_release(&p->known.at[k++].process);
    vec_free(&p->known);
    p->known = now;
}

static uint64_t instance_in(const struct process_list *list, int32_t pid)
{
    const struct pid_entry *entry = process_list_find(&list->list, pid);

    return entry ? entry->instance : 0;
}

static bool in_focus(const struct snapshot *s, const struct want *want, int32_t pid)
{
    for (size_t i = 0; i < want->n_followed; i++)
        if (want->followed[i] == pid)
            return true;
    return holder_in_focus(s, want, pid);
}

static void choose(struct processes *p, const struct round *round)
{
    const struct process_list *list = round->processes;
    size_t n = p->known.n, turn = (n + TURN - 1) / TURN;
    bool listed = list->number != p->list_number;

    for (size_t i = 0; i < n; i++) {
        struct known *known = &p->known.at[i];
        int32_t pid = known->process.pid;
        known->due = round->effort == EFFORT_FULL || !known->read ||
                     (round->want->need & NEED_PROCESS_FACTS & ~known->wanted) ||
                     (listed && instance_in(list, pid) != known->instance) ||
                     in_focus(round->tables, round->want, pid);
    }
    p->list_number = list->number;
    size_t least = round->want->in_sight & NEED_TOTALS ? TURN_MIN_IN_SIGHT : TURN_MIN;
    if (turn < least)
        turn = least < n ? least : n;
    for (size_t i = 0; i < turn; i++)
        p->known.at[p->turn++ % n].due = true;
    p->turn = n ? p->turn % n : 0;
}

// --- asking -------------------------------------------------------------------------------------

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct processes *p = arg;
    const struct fresh fresh = {.known = probe->of,
                                .error = answer->error != 0,
                                .gone = answer_is_gone(answer),
                                .once = probe->facts & PROCESS_FACTS_ONCE,
                                .process = answer->process};

    vec_push(&p->fresh, fresh);
    answer->process.strings = NULL; // they are ours now
}

static void adopt(struct known *known, struct fresh *fresh, const struct process_list *list)
{
    struct process *old = &known->process, *now = &fresh->process;
    int32_t pid = old->pid;

    known->read = true;
    known->asked_ns = clock_ns();
    known->instance = instance_in(list, pid);
    if (fresh->error) {
        process_release(old);
        process_release(now);
        *old = (struct process){.pid = pid, .gone = fresh->gone};
        if (fresh->gone && now->unreaped) {
            old->unreaped = true;
            old->parent = now->parent;
            old->known = now->known & PROC_KNOWS_PARENT;
        }
        known->complete = known->renamed = false;
        return;
    }
    bool same = old->start_ticks == now->start_ticks && strcmp(old->comm, now->comm) == 0;
    if (fresh->once && now->known & PROC_KNOWS_COMMAND) {
        known->complete = true;
        known->renamed = false;
    } else if (known->complete && same) {
        process_inherit(now, old);
    } else {
        known->renamed = known->complete;
        known->complete = false;
    }
    process_release(old);
    *old = *now;
    old->pid = pid;
}

static void adopt_all(struct processes *p, const struct process_list *list)
{
    for (size_t i = 0; i < p->fresh.n; i++)
        adopt(&p->known.at[p->fresh.at[i].known], &p->fresh.at[i], list);
    vec_clear(&p->fresh);
}

// What came with the holders is not asked again, unless verdicts need parents, which a walk lacks.
static void take_given(struct processes *p, const struct round *round)
{
    const struct process_vec *given = &round->tables->processes;
    uint64_t more = (NEED_PROCESS_FACTS & ~(uint64_t)NEED_PROCESSES) | NEED_APPS;
    bool enough = !(round->want->need & more);
    struct pid_vec sure = {0};
    size_t k = 0;

    if (!enough && !(round->want->need & NEED_APPS))
        given_processes_ask(round, &sure);

    for (size_t i = 0; i < given->n; i++) {
        while (k < p->known.n && p->known.at[k].process.pid < given->at[i].pid)
            k++;
        if (k == p->known.n || p->known.at[k].process.pid != given->at[i].pid ||
            !p->known.at[k].due)
            continue;
        bool whole = enough || pids_has(&sure, given->at[i].pid);
        struct fresh fresh = {.known = k, .once = whole && !enough, .process = given->at[i]};
        if (fresh.once)
            given->at[i].strings = NULL; // they are ours now
        adopt(&p->known.at[k], &fresh, round->processes);
        p->known.at[k].wanted = round->want->need & NEED_PROCESS_FACTS;
        p->known.at[k].due = !whole;
    }
    vec_free(&sure);
}

// That a process has ended, as most have whose objects were left behind, shows without asking: no thread
// is started for it. Those in the list, and those that lived the last time, are asked.
static void take_ended(struct processes *p, const struct round *round)
{
    const struct source *source = round->source;

    for (size_t i = 0; source->ended && i < p->known.n; i++) {
        struct known *known = &p->known.at[i];
        int32_t pid = known->process.pid;
        struct fresh fresh = {.known = i, .error = true, .gone = true};

        bool seen = instance_in(round->processes, pid) || (known->read && !known->process.gone);
        if (!known->due || seen || !source->ended(source->self, pid))
            continue;
        adopt(known, &fresh, round->processes);
        known->wanted = round->want->need & NEED_PROCESS_FACTS;
        known->due = false;
    }
}

static void mark_stuck(struct processes *p, struct prober_pool *pool)
{
    struct probe_vec stuck = {0};

    for (size_t i = 0; i < p->known.n; i++)
        p->known.at[i].stuck = false;
    prober_pool_stuck(pool, &stuck);
    for (size_t i = 0; i < stuck.n; i++) {
        enum probe_what what = stuck.at[i].what;
        const int32_t pid = (int32_t)stuck.at[i].id;
        struct known *known = vec_find(&p->known, process.pid, pid);
        if (known && what != PROBE_USER && what != PROBE_GROUP && what != PROBE_SERVER &&
            what != PROBE_PLACES)
            known->stuck = true;
    }
    vec_free(&stuck);
}

// The facts to ask a process for. One that hangs already is not asked for those read once: each
// question that hangs as well costs a deadline and a thread.
static uint64_t facts_for(const struct known *known, int pass, uint64_t wanted)
{
    bool once = (!known->complete || known->renamed) && !known->stuck;
    uint64_t facts = wanted & NEED_PROCESS_FACTS;

    if (pass == LAST_PASS && !known->read)
        return 0;
    if (!once)
        facts &= ~(uint64_t)PROCESS_FACTS_ONCE;
    if (pass > 0 || known->stuck)
        facts &= ~(uint64_t)PROCESS_FACTS_HANG;
    return NEED_PROCESSES | facts;
}

// Asks all that are due, and marks those to be asked in the next pass. False: cancelled.
static bool ask(struct processes *p, const struct round *round, int pass)
{
    struct asking asking = {.take = take, .arg = p};
    uint64_t wanted = round->want->need;

    for (size_t i = 0; i < p->known.n; i++) {
        const struct known *known = &p->known.at[i];
        if (known->due)
            ask_add(&asking, (struct probe){.what = PROBE_PROCESS,
                                            .id = known->process.pid,
                                            .facts = facts_for(known, pass, wanted),
                                            .of = i});
    }
    bool complete = ask_each(round->pool, &asking);
    adopt_all(p, round->processes);
    for (size_t i = 0; i < asking.probes.n; i++) {
        struct known *known = &p->known.at[asking.probes.at[i].of];
        known->wanted = wanted & NEED_PROCESS_FACTS;
        if (asking.asked[i] == ASKED_DONE)
            known->due = wanted & PROCESS_FACTS_ONCE && known->renamed;
        else
            known->due = asking.probes.at[i].facts & (PROCESS_FACTS_ONCE | PROCESS_FACTS_HANG) ||
                         !known->read;
    }
    ask_end(&asking);
    return complete;
}

static bool any_due(const struct processes *p)
{
    for (size_t i = 0; i < p->known.n; i++)
        if (p->known.at[i].due)
            return true;
    return false;
}

static void update(void *self, const struct round *round)
{
    struct processes *p = self;
    bool complete = true;

    list_pids(p, round);
    follow_names(p);
    choose(p, round);
    take_given(p, round);
    take_ended(p, round);
    for (int pass = 0; complete && pass <= LAST_PASS && any_due(p); pass++) {
        mark_stuck(p, round->pool);
        complete = ask(p, round, pass);
    }
    mark_stuck(p, round->pool);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct processes *p = self;
    struct process_vec *processes = &snapshot->processes;

    processes_clear(processes);
    if (processes->cap < p->known.n)
        vec_free(processes); // what was in it is not worth a copy
    vec_reserve(processes, p->known.n);
    snapshot->processes_ns = 0;
    snapshot->processes_unasked = 0;
    for (size_t i = 0; i < p->known.n; i++) {
        const struct known *known = &p->known.at[i];
        if (!known->read && !known->stuck) {
            snapshot->processes_unasked++;
            continue;
        }
        bool oldest = !snapshot->processes_ns || known->asked_ns < snapshot->processes_ns;
        if (oldest && !known->process.gone && !known->stuck)
            snapshot->processes_ns = known->asked_ns;
        processes_add(processes, &known->process);
        processes->at[processes->n - 1].stuck |= known->stuck;
    }
    return true;
}

const struct collector processes_collector = {
    .need = NEED_PROCESS_FACTS,
    .size = sizeof(struct processes),
    .release = release,
    .update = update,
    .fill = fill,
};
