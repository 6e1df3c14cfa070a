// What is wrong with semaphore sets: waiters nobody serves. And what is left over of sets and queues.
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { LISTED_MAX = 4 };

// --- waiters whose last operator is gone ---------------------------------------------------------

// The first element a task waits for although its last operator is gone. A set never
// operated (otime 0) carries the pid of who set its values: nobody died holding it.
// Processes are asked after elements are read: who ended in between gave back what it held (SEM_UNDO), and
// the next one may have taken it. So nothing is said of what was operated just then, unless the same
// waiting has been seen since.
static bool is_just_operated(const struct snapshot *s, const struct semset *set,
                             const struct element *e)
{
    return set->otime + 1 >= s->time && e->waited == 0;
}

// It may hold what others wait for, and gives nothing back; or NULL.
static const struct process *stopped_operator(const struct snapshot *s, const struct semset *set,
                                              const struct element *e)
{
    const struct process *p = e->pid > 0 ? snapshot_process(s, e->pid) : NULL;

    return p && !p->gone && process_is_stopped(p) &&
                   object_pid_state(s, &set->o, e->pid, semset_last_use(set)) == PID_ALIVE
               ? p
               : NULL;
}

static const struct element *stranded(const struct snapshot *s, const struct semset *set)
{
    unsigned known = ELEMENT_KNOWS_COUNTS | ELEMENT_KNOWS_PID;
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);

    if (set->otime == 0)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if ((e[i].known & known) == known && e[i].ncount + e[i].zcount > 0 &&
            !is_just_operated(s, set, &e[i]) &&
            (pid_state_ended(object_pid_state(s, &set->o, e[i].pid, semset_last_use(set))) ||
             stopped_operator(s, set, &e[i])))
            return &e[i];
    }
    return NULL;
}

// A notice at most: a process that gave and ended in order leaves the same picture as one that died with
// a lock in its hands.
static bool set_stranded(const struct snapshot *s, struct match *match)
{
    const struct element *e = stranded(s, match->object);

    if (!e)
        return false;
    match->weight = (uint64_t)e->ncount + e->zcount;
    return true;
}

static void set_stranded_title(struct say *x)
{
    const struct semset *set = x->match->object;

    say(x, "semaphore set {number} strands {n waiter}", set->o.id, x->match->weight);
}

static void set_stranded_evidence(struct say *x)
{
    const struct semset *set = x->match->object;
    const struct element *e = stranded(x->s, set);

    say(x, "element {number}", e->index);
    if (e->known & ELEMENT_KNOWS_VALUE)
        say(x, " has the value {number}", e->value);
    say(x, ", {number} wait to decrement it, {number} for zero", e->ncount, e->zcount);
    if (e->waited > 0)
        say(x, " (seen for {age})", e->waited);
    say(x, "; its last operator was {process}{text}; the set was last operated {ago}",
        process_at(e->pid, semset_last_use(set)),
        stopped_operator(x->s, set, e) ? ", which is stopped" : "", set->otime);
    if (words_waiters(NULL, x->s, &set->o, CALLS_ALL, 0) > 0)
        say(x, "; waiting: {waiters}", waiters_on(&set->o, CALLS_ALL, LISTED_MAX));
}

static void set_stranded_advise(struct say *x)
{
    const struct semset *set = x->match->object;
    const struct process *p = stopped_operator(x->s, set, stranded(x->s, set));

    if (p && process_is_traced(p))
        say_traced(x, p);
    else if (p)
        say_continue(x, p->pid);
    else
        say(x, "its last operator may have died holding a lock: restart the program that waits, as "
               "a whole");
}

// --- orphans -------------------------------------------------------------------------------------

static bool orphan_set(const struct snapshot *s, struct match *match)
{
    const struct semset *set = match->object;

    match->weight = set->nsems;
    return kind_orphan(&kind_semsets, s, set);
}

static bool orphan_queue(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;

    match->weight = q->bytes;
    return kind_orphan(&kind_queues, s, q);
}

static void list(struct say *x, const struct owned *o, int64_t used, size_t index)
{
    say(x, "{text}{number} ({used})", index ? ", " : "", o->id, used);
}

