#include "linux/bpf/traces.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/order.h"
#include "base/text.h"

enum { RECENT = 4096, SUMS = 1024, IPC_64 = 0x100 };

struct got { // an object whose lookup was reported; id -1: none
    enum kind_id kind;
    int32_t id;
    uint32_t ipc_namespace;
};

struct traces {
    int64_t offset;
    struct attached *attached;
    struct trace_vec done;    // complete
    struct trace_vec running; // sums of a second, by arrival of the first
    int64_t second;           // the latest one of `running`
    uint32_t sums[SUMS];      // by hash: which of `running` it was last
    struct got got[RECENT];   // by hash, the last one: what was forgotten is reported once more
    struct attached_vec scratch;
    uint64_t lost;
};

struct traces *traces_new(int64_t clock_offset)
{
    struct traces *t = mem_zero(1, sizeof *t);

    t->offset = clock_offset;
    t->attached = attached_new();
    for (size_t i = 0; i < RECENT; i++)
        t->got[i].id = -1;
    return t;
}

void traces_free(struct traces *t)
{
    if (!t)
        return;
    attached_free(t->attached);
    vec_free(&t->done);
    vec_free(&t->running);
    vec_free(&t->scratch);
    free(t);
}

void traces_attached(struct traces *t, const struct attached_at *one)
{
    attached_add(t->attached, one);
}

uint64_t traces_lost(const struct traces *t)
{
    return t->lost;
}

static uint32_t hash(uint32_t a, uint32_t b, uint32_t sides)
{
    return (uint32_t)((a * UINT64_C(0x9e3779b97f4a7c15) + b * UINT64_C(0xff51afd7ed558ccd)) >> 33) %
           sides;
}

static struct actor actor_of(const struct witness_record *r)
{
    struct actor by = {
        .pid = (int32_t)r->pid,
        .outer_pid = (int32_t)r->tgid,
        .parent_pid = (int32_t)r->parent_pid,
        .uid = r->uid,
        .euid = r->euid,
        .login_uid = r->login_uid,
        .start_ns = r->start,
    };

    text_escape(by.comm, sizeof by.comm, r->comm, strnlen(r->comm, sizeof r->comm));
    text_escape(by.parent_comm, sizeof by.parent_comm, r->parent_comm,
                strnlen(r->parent_comm, sizeof r->parent_comm));
    return by;
}

static bool is_room(struct traces *t)
{
    if (t->done.n + t->running.n < TRACES_MAX)
        return true;
    t->lost++;
    return false;
}

static struct trace start(struct traces *t, const struct witness_record *r, enum trace_what what,
                          enum kind_id kind, int64_t id)
{
    return (struct trace){
        .what = what,
        .kind = kind,
        .id = (int32_t)id,
        .count = 1,
        .ipc_namespace = r->ipc_ns,
        .time_ns = (int64_t)r->time + t->offset,
        .by = actor_of(r),
    };
}

static bool is_same_sum(const struct trace *sum, const struct trace *one)
{
    return sum->id == one->id && sum->what == one->what && sum->way == one->way &&
           sum->by.outer_pid == one->by.outer_pid && sum->by.start_ns == one->by.start_ns &&
           sum->ipc_namespace == one->ipc_namespace &&
           sum->time_ns / CLOCK_SECOND == one->time_ns / CLOCK_SECOND;
}

static size_t find_sum(struct traces *t, const struct trace *one, size_t likely)
{
    if (likely < t->running.n && is_same_sum(&t->running.at[likely], one))
        return likely;
    for (size_t i = t->running.n; i > 0; i--)
        if (is_same_sum(&t->running.at[i - 1], one))
            return i - 1;
    return SIZE_MAX;
}

// One attach or detach more, of the second it belongs to.
static void sum_up(struct traces *t, const struct trace *one)
{
    uint32_t *last =
        &t->sums[hash((uint32_t)one->by.outer_pid, (uint32_t)one->id * 4 + one->what, SUMS)];
    size_t at = find_sum(t, one, *last);

    if (at != SIZE_MAX) {
        t->running.at[at].count++;
        t->running.at[at].time_ns = one->time_ns;
    } else if (is_room(t)) {
        at = t->running.n;
        vec_push(&t->running, *one);
    } else {
        return;
    }
    *last = (uint32_t)at;
}

static void add_attachments(struct traces *t, const struct witness_record *r, enum trace_what what,
                            enum trace_way way)
{
    for (size_t i = 0; i < t->scratch.n; i++) {
        struct trace one = start(t, r, what, KIND_SEGMENT, t->scratch.at[i].shmid);
        one.way = way;
        sum_up(t, &one);
    }
    vec_clear(&t->scratch);
}

static struct got *got_slot(struct traces *t, enum kind_id kind, int32_t id, uint32_t ipc_namespace)
{
    return &t->got[hash((uint32_t)id, ipc_namespace * 4 + kind, RECENT)];
}

