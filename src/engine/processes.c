#include "engine/processes.h"

#include <errno.h>
#include <string.h>

enum {
    TURN = 8,     // updates until everybody was asked again
    TURN_MIN = 4, // so few are asked each time anyway
    LAST_PASS = 2,
};

struct known {
    struct process process;
    uint64_t instance; // in the census when it was asked; 0: not in it
    bool read, has_command;
    bool renamed; // another program since its arguments were read
    bool due;
};
VEC(known_vec, struct known);

struct processes {
    struct prober_pool *probers;
    struct known_vec known; // ordered by pid
    struct pid_vec pids;    // scratch
    struct probe_vec stuck;
    size_t turn;
    uint64_t census;
};

struct processes *processes_new(struct prober_pool *probers)
{
    struct processes *d = mem_zero(1, sizeof *d);

    d->probers = probers;
    return d;
}

void processes_free(struct processes *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->known.n; i++)
        free(d->known.at[i].process.command);
    vec_free(&d->known);
    vec_free(&d->pids);
    vec_free(&d->stuck);
    free(d);
}

static void add_pid(struct pid_vec *pids, int32_t pid)
{
    size_t i = pids->n;

    if (pid <= 0)
        return;
    while (i > 0 && pids->at[i - 1] > pid)
        i--;
    if (i > 0 && pids->at[i - 1] == pid)
        return;
    vec_push(pids, pid);
    memmove(pids->at + i + 1, pids->at + i, (pids->n - 1 - i) * sizeof *pids->at);
    pids->at[i] = pid;
}

// Whom one segment names.
static void pids_of_segment(const struct snapshot *s, int32_t shmid, struct pid_vec *out)
{
    const struct segment *segment = snapshot_segment(s, shmid);
    size_t n = 0;
    const struct holder *holders = s->scan ? scan_holders(s->scan, shmid, &n) : NULL;

    vec_clear(out);
    for (size_t i = 0; i < n; i++)
        add_pid(out, holders[i].pid);
    if (segment) {
        add_pid(out, segment->cpid);
        add_pid(out, segment->lpid);
    }
}

// Keeps of the known those that are still named, and adds who is new.
static void follow_names(struct processes *d)
{
    struct known_vec now = {0};
    size_t k = 0;

    vec_reserve(&now, d->pids.n);
    for (size_t i = 0; i < d->pids.n; i++) {
        while (k < d->known.n && d->known.at[k].process.pid < d->pids.at[i])
            free(d->known.at[k++].process.command);
        if (k < d->known.n && d->known.at[k].process.pid == d->pids.at[i])
            vec_push(&now, d->known.at[k++]);
        else
            vec_push(&now, (struct known){.process.pid = d->pids.at[i]});
    }
    while (k < d->known.n)
        free(d->known.at[k++].process.command);
    vec_free(&d->known);
    d->known = now;
}

// Whether a process of that pid came, went or is another one since it was asked.
static bool moved(const struct known *known, const struct process_list *census)
{
    const struct pid_entry *entry = process_list_find(&census->list, known->process.pid);

    return (entry ? entry->instance : 0) != known->instance;
}

static bool in_focus(const struct snapshot *s, const struct want *want, int32_t pid)
{
    size_t n;

    for (size_t i = 0; i < want->n_followed; i++)
        if (want->followed[i] == pid)
            return true;
    if (!want->focused)
        return false;
    if (want->focus.pid == pid)
        return true;
    if (want->focus.kind != KIND_SEGMENT || !s->scan)
        return false;
    const struct holder *holders = scan_holders(s->scan, want->focus.id, &n);
    for (size_t i = 0; i < n; i++)
        if (holders[i].pid == pid)
            return true;
    return false;
}

static void choose(struct processes *d, const struct snapshot *s, const struct want *want,
                   const struct process_list *census, bool all)
{
    size_t n = d->known.n, turn = (n + TURN - 1) / TURN;
    bool listed = census->number != d->census;

    for (size_t i = 0; i < n; i++) {
        struct known *known = &d->known.at[i];
        known->due = all || !known->read || (listed && moved(known, census)) ||
                     in_focus(s, want, known->process.pid);
    }
    d->census = census->number;
    if (turn < TURN_MIN)
        turn = TURN_MIN < n ? TURN_MIN : n;
    for (size_t i = 0; i < turn; i++)
        d->known.at[d->turn++ % n].due = true;
    d->turn = n ? d->turn % n : 0;
}

// --- asking -------------------------------------------------------------------------------------

struct errand {
    struct processes *programs;
    const size_t *which; // of each probe: index of the known
    const struct process_list *census;
};

