// Segments that are removed but held.
#include <string.h>

#include "base/sum.h"
#include "model/apps/heirs.h"
#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum {
    LISTED_MAX = 4,
    MANY = 16,       // segments handed over to one holder and removed: worth a notice
    MASS = 100,      // and a warning
    FAMILY_MAX = 64, // beyond so many holders nobody looks for parents among them
};

struct crowd {        // the processes holding a segment, as far as seen
    size_t processes; // an address space counted once
    bool creator;     // its living creator is one of them, or a daemon that it forked
    bool unnamed;     // the program of one is not known
    bool mixed;       // they run more than one program; strangers do not count
    bool family;      // one is the parent of another, or that is not known
};

static bool is_child(const struct snapshot *s, const struct holder *holders, size_t n, size_t i)
{
    const struct process *p = snapshot_process(s, holders[i].pid);

    if (!p || !(p->known & PROC_KNOWS_PARENT))
        return true; // it may be one
    for (size_t k = 0; k < n; k++)
        if (holders[k].pid == p->parent)
            return true;
    return false;
}

static struct crowd crowd_of(const struct snapshot *s, const struct segment *g)
{
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    const char *first = NULL;
    struct crowd crowd = {0};

    for (size_t i = 0; i < n; i++) {
        const char *program = words_program(s, holders[i].pid);

        if (holders[i].pid == g->cpid) {
            enum pid_state state = object_pid_state(s, &g->o, g->cpid, segment_birth(g));
            crowd.creator |= state == PID_ALIVE || state == PID_UNKNOWN;
        }
        crowd.creator |= segment_is_daemons(s, g, holders[i].pid);
        if (holders[i].shares_memory_with != 0)
            continue;
        crowd.processes++;
        if (!crowd.family && n <= FAMILY_MAX)
            crowd.family = is_child(s, holders, n, i);
        if (!program)
            crowd.unnamed = true;
        else if (process_is_stranger(snapshot_process(s, holders[i].pid), &g->o))
            continue;
        else if (!first)
            first = program;
        else if (strcmp(first, program) != 0)
            crowd.mixed = true;
    }
    crowd.family |= n > FAMILY_MAX;
    return crowd;
}

// Some programs mark their segment right after making it (Zabbix, X clients) and are healthy: `dest`
// alone means nothing. It does where the creator is gone and what is left is one process, processes of
// different programs, or several that no parent among them started; a parent and its children are a
// program at work.
//
// Where the creator lives but is detached it handed the memory over, on purpose perhaps: different
// programs are worth a notice, and so are masses, which removed_held_judge() counts.
static bool removed_held(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    const struct segment_account *account = scan_account(s->scan, g->o.id);
    struct label label;

    if (!(g->flags & SEG_DEST) || g->nattch == 0 || !account)
        return false;
    if (account->found > account->nattch && account->unseen & UNSEEN_ALIKE)
        return false; // some of these holders are not: no advice to end one
    enum pid_state creator = object_pid_state(s, &g->o, g->cpid, segment_birth(g));
    bool complete = account->found >= g->nattch;
    struct crowd crowd = crowd_of(s, g);

    match->weight = g->size;
    if (crowd.creator || databases_removed(s, g) || (!crowd.mixed && applications_headless(s, g)) ||
        postgres_interlocked(s, g, label_of(s, &g->o, &label) ? label.database : NULL))
        return false; // at work, or the rule of its application has it
    if (!pid_state_ended(creator)) {
        match->severity = SEVERITY_NOTICE;
        return complete && (crowd.mixed || (creator == PID_ALIVE && crowd.processes > 0));
    }
    if (crowd.mixed)
        return true;
    if (complete)
        return crowd.processes == 1 || !crowd.family;
    return crowd.processes == 0 && g->nattch == 1; // one, unseen, and not the creator
}

// By the processes that hold it; where none is seen, each alone.
static uint64_t same_holders(const struct snapshot *s, const struct match *match)
{
    const struct segment *g = match->object;
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    uint64_t print = n ? 0xcbf29ce484222325u : (uint64_t)(uint32_t)g->o.id;

    for (size_t i = 0; i < n; i++)
        print = (print ^ (uint32_t)holders[i].pid) * 0x100000001b3u;
    return print;
}

static bool removed_held_judge(const struct snapshot *s, struct match *first, size_t n)
{
    if (first->severity != SEVERITY_NOTICE)
        return true;
    if (n >= MASS)
        first->severity = SEVERITY_WARNING;
    return n >= MANY || crowd_of(s, first->object).mixed;
}

static void removed_held_title(struct say *x)
{
    const struct segment *g = x->match->object;

    if (x->n == 1)
        say(x, "removed but held: {size} by ", g->size);
    else
        say(x, "removed but held: {n segment}, {size} by ", x->n, matches_weight(x->match, x->n));
    if (crowd_of(x->s, g).processes > 0)
        say(x, "{holders}", holders_of(g->o.id, 1));
    else
        say(x, "a process that cannot be seen");
}