static void orphan_sets_title(struct say *x)
{
    const struct semset *set = x->match->object;

    say(x, "{n orphaned semaphore set} of {user}", x->n, set->o.uid);
}

static void orphan_sets_evidence(struct say *x)
{
    say(x, "no waiters, all last operators gone: ");
    for (size_t i = 0; i < x->n && i < LISTED_MAX; i++) {
        const struct semset *set = x->match[i].object;

        if (set->otime > 0)
            list(x, &set->o, set->otime, i);
        else // SETVAL leaves a pid, and is no operation
            say(x, "{text}{number} (set up {ago})", i ? ", " : "", set->o.id, set->o.ctime);
    }
    say(x, "{more}", (int64_t)x->n - LISTED_MAX);
}

static void orphan_queues_title(struct say *x)
{
    const struct queue *q = x->match->object;

    say(x, "{n orphaned queue} of {user}: {size}", x->n, q->o.uid, matches_weight(x->match, x->n));
}

static void orphan_queues_evidence(struct say *x)
{
    say(x, "no waiters, last sender and receiver gone: ");
    for (size_t i = 0; i < x->n && i < LISTED_MAX; i++) {
        const struct queue *q = x->match[i].object;

        list(x, &q->o, queue_last_use(q), i);
    }
    say(x, "{more}", (int64_t)x->n - LISTED_MAX);
}

// --- semaphores that were not read -----------------------------------------------------------------

static bool left_out(const struct snapshot *s, struct match *match)
{
    const struct semset *set = match->object;

    (void)s;
    match->weight = set->nsems;
    return set->known & SET_LEFT_OUT;
}

static void left_out_title(struct say *x)
{
    say(x, "{n semaphore set} not read", x->n);
}

static void left_out_evidence(struct say *x)
{
    const struct semset *set = x->match->object;

    say(x,
        "{n semaphore} beyond what is read at once, of the users who own most; set {number} of "
        "{user} has {n semaphore}",
        matches_weight(x->match, x->n), set->o.id, set->o.cuid, set->nsems);
}

static void orphan_sets_advise(struct say *x)
{
    const struct semset *set = x->match->object;

    say(x, "remove them if no program will come back for them ");
    say_orphans_removal(x, set->o.uid, "semaphores");
}

static void orphan_queues_advise(struct say *x)
{
    const struct queue *q = x->match->object;

    say(x, "remove them ");
    say_orphans_removal(x, q->o.uid, "queues");
    say(x, ": messages still queued are lost");
}

// --- the rules ----------------------------------------------------------------------------------

// clang-format off
const struct rule waits_rules[] = {
    {
        .name = "set-stranded",
        .subject = &kind_semsets,
        .rank = 100,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEMSETS | NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_WAITERS | NEED_PROCESSES,
        .applies = set_stranded,
        .title = set_stranded_title,
        .evidence = set_stranded_evidence,
        .advise = set_stranded_advise,
    },
    {
        .name = "orphan-sets",
        .subject = &kind_semsets,
        .rank = 130,
        .severity = SEVERITY_NOTICE,
        .need = NEED_ORPHANS,
        .group = matches_owner,
        .applies = orphan_set,
        .title = orphan_sets_title,
        .evidence = orphan_sets_evidence,
        .advise = orphan_sets_advise,
    },
    {
        .name = "orphan-queues",
        .subject = &kind_queues,
        .rank = 140,
        .severity = SEVERITY_NOTICE,
        .need = NEED_ORPHANS | NEED_HOLDERS,
        .group = matches_owner,
        .applies = orphan_queue,
        .title = orphan_queues_title,
        .evidence = orphan_queues_evidence,
        .advise = orphan_queues_advise,
    },
    {
        .name = "sets-left-out",
        .subject = &kind_semsets,
        .rank = 170,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEMSETS | NEED_ELEMENTS,
        .together = true,
        .applies = left_out,
        .title = left_out_title,
        .evidence = left_out_evidence,
        .advice = "have one read alone (" COMMAND("Enter on a set", "--batch -i ID elements")
                  "); waiters and orphans among the others are not known",
    },
    {0},
};
// clang-format on
