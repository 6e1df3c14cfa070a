#include "model/orphans.h"

// Three answers everywhere: yes, no, not known. An orphan is shown to people who then remove
// it, so every doubt counts against calling something one.
#include "model/apps/heirs.h"
#include "model/apps/labels.h"
#include "model/apps/pairs.h"
#include "model/apps/postgres.h"
#include "model/apps/servers.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

// What the pids of an object say together.
struct verdict {
    bool alive;   // one of them lives
    bool unknown; // of one it cannot be said
    bool gone;    // one is known to be gone, or its pid is another's now
};

static void judge(struct verdict *v, enum pid_state state)
{
    v->alive |= state == PID_ALIVE;
    v->unknown |= state == PID_UNKNOWN || state == PID_OUTSIDE;
    v->gone |= pid_state_ended(state);
}

// An orphan: one process is known to be gone, and none is alive or unknown. What was made together with
// an object in use may be needed by the same server, and what was made before a daemon went to the
// background by that daemon.
static bool settle(const struct verdict *v, const struct owned *o, bool *known)
{
    *known = v->alive || (v->gone && !v->unknown && !o->grouped);
    return *known && !v->alive;
}

bool segment_served(const struct snapshot *s, const struct segment *segment)
{
    const struct process *last = snapshot_process(s, segment->lpid);

    return segment->lpid != segment->cpid && last && !last->gone &&
           (last->known & PROC_KNOWS_COMM) && label_x_server(last->comm);
}

static bool server_lives(const struct snapshot *s, const struct instance *in)
{
    const struct process *p = in->known & INSTANCE_KNOWS_PID ? snapshot_process(s, in->pid) : NULL;

    return p && (p->known & PROC_KNOWS_COMM) && postgres_program(p->comm) &&
           snapshot_pid_state(s, in->pid, in->start_time) == PID_ALIVE;
}

// The server of the data directory runs: whatever the pids of its objects show, it needs them.
static bool server_runs(const struct snapshot *s, const struct segment *segment)
{
    return vec_first(&s->instances, in, postgres_owns(in, s, segment) && server_lives(s, in));
}

static bool set_server_runs(const struct snapshot *s, const struct semset *set)
{
    return vec_first(&s->instances, in, postgres_owns_set(in, set) && server_lives(s, in));
}

// Whether users who are neither owner, creator, root nor of the group may act on a set or queue. The
// kernel keeps only the pid of who did, and an ended process shows no user any more: then it proves
// nothing.
static bool open_to_others(const struct owned *o, uint32_t bits)
{
    return o->mode & bits;
}

static bool heirs_unknown(const struct snapshot *s)
{
    return !(s->has & NEED_SERVERS) || s->heirs_missing;
}

// As it was recorded: what it followed from is not all there.
static bool recorded_orphan(const struct snapshot *s, const struct owned *o, bool *known)
{
    bool orphan = false;

    *known = s->recorded->truth(s->recorded, o->kind, o, "orphan", &orphan);
    return orphan;
}

// Creator and last user count. A creator outside this PID namespace may well live: never an orphan.
bool segment_orphan(const struct snapshot *s, const void *row, bool *known)
{
    const struct segment *segment = row;
    struct verdict v = {0};

    if (s->recorded)
        return recorded_orphan(s, &segment->o, known);
    *known = true;
    if (segment->nattch > 0 || server_runs(s, segment))
        return false;
    judge(&v, segment_creator(s, segment));
    // Without a last use lpid is 0 because nobody ever attached.
    if (segment_last_use(segment) > 0 && !segment_served(s, segment))
        judge(&v, object_pid_state(s, &segment->o, segment->lpid, segment_last_use(segment)));
    v.unknown |= heirs_unknown(s) || segment_heir(s, segment);
    return settle(&v, &segment->o, known);
}

