// What is wrong with semaphore sets and queues: who waits for nobody, and what is left over.
#include "base/text.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { LISTED_MAX = 4, READER_AT_WORK = 10, READER_AWAY = 60, STRANDED = 10 }; // seconds

// --- senders blocked on a full queue -------------------------------------------------------------

static bool queue_blocked(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;
    size_t senders = words_waiters(NULL, s, KIND_QUEUE, q->o.id, CALLS_SEND, 0);

    match->weight = senders;
    // A reader that is at work may merely be slow.
    if (q->rtime > 0 && s->time - q->rtime <= READER_AT_WORK &&
        !pid_state_ended(snapshot_pid_state(s, q->lrpid, q->rtime)))
        match->severity = SEVERITY_NOTICE;
    return senders > 0;
}

static void queue_blocked_title(const struct snapshot *s, const struct match *m, size_t n,
                                struct line *line)
{
    (void)s, (void)n;
    line_add(line, "queue %d blocks ", ((const struct queue *)m->object)->o.id);
    line_count(line, m->weight, "sender", NULL);
}

static void add_filling(struct line *line, const struct queue *q)
{
    words_size(line, q->bytes);
    if (q->known & QUEUE_KNOWS_MAX) {
        line_add(line, " of ");
        words_size(line, q->max_bytes);
    }
}

// "; last received 41m ago by 18811 (gone)"
static void add_last(struct line *line, const struct snapshot *s, const char *did, int64_t time,
                     int32_t pid)
{
    line_add(line, "; last %s ", did);
    words_ago(line, s, time);
    line_add(line, " by ");
    words_process(line, s, pid, time);
}

static void queue_blocked_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                   struct line *line)
{
    const struct queue *q = m->object;

    (void)n;
    add_filling(line, q);
    line_add(line, " in ");
    line_count(line, q->messages, "message", NULL);
    if (q->rtime > 0)
        add_last(line, s, "received", q->rtime, q->lrpid);
    else
        line_add(line, "; never received from");
    line_add(line, "; waiting: ");
    words_waiters(line, s, KIND_QUEUE, q->o.id, CALLS_SEND, LISTED_MAX);
}

// --- messages nobody will read -------------------------------------------------------------------

// Messages, a reader that is gone, nobody in its place. Readers that are started now and then leave
// the same picture: it becomes a warning only where the queue runs full.
static bool queue_unread(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;

    if (!(s->has & NEED_WAITERS) || q->messages == 0 || q->rtime == 0 || q->lrpid <= 0 ||
        s->time - q->rtime <= READER_AWAY ||
        !pid_state_ended(snapshot_pid_state(s, q->lrpid, q->rtime)) ||
        words_waiters(NULL, s, KIND_QUEUE, q->o.id, CALLS_ALL, 0) > 0 ||
        applications_server_gone(s, q) || snapshot_orphan(s, KIND_QUEUE, q))
        return false;
    match->weight = q->bytes;
    if (q->known & QUEUE_KNOWS_MAX && q->bytes >= q->max_bytes / 5 * 4)
        match->severity = SEVERITY_WARNING;
    return true;
}

static void queue_unread_title(const struct snapshot *s, const struct match *m, size_t n,
                               struct line *line)
{
    const struct queue *q = m->object;

    (void)s, (void)n;
    line_add(line, "queue %d lost its reader: ", q->o.id);
    line_count(line, q->messages, "message", NULL);
}

static void queue_unread_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                  struct line *line)
{
    const struct queue *q = m->object;

    (void)n;
    add_filling(line, q);
    line_add(line, " unread");
    add_last(line, s, "received", q->rtime, q->lrpid);
    if (q->stime > 0)
        add_last(line, s, "sent", q->stime, q->lspid);
    line_add(line, "; nobody %swaits to receive", s->waiters_unseen > 0 ? "seen " : "");
}

// --- waiters whose last operator is gone ---------------------------------------------------------

