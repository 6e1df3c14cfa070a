// What is wrong with semaphore sets and queues: waiters nobody serves, and what is left over.
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { LISTED_MAX = 4, READER_AT_WORK = 10, READER_AWAY = 60 }; // seconds

// --- senders blocked on a full queue -------------------------------------------------------------

static bool queue_blocked(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;
    size_t senders = words_waiters(NULL, s, &q->o, CALLS_SEND, 0);

    match->weight = senders;
    // A reader that is at work may merely be slow.
    if (q->rtime > 0 && s->time - q->rtime <= READER_AT_WORK &&
        !pid_state_ended(object_pid_state(s, &q->o, q->lrpid, q->rtime)))
        match->severity = SEVERITY_NOTICE;
    return senders > 0;
}

static void queue_blocked_title(struct say *x)
{
    const struct queue *q = x->match->object;

    say(x, "queue {number} blocks {n sender}", q->o.id, x->match->weight);
}

static void say_filling(struct say *x, const struct queue *q)
{
    if (q->known & QUEUE_KNOWS_MAX)
        say(x, "{size} of {size}", q->bytes, q->max_bytes);
    else
        say(x, "{size}", q->bytes);
}

// The last receiver where it lives, else NULL.
static const struct process *receiver(const struct snapshot *s, const struct queue *q)
{
    bool alive =
        q->rtime > 0 && q->lrpid > 0 && object_pid_state(s, &q->o, q->lrpid, q->rtime) == PID_ALIVE;

    return alive ? snapshot_process(s, q->lrpid) : NULL;
}

static void queue_blocked_evidence(struct say *x)
{
    const struct queue *q = x->match->object;
    const struct process *p = receiver(x->s, q);
    char state[] = {p ? p->state : '\0', '\0'};

    say_filling(x, q);
    say(x, " in {n message}", q->messages);
    if (q->rtime > 0)
        say(x, "; last received {ago} by {process}", q->rtime, process_at(q->lrpid, q->rtime));
    else
        say(x, "; never received from");
    if (p && p->known & PROC_KNOWS_STATE)
        say(x, ", which {text} (state {text})", process_is_stopped(p) ? "is stopped" : "lives",
            state);
    say(x, "; waiting: {waiters}", waiters_on(&q->o, CALLS_SEND, LISTED_MAX));
}

static void say_continue(struct say *x, const struct queue *q)
{
    say(x, "continue {process} (", process_at(q->lrpid, q->rtime));
    say(x, BY_KEY("k, SIGCONT", "SIGCONT: kill -CONT {number}"), q->lrpid);
    say(x, ")");
}

static void queue_blocked_advise(struct say *x)
{
    const struct queue *q = x->match->object;
    const struct process *p = receiver(x->s, q);

    if (p && process_is_traced(p))
        say_traced(x, p);
    else if (p && process_is_stopped(p))
        say_continue(x, q);
    else if (p)
        say(x, "{process} lives and does not read: see what it is waiting for",
            process_at(q->lrpid, q->rtime));
    else
        say(x, "start its receiver again");
    say(x, "; removing queue {number} (", q->o.id);
    say(x, COMMAND("F8", "--remove --attached -i {number} queues"), q->o.id);
    say(x, ") wakes the senders with an error");
}

// --- messages nobody will read -------------------------------------------------------------------

// Messages, a reader that is gone, nobody in its place. Readers that are started now and then leave
// the same picture: it becomes a warning only where the queue runs full.
static bool queue_unread(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;

    if (!(s->has & NEED_WAITERS) || q->messages == 0 || q->rtime == 0 || q->lrpid <= 0 ||
        s->time - q->rtime <= READER_AWAY ||
        !pid_state_ended(object_pid_state(s, &q->o, q->lrpid, q->rtime)) ||
        words_waiters(NULL, s, &q->o, CALLS_ALL, 0) > 0 || applications_server_gone(s, q) ||
        queue_abandoned(s, q))
        return false;
    match->weight = q->bytes;
    if (q->known & QUEUE_KNOWS_MAX && q->bytes >= q->max_bytes / 5 * 4)
        match->severity = SEVERITY_WARNING;
    return true;
}

static void queue_unread_title(struct say *x)
{
    const struct queue *q = x->match->object;

    say(x, "queue {number} lost its reader: {n message}", q->o.id, q->messages);
}

static void queue_unread_evidence(struct say *x)
{
    const struct queue *q = x->match->object;

    say_filling(x, q);
    say(x, " unread; last received {ago} by {process}", q->rtime, process_at(q->lrpid, q->rtime));
    if (q->stime > 0)
        say(x, "; last sent {ago} by {process}", q->stime, process_at(q->lspid, q->stime));
    say(x, x->s->waiters_unseen > 0 ? "; no receivers seen" : "; no receiver waits");
}

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
            pid_state_ended(object_pid_state(s, &set->o, e[i].pid, semset_last_use(set))))
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
    say(x, "; its last operator was {process}; the set was last operated {ago}",
        process_at(e->pid, semset_last_use(set)), set->otime);
    if (words_waiters(NULL, x->s, &set->o, CALLS_ALL, 0) > 0)
        say(x, "; waiting: {waiters}", waiters_on(&set->o, CALLS_ALL, LISTED_MAX));
}

// --- orphans -------------------------------------------------------------------------------------

static bool orphan_set(const struct snapshot *s, struct match *match)
{
    const struct semset *set = match->object;

    match->weight = set->nsems;
    return semset_abandoned(s, set);
}

static bool orphan_queue(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;

    match->weight = q->bytes;
    return queue_abandoned(s, q);
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

static void left_out_advise(struct say *x)
{
    say(x, "have one read alone (");
    say(x, COMMAND("Enter on a set", "--batch -i ID elements"));
    say(x, "); waiters and orphans among the others are not known");
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

const struct rule waits_rules[] = {
    {
        .name = "queue-blocked",
        .subject = OF_QUEUES,
        .rank = 44,
        .severity = SEVERITY_WARNING,
        .need = NEED_QUEUES | NEED_QUEUE_MAX | NEED_WAITERS | NEED_PROCESSES,
        .applies = queue_blocked,
        .title = queue_blocked_title,
        .evidence = queue_blocked_evidence,
        .advise = queue_blocked_advise,
    },
    {
        .name = "queue-unread",
        .subject = OF_QUEUES,
        .rank = 90,
        .severity = SEVERITY_NOTICE,
        .need = NEED_QUEUE_MAX | NEED_ORPHANS,
        .applies = queue_unread,
        .title = queue_unread_title,
        .evidence = queue_unread_evidence,
        .advice = "start its receiver again: once the queue is full its senders block",
    },
    {
        .name = "set-stranded",
        .subject = OF_SEMSETS,
        .rank = 100,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEMSETS | NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_WAITERS | NEED_PROCESSES,
        .applies = set_stranded,
        .title = set_stranded_title,
        .evidence = set_stranded_evidence,
        .advice =
            "its last operator may have died holding a lock: restart the program that waits, as a "
            "whole",
    },
    {
        .name = "orphan-sets",
        .subject = OF_SEMSETS,
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
        .subject = OF_QUEUES,
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
        .subject = OF_SEMSETS,
        .rank = 170,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEMSETS | NEED_ELEMENTS,
        .together = true,
        .applies = left_out,
        .title = left_out_title,
        .evidence = left_out_evidence,
        .advise = left_out_advise,
    },
    {0},
};
