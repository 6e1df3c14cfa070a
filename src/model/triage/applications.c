// What is wrong with databases and servers that are known by name.
#include <string.h>

#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/apps/programs.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { NAMED_MAX = 6 };

// Whether a holder of the segment is its application's.
typedef bool is_own(const struct snapshot *s, const struct segment *g, int32_t pid);

// Those holders that are the application's and may be advised to be ended. Any process may attach where
// the mode permits it, and an X server attaches what its clients name. The caller frees it.
static struct pid_vec own_holders(const struct snapshot *s, const struct segment *g, is_own *is)
{
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    struct pid_vec own = {0};

    for (size_t i = 0; i < n; i++)
        if (is(s, g, holders[i].pid))
            vec_push(&own, holders[i].pid);
    return own;
}

static size_t count_own(const struct snapshot *s, const struct segment *g, is_own *is)
{
    struct pid_vec own = own_holders(s, g, is);
    size_t n = own.n;

    vec_free(&own);
    return n;
}

static void say_own(struct say *x, const struct segment *g, is_own *is)
{
    struct pid_vec own = own_holders(x->s, g, is);

    say_pids(x, &own, NAMED_MAX);
    vec_free(&own);
}

// What signals those holders; it shows before whom. Where none is seen, or many beside others, what lists
// them: who is left out by pid today is not all who may attach until then.
static void say_signal(struct say *x, const struct segment *g, const char *signal, is_own *is)
{
    struct pid_vec own = own_holders(x->s, g, is);
    char pids[PIDS_FILTER_MAX];
    size_t all;

    scan_holders(x->s->scan, g->o.id, &all);
    if (own.n > 0 && own.n == all)
        say(x, COMMAND("Enter, k", "--signal {text} -i {number} holders"), signal, g->o.id);
    else if (own.n > 0 && pids_filter(&own, pids, sizeof pids))
        say(x, COMMAND("Enter, k", "--signal {text} -f '{text}' -i {number} holders"), signal, pids,
            g->o.id);
    else
        say(x, COMMAND("Enter, k", "--batch -i {number} holders"), g->o.id);
    vec_free(&own);
}

// src/backend/port/sysv_shmem.c: a server starts only where nobody is attached to its
// predecessor's segment. It is the only thing that keeps two servers off one data directory once
// postmaster.pid is gone.
static bool interlock(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    struct label label;

    match->weight = g->nattch;
    return g->nattch > 0 &&
           postgres_interlocked(s, g, label_of(s, &g->o, &label) ? label.database : NULL);
}

static void interlock_title(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "PostgreSQL: postmaster gone, segment {number} held by {n backend}", g->o.id, g->nattch);
}

static void interlock_evidence(struct say *x)
{
    const struct segment *g = x->match->object;
    struct label label;
    size_t seen;

    if (label_of(x->s, &g->o, &label) && label.database) {
        say(x, "data directory {text}", label.database->directory);
        if (label.database->known & INSTANCE_KNOWS_PORT)
            say(x, " (port {number})", label.database->port);
        say(x, "; ");
    }
    say(x, "postmaster {process}", process_at(g->cpid, segment_birth(g)));
    if (scan_holders(x->s->scan, g->o.id, &seen)) {
        say(x, "; still working on its data: ");
        say_own(x, g, postgres_backend_of);
    } else {
        say(x, "; the processes still working on its data cannot be seen");
    }
    say(x, "; no server starts there until they end");
}

// A zombie's pid exists, and to a server that starts it is the one postmaster.pid names
// (src/backend/utils/init/miscinit.c CreateLockFile: kill(pid, 0)).
static void interlock_advise(struct say *x)
{
    const struct segment *g = x->match->object;
    const struct process *postmaster = snapshot_process(x->s, g->cpid);

    say(x, "end {text} backends (", count_own(x->s, g, postgres_backend_of) ? "these" : "its");
    say_signal(x, g, "TERM", postgres_backend_of);
    say(x, "), ");
    if (postmaster && postmaster->unreaped && postmaster->parent > 0)
        say(x,
            "and {process}, which does not reap the dead postmaster (while that pid exists no "
            "server starts), ",
            process_at(postmaster->parent, 0));
    say(x, "then start the server; do not remove the segment or postmaster.pid: a second server "
           "beside them destroys the data");
}