// The first element somebody waits for although whoever operated it last is gone. A set never
// operated (otime 0) carries the pid of who set its values: nobody died holding it.
static const struct element *stranded(const struct snapshot *s, const struct semset *set)
{
    unsigned known = ELEMENT_KNOWS_COUNTS | ELEMENT_KNOWS_PID;
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);

    if (set->otime == 0)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if ((e[i].known & known) == known && e[i].ncount + e[i].zcount > 0 &&
            pid_state_ended(snapshot_pid_state(s, e[i].pid, semset_last_use(set))))
            return &e[i];
    }
    return NULL;
}

static bool set_stranded(const struct snapshot *s, struct match *match)
{
    const struct element *e = stranded(s, match->object);

    if (!e)
        return false;
    match->weight = (uint64_t)e->ncount + e->zcount;
    // Who took something and ended leaves the same picture until somebody else gives: wait a while.
    if (s->time - semset_last_use(match->object) <= STRANDED && e->waited <= STRANDED)
        match->severity = SEVERITY_NOTICE;
    return true;
}

static void set_stranded_title(const struct snapshot *s, const struct match *m, size_t n,
                               struct line *line)
{
    const struct semset *set = m->object;

    (void)s, (void)n;
    line_add(line, "semaphore set %d strands ", set->o.id);
    line_count(line, m->weight, "waiter", NULL);
}

static void set_stranded_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                  struct line *line)
{
    const struct semset *set = m->object;
    const struct element *e = stranded(s, set);
    char age[TEXT_SHORT];

    (void)n;
    line_add(line, "element %u", e->index);
    if (e->known & ELEMENT_KNOWS_VALUE)
        line_add(line, " has the value %u", e->value);
    line_add(line, ", %u wait to decrement it, %u for zero", e->ncount, e->zcount);
    if (e->waited > 0)
        line_add(line, " (seen for %s)", text_age(age, sizeof age, e->waited));
    line_add(line, "; its last operator was ");
    words_process(line, s, e->pid, semset_last_use(set));
    line_add(line, "; the set was last operated ");
    words_ago(line, s, set->otime);
    if (words_waiters(NULL, s, KIND_SEMSET, set->o.id, CALLS_ALL, 0) > 0) {
        line_add(line, "; waiting: ");
        words_waiters(line, s, KIND_SEMSET, set->o.id, CALLS_ALL, LISTED_MAX);
    }
}

// --- orphans -------------------------------------------------------------------------------------

static bool orphan_set(const struct snapshot *s, struct match *match)
{
    const struct semset *set = match->object;

    match->weight = set->nsems;
    return snapshot_orphan(s, KIND_SEMSET, set);
}

static bool orphan_queue(const struct snapshot *s, struct match *match)
{
    const struct queue *q = match->object;

    match->weight = q->bytes;
    return snapshot_orphan(s, KIND_QUEUE, q);
}

static void list(const struct snapshot *s, const struct owned *o, int64_t used, size_t index,
                 struct line *line)
{
    line_add(line, "%s%d (", index ? ", " : "", o->id);
    words_user(line, s, o->uid);
    line_add(line, ", ");
    words_used(line, s, used);
    line_add(line, ")");
}

static void orphan_sets_title(const struct snapshot *s, const struct match *m, size_t n,
                              struct line *line)
{
    (void)s, (void)m;
    line_count(line, n, "orphaned semaphore set", NULL);
}

static void orphan_sets_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                 struct line *line)
{
    line_add(line, "nobody waits, all who last operated %s are gone: ", n == 1 ? "it" : "them");
    for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
        const struct semset *set = m[i].object;

        list(s, &set->o, set->otime, i, line);
    }
    if (n > LISTED_MAX)
        line_add(line, " and %zu more", n - LISTED_MAX);
}

