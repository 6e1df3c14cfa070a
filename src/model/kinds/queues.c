// Message queues. Full does not mean bytes == max_bytes: it means that senders are blocked.
#include "model/kinds/registry.h"

#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

static void count_waiting(const struct snapshot *s, const struct queue *queue, enum wait_call call,
                          struct cell *out)
{
    uint64_t waiting = 0;
    size_t n;
    const struct waiter *waiters = snapshot_waiters(s, queue->o.kind, queue->o.id, &n);

    if (!(s->has & NEED_WAITERS))
        return;
    for (size_t i = 0; i < n; i++)
        waiting += waiters[i].call == call;
    if (waiting > 0 ||
        s->waiters_unseen == 0) // no waiters seen means none only where all were asked
        cell_set_count(out, waiting);
}

static void get_senders(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct queue *r = row;

    count_waiting(s, r, WAIT_MSGSND, out);
}

static void get_receivers(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct queue *r = row;

    count_waiting(s, r, WAIT_MSGRCV, out);
}

static int64_t idle_since(const void *row)
{
    const struct queue *r = row;

    return queue_last_use(r) ? queue_last_use(r) : r->o.ctime;
}

static void show_lspid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct queue *r = row;

    if (r->stime > 0) // else nobody ever sent
        pid_show(s, r->lspid, object_pid_state(s, &r->o, r->lspid, r->stime), dst, cap);
}

static void show_lrpid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct queue *r = row;

    if (r->rtime > 0)
        pid_show(s, r->lrpid, object_pid_state(s, &r->o, r->lrpid, r->rtime), dst, cap);
}

// clang-format off
static const struct column columns[] = {
    OWNED_COLUMNS("msqid", "MSQID"),
    {.name = "bytes", .label = "queued", .detail = DETAIL_FIRST + 5, .title = "BYTES", .help = "bytes queued", .type = CELL_SIZE, .width = 5,
     .flags = COL_PLOT | COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC, .member = MEMBER(AS_VALUE, struct queue, bytes)},
    {.name = "max_bytes", .label = "may hold", .detail = DETAIL_FIRST + 6, .title = "MAX", .help = "bytes it may hold (msg_qbytes)",
     .type = CELL_SIZE, .width = 5, .priority = 7,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC, .need = NEED_QUEUE_MAX, .member = MEMBER_IF(QUEUE_KNOWS_MAX, AS_VALUE, struct queue, max_bytes)},
    {.name = "messages", .label = "messages", .detail = DETAIL_FIRST + 7, .title = "MSGS", .help = "messages queued", .type = CELL_COUNT,
     .width = 4, .widest = 10, .flags = COL_PLOT | COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER(AS_VALUE, struct queue, messages)},
    {.name = "lspid", .detail = DETAIL_FIRST + 13, .label = "last sender", .title = "LASTSEND", .help = "process that last sent", .type = CELL_NUMBER,
     .width = 10, .widest = 26, .priority = 5, .place = 2,
     .flags = COL_JSON | COL_SCREEN | COL_LEFT, .need = NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .member = MEMBER(AS_POSITIVE, struct queue, lspid), .show = show_lspid},
    {.name = "lrpid", .detail = DETAIL_FIRST + 14, .label = "last receiver", .title = "LASTRECV", .help = "process that last received",
     .type = CELL_NUMBER, .width = 10, .widest = 26, .priority = 6, .place = 2,
     .flags = COL_JSON | COL_SCREEN | COL_LEFT, .need = NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .member = MEMBER(AS_POSITIVE, struct queue, lrpid), .show = show_lrpid},
    {.name = "stime", .detail = DETAIL_FIRST + 18, .label = "last sent", .title = "SENT", .help = "last sent to", .type = CELL_TIME, .width = 8,
     .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct queue, stime)},
    {.name = "rtime", .detail = DETAIL_FIRST + 19, .label = "last received", .title = "RECEIVED", .help = "last received from", .type = CELL_TIME,
     .width = 8, .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct queue, rtime)},
    OWNED_CTIME_COLUMN,
    {.name = "senders_waiting", .title = "SNDWAIT", .help = "tasks blocked sending to it",
     .type = CELL_COUNT, .width = 7, .priority = 1,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC, .need = NEED_WAITERS,
     .get = get_senders},
    {.name = "receivers_waiting", .title = "RCVWAIT", .help = "tasks waiting to receive from it",
     .type = CELL_COUNT, .width = 7, .priority = 9,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC, .need = NEED_WAITERS,
     .get = get_receivers},
    OWNED_APP_COLUMNS(1, NEED_PROCESSES | NEED_WAITERS),
    {.name = "orphan", .title = "ORPHAN", .help = "no process that used it lives",
     .type = CELL_BOOL, .width = 6, .flags = COL_JSON | COL_METRIC_GROUP,
     .need = NEED_ORPHANS, .verdict = queue_orphan},
    {.name = "idle", .detail = DETAIL_NONE, .title = "IDLE", .help = "time since the last message sent or received",
     .type = CELL_DURATION, .width = 4, .priority = 4, .place = 3,
     .flags = COL_SCREEN | COL_DESCENDING, .since = idle_since},
    OWNED_AGE_COLUMN,
};
// clang-format on

static bool last_user(const struct snapshot *s, const void *row, int32_t *pid, int64_t *time)
{
    const struct queue *r = row;

    (void)s;
    *pid = r->stime >= r->rtime ? r->lspid : r->lrpid;
    *time = queue_last_use(r);
    return r->stime || r->rtime;
}

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    const struct queue *queue = snapshot_queue(s, row->id);

    use_add_waiters(out, s, KIND_QUEUE, row->id);
    if (!queue)
        return;
    use_add(out, row->id, queue->lspid, 0, queue->stime, "last sender");
    use_add(out, row->id, queue->lrpid, 0, queue->rtime, "last receiver");
}

static void no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                         char *dst, size_t cap)
{
    const struct queue *queue = snapshot_queue(s, row->id);
    struct last_users users = {0};

    if (queue) {
        last_users_add(&users, s, queue->lspid, queue->stime);
        last_users_add(&users, s, queue->lrpid, queue->rtime);
    }
    last_users_say(&users, name, dst, cap);
}

const struct kind kind_queues = {
    .id = KIND_QUEUE,
    .name = "queues",
    .title = "Queues",
    .one = "queue",
    .word = "queue",
    .can =
        CAN_TAG | CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_RESTRICT | CAN_WAITERS | CAN_MAX_BYTES,
    .ipcrm = 'q',
    .tab = 3,
    .json = 6,
    .metrics = 3,
    .batch = 3,
    .object = KIND_QUEUE,
    .need = NEED_QUEUES,
    .act_need = NEED_ORPHANS | NEED_HOLDERS | NEED_NAMES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-bytes",
    .waiting = KIND_WAITER,
    .enter = KIND_WAITER,
    .pids = {2, {offsetof(struct queue, lspid), offsetof(struct queue, lrpid)}},
    .rows = ROWS_OF(queues),
    .identify = object_identify,
    .orphan = queue_orphan,
    .idle_since = idle_since,
    .last_user = last_user,
    .processes = processes,
    .no_processes = no_processes,
    .notes = notes_waiters,
};
