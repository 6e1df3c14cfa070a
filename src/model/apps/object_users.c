#include "object_users.h"

#include "model/apps/servers.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

enum { STRANGERS_MAX = 12, HOLDERS_MAX = 512 };

static void add_user(struct object_users *subject, int32_t pid, int64_t time)
{
    if (subject->n == OBJECT_USERS_MAX || snapshot_pid_state(subject->s, pid, time) != PID_ALIVE)
        return;
    const struct process *process = snapshot_process(subject->s, pid);
    if (!(process->known & PROC_KNOWS_COMM) || !process->comm[0])
        return;
    for (size_t i = 0; i < subject->n; i++)
        if (subject->people[i] == process)
            return;
    if (process_is_stranger(process, subject->o) && subject->n_strangers++ >= STRANGERS_MAX)
        return; // a crowd of them hides nobody
    subject->people[subject->n++] = process;
}

static void segment_people(struct object_users *subject, const struct segment *segment)
{
    size_t n;
    const struct holder *holders = scan_holders(subject->s->scan, segment->o.id, &n);

    for (size_t i = 0; i < n && i < HOLDERS_MAX && subject->n < OBJECT_USERS_MAX - 2; i++)
        add_user(subject, holders[i].pid, 0);
    subject->n_holders = subject->n;
    add_user(subject, segment->cpid, segment_birth(segment));
    if (segment_last_use(segment) > 0)
        add_user(subject, segment->lpid, segment_last_use(segment));
}

static void set_people(struct object_users *subject, const struct semset *set)
{
    int64_t last_use = semset_last_use(set);
    size_t n;
    const struct element *e = snapshot_elements(subject->s, set, &n);

    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID && (i == 0 || e[i].pid != e[i - 1].pid))
            add_user(subject, e[i].pid, last_use);
    const struct server *server = server_of_set(subject->s, set);
    if (server && subject->n == 0)
        add_user(subject, server->pid, 0);
}

// A server that waits for its first client uses the queue.
static void waiting_people(struct object_users *subject, const struct queue *queue)
{
    size_t n;
    const struct waiter *waiters = snapshot_waiters(subject->s, queue->o.kind, queue->o.id, &n);

    for (size_t i = 0; i < n && subject->n < OBJECT_USERS_MAX - 2; i++)
        add_user(subject, waiters[i].pid, 0);
}

void object_users_add_queue(struct object_users *subject, const struct queue *queue)
{
    if (queue->stime > 0)
        add_user(subject, queue->lspid, queue->stime);
    if (queue->rtime > 0)
        add_user(subject, queue->lrpid, queue->rtime);
    waiting_people(subject, queue);
}

struct object_users object_users_of(const struct snapshot *s, const struct owned *o)
{
    struct object_users subject = {.s = s, .o = o};

    if (o->kind == KIND_SEGMENT) {
        subject.segment = (const struct segment *)o;
        segment_people(&subject, subject.segment);
    } else if (o->kind == KIND_SEMSET) {
        subject.set = (const struct semset *)o;
        set_people(&subject, subject.set);
    } else {
        object_users_add_queue(&subject, (const struct queue *)o);
    }
    return subject;
}

const struct process *object_users_trusted(const struct object_users *subject, size_t i)
{
    return process_is_stranger(subject->people[i], subject->o) ? NULL : subject->people[i];
}

int32_t object_users_first_trusted(const struct object_users *subject)
{
    for (size_t i = 0; i < subject->n; i++)
        if (object_users_trusted(subject, i))
            return subject->people[i]->pid;
    return 0;
}