static void orphan_queues_title(const struct snapshot *s, const struct match *m, size_t n,
                                struct line *line)
{
    (void)s;
    line_count(line, n, "orphaned queue", NULL);
    line_add(line, " ");
    words_size(line, matches_weight(m, n));
}

static void orphan_queues_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                   struct line *line)
{
    line_add(line, "nobody waits, last sender and receiver are gone: ");
    for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
        const struct queue *q = m[i].object;

        list(s, &q->o, queue_last_use(q), i, line);
    }
    if (n > LISTED_MAX)
        line_add(line, " and %zu more", n - LISTED_MAX);
}

// --- semaphores nobody looked at -----------------------------------------------------------------

static bool left_out(const struct snapshot *s, struct match *match)
{
    const struct semset *set = match->object;

    (void)s;
    match->weight = set->nsems;
    return set->known & SET_LEFT_OUT;
}

static void left_out_title(const struct snapshot *s, const struct match *m, size_t n,
                           struct line *line)
{
    (void)s, (void)m;
    line_count(line, n, "semaphore set", NULL);
    line_add(line, " not looked into");
}

static void left_out_evidence(const struct snapshot *s, const struct match *m, size_t n,
                              struct line *line)
{
    const struct semset *set = m->object;

    line_count(line, matches_weight(m, n), "semaphore", NULL);
    line_add(line, " too many to read, made by those who made most; set %d of ", set->o.id);
    words_user(line, s, set->o.cuid);
    line_add(line, " has ");
    line_count(line, set->nsems, "semaphore", NULL);
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule waits_rules[] = {
    {
        .name = "queue-blocked",
        .subject = OF_QUEUES,
        .rank = 60,
        .severity = SEVERITY_WARNING,
        .need = NEED_QUEUES | NEED_QUEUE_MAX | NEED_WAITERS | NEED_PROCESSES,
        .applies = queue_blocked,
        .title = queue_blocked_title,
        .evidence = queue_blocked_evidence,
        .advice =
            "start its receiver again; removing the queue (F8) wakes the senders with an error",
    },
    {
        .name = "queue-unread",
        .subject = OF_QUEUES,
        .rank = 90,
        .severity = SEVERITY_NOTICE,
        .need = NEED_QUEUES | NEED_QUEUE_MAX | NEED_WAITERS | NEED_PROCESSES | NEED_SYSTEM,
        .applies = queue_unread,
        .title = queue_unread_title,
        .evidence = queue_unread_evidence,
        .advice = "start its receiver again: once the queue is full its senders block",
    },
    {
        .name = "set-stranded",
        .subject = OF_SEMSETS,
        .rank = 100,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEMSETS | NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_WAITERS | NEED_PROCESSES,
        .applies = set_stranded,
        .title = set_stranded_title,
        .evidence = set_stranded_evidence,
        .advice = "it may have died holding a lock: restart the program that waits, as a whole",
    },
    {
        .name = "orphan-sets",
        .subject = OF_SEMSETS,
        .rank = 130,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEMSETS | NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_PROCESSES | NEED_SYSTEM |
                NEED_QUEUES | NEED_WAITERS,
        .together = true,
        .applies = orphan_set,
        .title = orphan_sets_title,
        .evidence = orphan_sets_evidence,
        .advice = "o shows all orphans; F8 removes those no program will come back for",
    },
    {
        .name = "orphan-queues",
        .subject = OF_QUEUES,
        .rank = 140,
        .severity = SEVERITY_NOTICE,
        .need = NEED_QUEUES | NEED_WAITERS | NEED_HOLDERS | NEED_PROCESSES | NEED_SYSTEM,
        .together = true,
        .applies = orphan_queue,
        .title = orphan_queues_title,
        .evidence = orphan_queues_evidence,
        .advice = "o shows all orphans; messages still queued are lost with F8",
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
        .advice =
            "Enter on a set reads that one; who waits on the others, and which are orphans, is not "
            "known",
    },
    {0},
};