// fakeroot's clients come and go, and no others operate its set: its daemon lives by the queues.
static bool queue_in_use(const struct snapshot *s, const struct queue *q)
{
    size_t waiters;

    snapshot_waiters(s, q->o.kind, q->o.id, &waiters);
    return waiters > 0 ||
           (q->stime > 0 && object_pid_state(s, &q->o, q->lspid, q->stime) == PID_ALIVE) ||
           (q->rtime > 0 && object_pid_state(s, &q->o, q->lrpid, q->rtime) == PID_ALIVE);
}

// The kernel keeps no creator of a set; its elements keep the pid of their last operation, or
// SETVAL. What happened to one element happened no later than the set's otime (semop) or ctime
// (SETVAL, IPC_SET): a process with that pid that started after both is another one.
//
// An element with pid 0 was never operated, or by a process outside this PID namespace. Only in
// the machine's first PID namespace there is no outside; elsewhere it leaves the answer open.
bool semset_orphan(const struct snapshot *s, const void *row, bool *known)
{
    const struct semset *set = row;
    struct verdict v = {0};
    int64_t last_use = semset_last_use(set);
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);

    if (s->recorded)
        return recorded_orphan(s, &set->o, known);
    size_t waiters; // the stopped, too, which the kernel does not count
    snapshot_waiters(s, set->o.kind, set->o.id, &waiters);
    if (waiters > 0 || ((set->known & SET_KNOWS_WAITERS) && set->waiters > 0)) {
        *known = true;
        return false;
    }
    v.unknown = open_to_others(&set->o, 02) || n == 0 || n < set->nsems ||
                !(set->known & SET_KNOWS_WAITERS) || !semset_queue_searchable(s, set);
    for (size_t i = 0; i < n; i++) {
        if (!(e[i].known & ELEMENT_KNOWS_PID))
            v.unknown = true;
        else if (e[i].pid != 0 || !s->system.first_pid_namespace)
            judge(&v, object_pid_state(s, &set->o, e[i].pid, last_use));
    }
    const struct queue *queue = semset_queue(s, set);
    v.alive |= (queue && queue_in_use(s, queue)) || set_server_runs(s, set);
    v.unknown |= server_of_set(s, set) || server_of_set_may_be(s, set);
    v.unknown |= heirs_unknown(s) || semset_heir(s, set);
    return settle(&v, &set->o, known);
}

// Whether nobody can be blocked on the queue. The kernel has no count of them, only the tasks
// themselves show it: all processes must have been readable, or those that were not must lack the
// permission to use the queue.
static bool queue_surely_idle(const struct snapshot *s, const struct queue *queue, bool *waiting)
{
    size_t n;

    snapshot_waiters(s, queue->o.kind, queue->o.id, &n);
    *waiting = n > 0;
    if (*waiting || !(s->has & NEED_WAITERS))
        return false;
    bool all_read = s->waiters_unseen == 0;
    bool own_alone = (s->has & NEED_SYSTEM) && queue->o.uid == s->system.euid &&
                     queue->o.cuid == s->system.euid && !(queue->o.mode & 066);
    return all_read || own_alone;
}

// The kernel keeps no creator of a queue either: last sender and last receiver are all there is. A
// queue nobody ever sent to or received from has no evidence and is never called an orphan. One side
// that never acted does not count: a queue filled by a dead sender and read by nobody is leaked.
// Messages still queued do not count either: ipcs users look for exactly such queues.
bool queue_orphan(const struct snapshot *s, const void *row, bool *known)
{
    const struct queue *queue = row;
    struct verdict v = {0};
    bool waiting;

    if (s->recorded)
        return recorded_orphan(s, &queue->o, known);
    if (!queue_surely_idle(s, queue, &waiting) || open_to_others(&queue->o, 06))
        v.unknown = true;
    if (waiting) {
        *known = true;
        return false;
    }
    if (queue->stime > 0)
        judge(&v, object_pid_state(s, &queue->o, queue->lspid, queue->stime));
    if (queue->rtime > 0)
        judge(&v, object_pid_state(s, &queue->o, queue->lrpid, queue->rtime));
    v.unknown |= heirs_unknown(s) || queue_heir(s, queue);
    return settle(&v, &queue->o, known);
}