static bool is_got(const struct got *got, const struct trace *one)
{
    return got->id == one->id && got->kind == one->kind && got->ipc_namespace == one->ipc_namespace;
}

static void add_got(struct traces *t, const struct witness_record *r, enum kind_id kind,
                    uint64_t flags)
{
    struct trace one = start(t, r, TRACE_GOT, kind, r->result);
    struct got *got = got_slot(t, kind, one.id, r->ipc_ns);

    one.key = (uint32_t)r->args[0];
    one.exclusive =
        one.key == IPC_PRIVATE || (flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL);
    if (is_got(got, &one) && !one.exclusive)
        return;
    *got = (struct got){kind, one.id, r->ipc_ns};
    if (is_room(t))
        vec_push(&t->done, one);
}

static void add_control(struct traces *t, const struct witness_record *r, enum kind_id kind,
                        uint64_t command)
{
    enum trace_what what;

    switch ((uint32_t)command & ~(uint32_t)IPC_64) {
    case IPC_RMID:
        what = TRACE_REMOVED;
        break;
    case IPC_SET:
        what = TRACE_CHANGED;
        break;
    case SHM_LOCK:
        what = TRACE_LOCKED;
        break;
    case SHM_UNLOCK:
        what = TRACE_UNLOCKED;
        break;
    case SETVAL:
    case SETALL:
        what = TRACE_VALUES;
        break;
    default:
        return;
    }
    struct trace one = start(t, r, what, kind, (int32_t)r->args[0]);
    struct got *got = got_slot(t, kind, one.id, r->ipc_ns);
    if (what == TRACE_REMOVED && is_got(got, &one))
        got->id = -1;
    if (is_room(t))
        vec_push(&t->done, one);
}

// The sums of seconds that ended before `second` are complete.
static void complete(struct traces *t, int64_t second)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->running.n; i++)
        if (t->running.at[i].time_ns / CLOCK_SECOND < second)
            vec_push(&t->done, t->running.at[i]);
        else
            t->running.at[kept++] = t->running.at[i];
    t->running.n = kept;
}

void traces_add(struct traces *t, const struct witness_record *r)
{
    struct attached_at one = {r->tgid, (int32_t)r->args[0], r->start, (uint64_t)r->result};

    int64_t second = ((int64_t)r->time + t->offset) / CLOCK_SECOND;

    if (second > t->second) {
        complete(t, second);
        t->second = second;
    }
    switch (r->call) {
    case CALL_SHMAT:
        attached_add(t->attached, &one);
        vec_push(&t->scratch, one);
        add_attachments(t, r, TRACE_ATTACHED, TRACE_BY_CALL);
        break;
    case CALL_SHMDT:
        attached_take(t->attached, r->tgid, r->start, r->args[0], &t->scratch);
        add_attachments(t, r, TRACE_DETACHED, TRACE_BY_CALL);
        break;
    case CALL_FORK:
        attached_fork(t->attached, r->tgid, r->start, (uint32_t)r->args[0], r->args[2],
                      &t->scratch);
        add_attachments(t, r, TRACE_ATTACHED, TRACE_BY_FORK);
        break;
    case CALL_EXEC:
    case CALL_EXIT:
        attached_take(t->attached, r->tgid, r->start, UINT64_MAX, &t->scratch);
        add_attachments(t, r, TRACE_DETACHED, r->call == CALL_EXEC ? TRACE_BY_EXEC : TRACE_BY_EXIT);
        break;
    case CALL_SHMGET:
        add_got(t, r, KIND_SEGMENT, r->args[2]);
        break;
    case CALL_SEMGET:
        add_got(t, r, KIND_SEMSET, r->args[2]);
        break;
    case CALL_MSGGET:
        add_got(t, r, KIND_QUEUE, r->args[1]);
        break;
    case CALL_SHMCTL:
        add_control(t, r, KIND_SEGMENT, r->args[1]);
        break;
    case CALL_SEMCTL:
        add_control(t, r, KIND_SEMSET, r->args[2]);
        break;
    case CALL_MSGCTL:
        add_control(t, r, KIND_QUEUE, r->args[1]);
        break;
    default:
        break;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct trace *x = a, *y = b;

    return order_by(x->time_ns, y->time_ns);
}

void traces_take(struct traces *t, int64_t now_ns, bool all, struct trace_vec *out)
{
    complete(t, all ? INT64_MAX : (now_ns + t->offset) / CLOCK_SECOND);
    size_t first = out->n;
    vec_reserve(out, first + t->done.n);
    for (size_t i = 0; i < t->done.n; i++)
        out->at[out->n++] = t->done.at[i];
    vec_free(&t->done); // a burst's memory is given back
    order_sort(out->at + first, out->n - first, sizeof *out->at, by_time);
}