// --- servers whose parent is gone ----------------------------------------------------------------

// Zabbix marks its segments when it makes them: to the rule of removed segments its workers are a
// program at work. Its parent starts and stops them, and makes the segments; alone they go on.
static bool is_worker(const struct snapshot *s, const struct segment *g, int32_t pid)
{
    static const char *const names[] = {"zabbix_*", NULL};
    const char *program = words_program(s, pid);

    if (!program || !program_among(names, program))
        return false;
    const struct process *p = snapshot_process(s, pid);
    return !(p->known & PROC_KNOWS_UID) || p->uid == 0 || p->uid == g->o.cuid;
}

bool applications_headless(const struct snapshot *s, const struct segment *g)
{
    struct label label;

    if (g->nattch == 0 || !(g->flags & SEG_DEST) || !label_of(s, &g->o, &label) ||
        strcmp(label.app, "zabbix") != 0 || count_own(s, g, is_worker) == 0)
        return false;
    return pid_state_ended(segment_creator(s, g));
}

static bool headless(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    match->weight = g->nattch;
    return applications_headless(s, g);
}

static void headless_title(struct say *x)
{
    say(x, "Zabbix: parent gone, {n process goes on|processes go on}",
        count_own(x->s, x->match->object, is_worker));
}

static void headless_evidence(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "segment {number}{more}, made by {process}, held by ", g->o.id, (int64_t)x->n - 1,
        process_at(g->cpid, segment_birth(g)));
    say_own(x, g, is_worker);
}

static void headless_advise(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "end these processes by SIGKILL (");
    say_signal(x, g, "KILL", is_worker);
    say(x, "; without their parent they do not act on SIGTERM), then start the service: they keep "
           "its port and its memory");
}

// --- requests to a server that is gone ------------------------------------------------------------

// A server takes requests from one queue and answers by another (fakeroot's does).
static bool is_same_servers(const struct queue *requests, const struct queue *answers)
{
    return answers->stime > 0 && answers->lspid == requests->lrpid;
}

static bool is_next_key(const struct queue *requests, const struct queue *answers)
{
    return requests->o.key != 0 && answers->o.key == requests->o.key + 1 &&
           answers->messages == 0 && (answers->stime == 0 || answers->lspid == requests->lrpid);
}

// The queue of the answers, from which somebody waits to receive. Both were made together: their
// ids are near, and nobody compares all with all.
static const struct queue *queue_near(const struct snapshot *s, const struct queue *requests,
                                      bool (*fits)(const struct queue *requests,
                                                   const struct queue *answers))
{
    enum { NEAR = 8 };
    size_t at = (size_t)(requests - s->queues.at), from = at > NEAR ? at - NEAR : 0;

    for (size_t i = from; i < s->queues.n && i <= at + NEAR; i++) {
        const struct queue *q = &s->queues.at[i];

        if (q != requests && q->o.uid == requests->o.uid && fits(requests, q) &&
            words_waiters(NULL, s, &q->o, CALLS_RECEIVE, 0) > 0)
            return q;
    }
    return NULL;
}

static bool operated_by_waiter(const struct snapshot *s, const struct semset *set,
                               const struct queue *queue)
{
    size_t n_waiters, n;
    const struct waiter *waiters = snapshot_waiters(s, queue->o.kind, queue->o.id, &n_waiters);
    const struct element *e = snapshot_elements(s, set, &n);

    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; e[i].known & ELEMENT_KNOWS_PID && w < n_waiters; w++)
            if (waiters[w].pid == e[i].pid)
                return true;
    return false;
}

// A server that ends with the only request in its hands leaves nothing unread, and a client that
// waits for the answer looks like a server that waits for requests. fakeroot's queues tell them
// apart by their keys: requests K, answers K+1; and a client holds the set K+2 meanwhile.
static const struct queue *answers_of_taken(const struct snapshot *s, const struct queue *requests)
{
    const struct queue *answers = queue_near(s, requests, is_next_key);

    if (!answers)
        return NULL;
    for (size_t i = 0; i < s->semsets.n; i++) {
        const struct semset *set = &s->semsets.at[i];
        if (set->o.key == answers->o.key + 1 && set->o.uid == answers->o.uid &&
            operated_by_waiter(s, set, answers))
            return answers;
    }
    return NULL;
}