// By a probing thread; no two have the same process.
static void take(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct errand *errand = arg;
    struct known *known = &errand->programs->known.at[errand->which[index]];
    const struct pid_entry *entry = process_list_find(&errand->census->list, known->process.pid);
    struct process *old = &known->process, *now = &answer->process;
    bool gone = answer->error == -ESRCH || answer->error == -ENOENT;

    (void)worker;
    known->read = true;
    known->instance = entry ? entry->instance : 0;
    if (answer->error) {
        free(old->command);
        *old = (struct process){.pid = old->pid, .gone = gone};
        known->has_command = known->renamed = false;
        return;
    }
    bool same = old->start_ticks == now->start_ticks && strcmp(old->comm, now->comm) == 0;
    if (now->known & PROC_KNOWS_COMMAND) {
        free(old->command);
        known->has_command = true;
        known->renamed = false;
    } else if (known->has_command && same) {
        now->command = old->command;
        now->inner_pid = old->inner_pid;
        now->known |= PROC_KNOWS_COMMAND;
    } else {
        free(old->command);
        known->renamed = known->has_command;
        known->has_command = false;
    }
    now->pid = old->pid;
    *old = *now;
    now->command = NULL; // it is ours now
}

static bool is_stuck(const struct processes *d, int32_t pid)
{
    for (size_t i = 0; i < d->stuck.n; i++)
        if (d->stuck.at[i].id == pid && d->stuck.at[i].what != PROBE_USER &&
            d->stuck.at[i].what != PROBE_GROUP && d->stuck.at[i].what != PROBE_SERVER &&
            d->stuck.at[i].what != PROBE_PLACES)
            return true;
    return false;
}

// What to ask one that is due. Who does not answer is asked for less: his arguments, then his stat,
// are left out. Who hangs already is not asked for arguments: each question that hangs as well
// costs a deadline and a thread.
static enum probe_what question(const struct processes *d, const struct known *known, int pass,
                                unsigned need)
{
    bool arguments = need & NEED_COMMANDS &&
                     (!known->read || !known->has_command || known->renamed) &&
                     !is_stuck(d, known->process.pid);

    if (pass == LAST_PASS && !known->read)
        return PROBE_STATUS;
    if (need & NEED_RSS)
        return arguments ? PROBE_COMMAND_RSS : PROBE_PROCESS_RSS;
    return arguments ? PROBE_COMMAND : PROBE_PROCESS;
}

// Asks all that are due, and says who is to be asked in the next pass.
static bool ask(struct processes *d, const struct want *want, int pass, struct errand *errand,
                struct meanwhile meanwhile)
{
    struct probe_vec probes = {0};
    size_t *which = mem_alloc(d->known.n * sizeof *which);
    uint8_t *asked = mem_alloc(d->known.n);

    for (size_t i = 0; i < d->known.n; i++) {
        const struct known *known = &d->known.at[i];
        if (!known->due)
            continue;
        which[probes.n] = i;
        vec_push(&probes, (struct probe){question(d, known, pass, want->need), known->process.pid});
    }
    errand->which = which;
    const struct batch batch = {
        .probes = probes.at, .n = probes.n, .take = take, .arg = errand, .meanwhile = meanwhile};
    bool complete = prober_pool_run(d->probers, &batch, asked);
    for (size_t i = 0; i < probes.n; i++) {
        struct known *known = &d->known.at[which[i]];
        enum probe_what what = probes.at[i].what;
        if (asked[i] == ASKED_DONE)
            known->due = want->need & NEED_COMMANDS && known->renamed;
        else
            known->due = what == PROBE_COMMAND || what == PROBE_COMMAND_RSS || !known->read;
    }
    free(which);
    free(asked);
    vec_free(&probes);
    return complete;
}

static bool any_due(const struct processes *d)
{
    for (size_t i = 0; i < d->known.n; i++)
        if (d->known.at[i].due)
            return true;
    return false;
}

void processes_update(struct processes *d, const struct snapshot *snapshot, const struct want *want,
                      const struct process_list *census, bool all, struct meanwhile meanwhile)
{
    struct errand errand = {.programs = d, .census = census};

    if (want->alone)
        pids_of_segment(snapshot, want->focus.id, &d->pids);
    else
        snapshot_named_pids(snapshot, &d->pids);
    if (want->focused)
        add_pid(&d->pids, want->focus.pid);
    for (size_t i = 0; i < want->n_followed; i++)
        add_pid(&d->pids, want->followed[i]);
    follow_names(d);
    choose(d, snapshot, want, census, all);
    for (int pass = 0; pass <= LAST_PASS && any_due(d); pass++) {
        vec_clear(&d->stuck);
        prober_pool_stuck(d->probers, &d->stuck);
        if (!ask(d, want, pass, &errand, meanwhile))
            break;
    }
    vec_clear(&d->stuck);
    prober_pool_stuck(d->probers, &d->stuck);
}

void processes_fill(const struct processes *d, struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->processes.n; i++)
        free(snapshot->processes.at[i].command);
    vec_clear(&snapshot->processes);
    vec_reserve(&snapshot->processes, d->known.n);
    for (size_t i = 0; i < d->known.n; i++) {
        struct process process = d->known.at[i].process;
        process.stuck |= is_stuck(d, process.pid);
        if (!d->known.at[i].read && !process.stuck)
            continue;
        process.command = mem_copy_string(process.command);
        vec_push(&snapshot->processes, process);
    }
}
