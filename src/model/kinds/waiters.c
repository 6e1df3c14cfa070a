// Waiters: tasks blocked on a semaphore set or a queue.
#include "model/kinds/waiters.h"

#include <string.h>

#include "base/order.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "model/text/wait_words.h"

static const char *object_name(enum kind_id kind)
{
    return kind == KIND_QUEUE ? "queue" : "semaphore";
}

static void get_kind(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct waiter *r = row;

    (void)s;
    cell_set_text(out, object_name(r->kind));
}

static void set_kind(struct snapshot *s, void *row, const struct cell *value)
{
    struct waiter *r = row;

    (void)s;
    r->kind = strcmp(value->text, object_name(KIND_QUEUE)) == 0 ? KIND_QUEUE : KIND_SEMSET;
}

static void show_detail(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct waiter *r = row;
    struct line line = line_start(dst, cap);

    (void)s;
    if (r->detail[0])
        wait_words(&line, r);
}

static const char *const call_names[] = {"semop", "semtimedop", "msgsnd", "msgrcv", NULL};

// clang-format off
static const struct column columns[] = {
    {.name = "kind", .title = "ON", .help = "what it waits on: semaphore or queue",
     .type = CELL_TEXT, .width = 9, .priority = 5, .flags = COL_PARENT | COL_JSON | COL_SCREEN | COL_METRIC_GROUP,
     .get = get_kind, .set = set_kind},
    {.name = "id", .title = "ID", .help = "identifier of that object", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .priority = 4, .flags = COL_PARENT | COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct waiter, id)},
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_POSITIVE, struct waiter, pid)},
    {.name = "tid", .title = "TID", .help = "its thread that waits", .type = CELL_NUMBER,
     .width = 7, .priority = 6, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_POSITIVE, struct waiter, tid)},
    {.name = "call", .title = "CALL", .label = "blocked in", .help = "system call it is blocked in", .type = CELL_TEXT,
     .width = 10, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_GROUP, .member = MEMBER(AS_NAMED, struct waiter, call), .names = call_names},
    {.name = "detail", .label = "waits", .title = "WAITS", .help = "for what: semaphore and operation, or message type",
     .type = CELL_TEXT, .width = 28, .widest = 64, .priority = 1, .flags = COL_JSON | COL_SCREEN,
     .member = MEMBER(AS_CHARS, struct waiter, detail), .show = show_detail},
    {.name = "user", .title = "USER", .help = "user it runs as", .type = CELL_TEXT, .width = 8,
     .widest = 12, .priority = 3, .flags = COL_JSON | COL_SCREEN, .need = NEED_NAMES,
     .member = MEMBER(AS_USER, struct waiter, uid)},
    {.name = "comm", .detail = DETAIL_NONE, .title = "PROGRAM", .help = "name of the program", .type = CELL_TEXT,
     .width = 10, .widest = 64, .priority = 2, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_CHARS, struct waiter, comm)},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct waiter *r = row;
    const struct process *p = snapshot_process(s, r->pid);

    *out = (struct identity){
        .kind = KIND_WAITER,
        .id = r->id,
        .pid = r->pid,
        .start_ticks = p && p->known & PROC_KNOWS_START ? p->start_ticks : 0,
        .part = (uint32_t)r->tid,
    };
}

static bool belongs(const void *row, const struct identity *parent)
{
    const struct waiter *r = row;

    return parent->kind == r->kind && r->id == parent->id;
}

static int order(const void *a, const void *b)
{
    const struct waiter *x = a, *y = b;

    return order_by(x->kind, y->kind) ?: order_by(x->id, y->id) ?: order_by(x->tid, y->tid);
}

bool waiters_in_focus(const struct want *want)
{
    return want->focused && want->focus.kind == KIND_QUEUE;
}

static bool object_of(const void *row, struct identity *out)
{
    const struct waiter *r = row;

    *out = (struct identity){.kind = r->kind, .id = r->id};
    return true;
}

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    (void)s;
    use_add_row(out, row, 0);
}

const struct kind kind_waiters = {
    .id = KIND_WAITER,
    .name = "waiters",
    .title = "Waiters",
    .one = "waiting task",
    .word = "process",
    .can = CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_PAGE,
    .owner_need = NEED_SEMSETS | NEED_QUEUES,
    .json = 7,
    .metrics = 6,
    .need = NEED_WAITERS | NEED_PROCESSES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .pids = {1, {offsetof(struct waiter, pid)}},
    .rows = ROWS_OF(waiters),
    .identify = identify,
    .belongs = belongs,
    .order = order,
    .object_of = object_of,
    .describe = process_describe,
    .path_text = process_path_text,
    .processes = processes,
    .no_processes = process_no_processes,
};