// Requests and answers look alike: a server that idles beside an answer which its client did not live to
// read waits as a client does. A client is known by the keys, or by being too young to have made the
// queues.
static bool client_waits(const struct snapshot *s, const struct queue *requests,
                         const struct queue *answers)
{
    size_t n;
    const struct waiter *waiters = snapshot_waiters(s, answers->o.kind, answers->o.id, &n);
    int64_t made = requests->o.ctime > answers->o.ctime ? requests->o.ctime : answers->o.ctime;

    if (requests->o.key != 0 && answers->o.key == requests->o.key + 1)
        return true;
    for (size_t i = 0; i < n; i++)
        if (waiters[i].call == WAIT_MSGRCV &&
            snapshot_pid_state(s, waiters[i].pid, made) == PID_REUSED)
            return true;
    return false;
}

// The last receiver is gone, requests lie unread or went with it, and by that process's other
// queue somebody waits for an answer. Each alone is everyday life of short-lived clients.
static const struct queue *hanging(const struct snapshot *s, const struct queue *q)
{
    if (q->rtime == 0 || q->lrpid <= 0 ||
        !pid_state_ended(object_pid_state(s, &q->o, q->lrpid, q->rtime)) ||
        words_waiters(NULL, s, &q->o, CALLS_RECEIVE, 0) > 0)
        return NULL;
    if (q->messages == 0)
        return answers_of_taken(s, q);
    const struct queue *answers = queue_near(s, q, is_same_servers);
    return answers && client_waits(s, q, answers) ? answers : NULL;
}

bool applications_server_gone(const struct snapshot *s, const struct queue *q)
{
    return hanging(s, q);
}

static bool server_gone(const struct snapshot *s, struct match *match)
{
    const struct queue *answers = hanging(s, match->object);

    if (answers)
        match->weight = words_waiters(NULL, s, &answers->o, CALLS_RECEIVE, 0);
    return answers;
}

static void server_gone_title(struct say *x)
{
    const struct queue *q = x->match->object;

    say(x, "queue {number} lost its server: {n client hangs|clients hang}", q->o.id,
        x->match->weight);
}

static void server_gone_evidence(struct say *x)
{
    const struct queue *q = x->match->object, *answers = hanging(x->s, q);
    const struct say_arg server = process_at(q->lrpid, q->rtime);

    if (q->messages > 0)
        say(x, "{n request} unread since {process} received last, {ago}", q->messages, server,
            q->rtime);
    else
        say(x, "the last request was taken by {process}, {ago}", server, q->rtime);
    say(x, "; waiting for its answer on queue {number}: {waiters}", answers->o.id,
        waiters_on(&answers->o, CALLS_RECEIVE, NAMED_MAX));
}

static void server_gone_advise(struct say *x)
{
    const struct queue *answers = hanging(x->s, x->match->object);

    say(x, "start the server and its clients again; removing the queue they wait on (");
    say(x, COMMAND("F8", "--remove --attached -i {number} queues"), answers->o.id);
    say(x, ") wakes them with an error");
}

// Not that of the requests: nobody waits there.
static void server_gone_objects(const struct snapshot *s, const struct match *match,
                                struct identity_vec *out)
{
    vec_push(out, identity_of(&hanging(s, match->object)->o));
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule applications_rules[] = {
    {
        .name = "database-interlock",
        .subject = &kind_segments,
        .rank = 10,
        .severity = SEVERITY_CRITICAL,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_APPS,
        .applies = interlock,
        .title = interlock_title,
        .evidence = interlock_evidence,
        .advise = interlock_advise,
    },
    {
        .name = "headless",
        .subject = &kind_segments,
        .rank = 80,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_APPS,
        .together = true,
        .applies = headless,
        .title = headless_title,
        .evidence = headless_evidence,
        .advise = headless_advise,
    },
    {
        .name = "server-gone",
        .subject = &kind_queues,
        .rank = 46,
        .severity = SEVERITY_WARNING,
        .need = NEED_QUEUES | NEED_WAITERS | NEED_PROCESSES | NEED_SEMSETS | NEED_ELEMENTS,
        .applies = server_gone,
        .title = server_gone_title,
        .evidence = server_gone_evidence,
        .advise = server_gone_advise,
        .objects = server_gone_objects,
    },
    {0},
};