static size_t other_creators(const struct match *m, size_t n)
{
    const struct segment *first = m->object;
    size_t others = 0;

    for (size_t i = 1; i < n; i++)
        others += ((const struct segment *)m[i].object)->cpid != first->cpid;
    return others;
}

// How many segments, how much memory they take, who made them, what share of the limit they are.
static void say_mass(struct say *x)
{
    const struct segment *g = x->match->object;
    const struct limit *limit = limit_find(x->s, limit_of_objects(g->o.kind));
    size_t others = other_creators(x->match, x->n);
    uint64_t rss = 0;

    for (size_t i = 0; i < x->n; i++)
        sum_add(&rss, ((const struct segment *)x->match[i].object)->rss);
    say(x, "segments of {user}", g->o.uid);
    if (g->known & SEG_KNOWS_RSS)
        say(x, ", {size} in memory", rss);
    say(x, ", made by {process}", process_at(g->cpid, segment_birth(g)));
    if (others)
        say(x, " and {number} of them by others", others);
    if (limit && limit->known & LIMIT_KNOWS_LIMIT && limit->limit > 0)
        say(x, "; {number}% of shmmni", x->n * 100 / limit->limit);
    say(x, "; held by {holders}; the largest is {number}", holders_of(g->o.id, LISTED_MAX),
        g->o.id);
}

static void removed_held_evidence(struct say *x)
{
    const struct segment *g = x->match->object;
    size_t n;

    if (x->n > 1) {
        say_mass(x);
        return;
    }
    say(x, "segment {number} of {user}, made by {process}, {used}; ", g->o.id, g->o.uid,
        process_at(g->cpid, segment_birth(g)), segment_last_use(g));
    segments_say_accounting(x, g->o.id);
    if (scan_holders(x->s->scan, g->o.id, &n) && n > 1)
        say(x, ": {holders}", holders_of(g->o.id, LISTED_MAX));
    say_remover(x, "; ", g);
}

// The holder that is stopped, or NULL.
static const struct process *stopped_holder(const struct snapshot *s, const struct segment *g)
{
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);

    for (size_t i = 0; i < n; i++) {
        const struct process *p = snapshot_process(s, holders[i].pid);

        if (p && !p->gone && process_is_stopped(p))
            return p;
    }
    return NULL;
}

static void say_unseen_holder(struct say *x, const struct segment *g)
{
    say(x, "see the accounting (");
    say(x, COMMAND("Enter", "--report -i {number} segments holders"), g->o.id);
    say(x, "); when the holder ends, the kernel frees the memory");
}

// All of them.
static void say_end_holders(struct say *x, const struct segment *g)
{
    say(x, "end {holders} (", holders_of(g->o.id, LISTED_MAX));
    say(x, COMMAND("Enter, k", "--signal TERM -i {number} holders"), g->o.id);
    say(x, "): the kernel then frees the memory");
}

static void removed_held_advise(struct say *x)
{
    const struct segment *g = x->match->object;
    const struct process *stopped = stopped_holder(x->s, g);
    size_t n;
    const struct holder *holders = scan_holders(x->s->scan, g->o.id, &n);
    const char *program = n ? words_program(x->s, holders[0].pid) : NULL;
    bool server = n == 1 && program && label_x_server(program);

    if (server && object_pid_state(x->s, &g->o, g->cpid, segment_birth(g)) == PID_ALIVE)
        say(x, "restart {process}, which made them: the X server then detaches",
            process_at(g->cpid, segment_birth(g)));
    else if (server)
        say(x, "{process} is an X server: the memory is freed when its session ends",
            process_at(holders[0].pid, 0));
    else if (n == 0)
        say_unseen_holder(x, g);
    else
        say_end_holders(x, g);
    if (stopped && !server && process_is_traced(stopped)) {
        say(x, "; ");
        say_traced(x, stopped);
        say(x, "; SIGKILL ends it");
    } else if (stopped && !server) {
        say(x,
            "; {process} is stopped and does not act on SIGTERM: SIGCONT continues it, SIGKILL "
            "ends it",
            process_at(stopped->pid, 0));
    }
}

// --- the rule -----------------------------------------------------------------------------------

const struct rule removed_rules[] = {
    {
        .name = "removed-held",
        .subject = OF_SEGMENTS,
        .rank = 40,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_NAMES | NEED_LIMITS,
        .applies = removed_held,
        .title = removed_held_title,
        .evidence = removed_held_evidence,
        .group = same_holders,
        .judge = removed_held_judge,
        .advise = removed_held_advise,
    },
    {0},
};
