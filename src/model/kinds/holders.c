// Holders: one row for a process and a segment it has attached.
#include "model/kinds/holders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/order.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/process_columns.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"

enum { NEW_SECONDS = 5 };

BEGINS_WITH_PID(struct holder);

static void get_access(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct holder *r = row;

    (void)s;
    cell_set_text(out, access_text(r->access, out->scratch));
}

static void set_access(struct snapshot *s, void *row, const struct cell *value)
{
    struct holder *r = row;

    (void)s;
    r->access =
        (uint8_t)((strchr(value->text, 'r') ? MAP_R : 0) | (strchr(value->text, 'w') ? MAP_W : 0) |
                  (strchr(value->text, 'x') ? MAP_X : 0));
}

// A stuck process keeps what was last known of it, and says so.
static void show_attaches(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct holder *r = row;

    (void)s;
    snprintf(dst, cap, r->stale ? "%" PRIu32 " old" : "%" PRIu32, r->attaches);
}

static void show_command(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct holder *r = row;
    const struct process *p = snapshot_process(s, r->pid);
    const char *command = p ? process_string(p, PROCESS_COMMAND) : NULL;
    struct line line = line_start(dst, cap);

    // What is remarkable stands first: the end of a long command line is cut.
    if (p && p->stuck)
        line_add(&line, "(stuck) ");
    if (r->namespace_differs)
        line_add(&line, "(left this IPC namespace) ");
    if (r->shares_memory_with > 0)
        line_add(&line, "(shares memory with %" PRId32 ") ", r->shares_memory_with);
    if (command && p->known & PROC_KNOWS_COMMAND && command[0])
        line_add(&line, "%s", command);
    else if (p && p->known & PROC_KNOWS_COMM)
        line_add(&line, "%s", p->comm);
}

// clang-format off
static const struct column columns[] = {
    {.name = "shmid", .detail = DETAIL_PATH, .title = "SHMID", .help = "segment it holds", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .priority = 9, .flags = COL_PARENT | COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct holder, shmid)},
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_POSITIVE, struct holder, pid)},
    PROCESS_USER_COLUMNS(COL_METRIC_GROUP),
    {.name = "attaches", .label = "attachments", .title = "ATT", .help = "its mappings of the segment",
     .type = CELL_COUNT, .width = 3, .widest = 8,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .member = MEMBER(AS_VALUE, struct holder, attaches),
     .show = show_attaches},
    {.name = "access", .title = "ACCESS", .help = "what its mappings allow: r, rw, rwx, none",
     .type = CELL_TEXT, .width = 6, .priority = 4, .flags = COL_JSON | COL_SCREEN,
     .get = get_access, .set = set_access},
    PROCESS_COMM_COLUMN(COL_METRIC_GROUP),
    PROCESS_COMMAND_COLUMN(2, show_command),
    PROCESS_START_COLUMN(5, 1),
    {.name = "namespace_differs", .title = "LEFTNS",
     .help = "attached it, then left for another IPC namespace", .type = CELL_BOOL, .width = 6,
     .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct holder, namespace_differs)},
    {.name = "shares_memory_with", .title = "SHARES",
     .help = "process under which this address space is counted", .type = CELL_NUMBER,
     .width = 7, .flags = COL_JSON, .member = MEMBER(AS_POSITIVE, struct holder, shares_memory_with)},
    PROCESS_RSS_COLUMN(COL_SCREEN, DETAIL_FIRST + 9, 0),
    {.name = "stale", .detail = DETAIL_NONE, .title = "OLD", .help = "known from before: its files cannot be read now",
     .type = CELL_BOOL, .width = 3, .member = MEMBER(AS_VALUE, struct holder, stale)},
    PROCESS_SWAP_COLUMN(0),
    PROCESS_PSS_COLUMN(0),
    PROCESS_PARENT_COLUMN(0),
    PROCESS_SETTING_COLUMNS(0),
    PROCESS_FURTHER_COLUMNS(0),
};
// clang-format on

static size_t count(const struct snapshot *s)
{
    return s->scan ? s->scan->holders.n : 0;
}

static const void *at(const struct snapshot *s, size_t index)
{
    return &s->scan->holders.at[index];
}

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct holder *r = row;

    (void)s;
    *out = holder_identity(r->shmid, r->pid, r->start_ticks);
}

static bool belongs(const void *row, const struct identity *parent)
{
    const struct holder *r = row;

    return parent->kind == KIND_SEGMENT && r->shmid == parent->id;
}

bool holder_in_focus(const struct snapshot *s, const struct want *want, int32_t pid)
{
    const struct identity *focus = &want->focus;

    return want->focused && (focus->pid == pid ||
                             (focus->kind == KIND_SEGMENT && scan_holder(s->scan, focus->id, pid)));
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    const struct holder *r = row;
    const struct process *process = snapshot_process(s, r->pid);
    struct identity identity;

    *severity = SEVERITY_WARNING;
    if (r->stale || (process && process->stuck))
        return true;
    identify(s, row, &identity);
    return mark_by_findings(s, &identity, severity);
}

static bool is_new(const struct snapshot *s, const void *row)
{
    const struct process *p = process_of_row(s, row, PROC_KNOWS_START);

    return p && s->time - p->start_time < NEW_SECONDS;
}

static void name_pids(const struct snapshot *s, struct pid_vec *out)
{
    for (size_t i = 0; s->scan && i < s->scan->stuck_pids.n; i++)
        pids_add(out, s->scan->stuck_pids.at[i]);
}

static int order(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;

    return order_by(x->shmid, y->shmid) ?: order_by(x->pid, y->pid);
}

// They become the scan's.
static void restored(struct snapshot *s)
{
    struct table *rows = &s->tables[KIND_HOLDER];

    if (!s->scan)
        s->scan = scan_new();
    s->scan->holders = (struct holder_vec){rows->at, rows->n, rows->n};
    *rows = (struct table){0};
}

const struct kind kind_holders = {
    .id = KIND_HOLDER,
    .name = "holders",
    .title = "Holders",
    .one = "process",
    .word = "process",
    .flags = TABLE_HELD | TABLE_PROCESSES,
    .can = CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_TAG | CAN_LOCK | CAN_PAGE,
    .owner_need = NEED_SEGMENTS,
    .json = 2,
    .metrics = 7,
    .object = KIND_SEGMENT,
    .empty = "no process was seen holding it",
    .need = NEED_HOLDERS,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-attaches",
    .enter = KIND_MAPPING,
    .pids = {1, {offsetof(struct holder, pid)}},
    .rows = ROWS_LIKE(struct holder),
    .count = count,
    .at = at,
    .identify = identify,
    .belongs = belongs,
    .order = order,
    .restored = restored,
    .describe = process_describe,
    .path_text = process_path_text,
    .mark = mark,
    .is_new = is_new,
    .name_pids = name_pids,
    .processes = row_processes,
    .no_processes = process_no_processes,
};
