// What is wrong with queues: senders that wait, and messages nobody reads.
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

// The last receiver where it is stopped, or one that was stopped while it waits to receive; else NULL.
static const struct process *stopped_receiver(const struct snapshot *s, const struct queue *q)
{
    const struct process *p = receiver(s, q);
    size_t n;
    const struct waiter *w = snapshot_waiters(s, q->o.kind, q->o.id, &n);

    if (p && process_is_stopped(p))
        return p;
    for (size_t i = 0; i < n; i++) {
        p = w[i].call == WAIT_MSGRCV ? snapshot_process(s, w[i].pid) : NULL;
        if (p && !p->gone && process_is_stopped(p))
            return p;
    }
    return NULL;
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
    if (words_waiters(NULL, x->s, &q->o, CALLS_RECEIVE, 0) == 0)
        return;
    const struct process *stopped = stopped_receiver(x->s, q);
    say(x, "; {text}: {waiters}",
        stopped ? "waiting to receive, and stopped" : "waiting for messages of other types",
        waiters_on(&q->o, CALLS_RECEIVE, LISTED_MAX));
}

static void say_continue_receiver(struct say *x, const struct process *stopped)
{
    if (process_is_traced(stopped))
        say_traced(x, stopped);
    else
        say_continue(x, stopped->pid);
}

static void queue_blocked_advise(struct say *x)
{
    const struct queue *q = x->match->object;
    const struct process *p = receiver(x->s, q), *stopped = stopped_receiver(x->s, q);

    if (stopped)
        say_continue_receiver(x, stopped);
    else if (p)
        say(x, "{process} lives and does not read: see what it is waiting for",
            process_at(q->lrpid, q->rtime));
    else if (words_waiters(NULL, x->s, &q->o, CALLS_RECEIVE, 0) > 0)
        say(x, "its receivers want messages of other types: find what should read those it is full "
               "of");
    else
        say(x, "start its receiver again");
    say(x, "; removing queue {number} (", q->o.id);
    say(x, COMMAND("F8", "--remove --attached -i {number} queues"), q->o.id);
    say(x, ") wakes the senders with an error");
}

// --- messages nobody will read -------------------------------------------------------------------

static bool is_nearly_full(const struct queue *q)
{
    return q->known & QUEUE_KNOWS_MAX && q->bytes >= q->max_bytes / 5 * 4;
}

// Senders that do not wait (IPC_NOWAIT) get EAGAIN from it: nobody is seen blocked.
static bool reader_is_stopped(const struct snapshot *s, const struct queue *q)
{
    return is_nearly_full(q) && words_waiters(NULL, s, &q->o, CALLS_SEND, 0) == 0 &&
           stopped_receiver(s, q);
}

// Messages, a reader that is gone, nobody in its place. Readers that are started now and then leave
// the same picture: it becomes a warning only where the queue runs full.
static bool queue_unread(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;

    match->weight = q->bytes;
    if (is_nearly_full(q))
        match->severity = SEVERITY_WARNING;
    if (s->has & NEED_WAITERS && q->messages > 0 && reader_is_stopped(s, q))
        return true;
    if (!(s->has & NEED_WAITERS) || q->messages == 0 || q->rtime == 0 || q->lrpid <= 0 ||
        s->time - q->rtime <= READER_AWAY ||
        !pid_state_ended(object_pid_state(s, &q->o, q->lrpid, q->rtime)) ||
        words_waiters(NULL, s, &q->o, CALLS_ALL, 0) > 0 || applications_server_gone(s, q) ||
        kind_orphan(&kind_queues, s, q))
        return false;
    return true;
}

static void queue_unread_title(struct say *x)
{
    const struct queue *q = x->match->object;

    if (reader_is_stopped(x->s, q))
        say(x, "queue {number} is full, its reader stopped: {n message}", q->o.id, q->messages);
    else
        say(x, "queue {number} lost its reader: {n message}", q->o.id, q->messages);
}

static void queue_unread_evidence(struct say *x)
{
    const struct queue *q = x->match->object;

    say_filling(x, q);
    say(x, " unread");
    if (q->rtime > 0)
        say(x, "; last received {ago} by {process}", q->rtime, process_at(q->lrpid, q->rtime));
    if (q->stime > 0)
        say(x, "; last sent {ago} by {process}", q->stime, process_at(q->lspid, q->stime));
    if (words_waiters(NULL, x->s, &q->o, CALLS_RECEIVE, 0) > 0)
        say(x, "; stopped while it waits to receive: {waiters}",
            waiters_on(&q->o, CALLS_RECEIVE, LISTED_MAX));
    else
        say(x, x->s->waiters_unseen > 0 ? "; no receivers seen" : "; no receiver waits");
}

static void queue_unread_advise(struct say *x)
{
    const struct queue *q = x->match->object;

    if (reader_is_stopped(x->s, q))
        say_continue_receiver(x, stopped_receiver(x->s, q));
    else
        say(x, "start its receiver again");
    say(x, ": once the queue is full its senders block, or get EAGAIN");
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule queues_rules[] = {
    {
        .name = "queue-blocked",
        .subject = &kind_queues,
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
        .subject = &kind_queues,
        .rank = 90,
        .severity = SEVERITY_NOTICE,
        .need = NEED_QUEUE_MAX | NEED_ORPHANS,
        .applies = queue_unread,
        .title = queue_unread_title,
        .evidence = queue_unread_evidence,
        .advise = queue_unread_advise,
    },
    {0},
};
