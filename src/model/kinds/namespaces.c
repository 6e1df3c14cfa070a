// IPC namespaces of this machine, and what each holds.
#include "model/kinds/registry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/process_columns.h"
#include "model/kinds/parts/row_parts.h"

// The process a row begins with is the oldest in it.
BEGINS_WITH_PID(struct ipc_namespace);

static void show_pid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct ipc_namespace *r = row;

    if (r->pid > 0)
        pid_show(s, r->pid, process_of_row(s, r, 0) ? PID_ALIVE : PID_UNKNOWN, dst, cap);
    else
        snprintf(dst, cap, "a mount");
}

static const char *reason(const struct ipc_namespace *r)
{
    switch (-r->error) {
    case 0:
        return NULL;
    case EPERM:
    case EACCES:
        return "not permitted: entering it needs CAP_SYS_ADMIN";
    case ESRCH:
    case ENOENT:
        return "no process to enter it by";
    case ETIMEDOUT:
        return "its processes do not answer";
    case EINVAL:
    case ENOSYS:
        return "this kernel cannot enter namespaces";
    default:
        return "it cannot be read";
    }
}

static void get_reason(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)s;
    cell_set_text(out, reason(row));
}

static void get_shown(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct ipc_namespace *r = row;

    if (s->system.ipc_namespace)
        cell_set_truth(out, r->inode == s->system.ipc_namespace);
}

static void show_shown(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct ipc_namespace *r = row;

    snprintf(dst, cap, "%s", r->inode == s->system.ipc_namespace ? "here" : "");
}

// clang-format off
static const struct column columns[] = {
    {.name = "ipc_namespace", .title = "NAMESPACE", .detail = DETAIL_PATH, .help = "inode number of the namespace, as in /proc/PID/ns/ipc",
     .type = CELL_COUNT, .width = 10, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_LEFT | COL_METRIC_ID,
     .member = MEMBER(AS_VALUE, struct ipc_namespace, inode)},
    {.name = "processes", .label = "processes", .title = "PROCS", .help = "processes seen to live in it", .type = CELL_COUNT, .width = 5,
     .widest = 7, .priority = 6, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER(AS_VALUE, struct ipc_namespace, processes)},
    {.name = "pid", .label = "oldest process", .title = "OLDEST", .help = "oldest process in it; none where a mount keeps it", .type = CELL_NUMBER, .width = 12,
     .widest = 24, .priority = 5, .flags = COL_JSON | COL_SCREEN | COL_LEFT, .need = NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .member = MEMBER(AS_POSITIVE, struct ipc_namespace, pid), .show = show_pid},
    {.name = "comm", .detail = DETAIL_NONE, .title = "COMM", .help = "name of the oldest process", .type = CELL_TEXT, .width = 12,
     .widest = 16, .flags = COL_JSON, .need = NEED_PROCESSES,
     .member = MEMBER_OF_PROCESS(PROC_KNOWS_COMM, AS_CHARS, comm)},
    {.name = "container", .title = "CONTAINER", .help = "container of the oldest process, by its control group",
     .type = CELL_TEXT, .width = 10, .widest = 32, .priority = 3, .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP,
     .need = NEED_PROCESSES | NEED_CGROUP, .get = process_get_container},
    {.name = "unit", .title = "UNIT", .help = "systemd unit of the oldest process", .type = CELL_TEXT, .width = 10,
     .widest = 32, .priority = 8, .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP, .need = NEED_PROCESSES | NEED_CGROUP, .get = process_get_unit},
    {.name = "segments", .title = "SEGMENTS", .help = "shared memory segments", .type = CELL_COUNT, .width = 8,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(NAMESPACE_KNOWS_OBJECTS, AS_VALUE, struct ipc_namespace, segments)},
    {.name = "bytes", .title = "SIZE", .help = "sizes of its segments together", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(NAMESPACE_KNOWS_OBJECTS, AS_VALUE, struct ipc_namespace, bytes)},
    {.name = "rss", .label = "in memory", .title = "RSS", .help = "of its segments in memory now", .type = CELL_SIZE, .width = 5, .priority = 4,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(NAMESPACE_KNOWS_RSS, AS_VALUE, struct ipc_namespace, rss)},
    {.name = "semaphores", .label = "semaphore sets", .title = "SETS", .help = "semaphore sets", .type = CELL_COUNT, .width = 5, .priority = 1,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(NAMESPACE_KNOWS_OBJECTS, AS_VALUE, struct ipc_namespace, semsets)},
    {.name = "queues", .label = "queues", .title = "QUEUES", .help = "message queues", .type = CELL_COUNT, .width = 6, .priority = 2,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(NAMESPACE_KNOWS_OBJECTS, AS_VALUE, struct ipc_namespace, queues)},
    {.name = "findings", .title = "FINDINGS", .help = "findings of triage in it", .type = CELL_COUNT, .width = 8,
     .priority = 1, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC, .need = NEED_FINDINGS,
     .member = MEMBER_IF(NAMESPACE_KNOWS_FINDINGS, AS_VALUE, struct ipc_namespace, findings)},
    {.name = "shown", .title = "SHOWN", .help = "whether the other views show it", .type = CELL_BOOL, .width = 5,
     .priority = 7, .flags = COL_JSON | COL_SCREEN | COL_LEFT, .get = get_shown, .show = show_shown},
    {.name = "reason", .title = "NOT READ", .help = "why its objects are not known", .type = CELL_TEXT, .width = 8,
     .widest = 48, .priority = 9, .flags = COL_JSON | COL_SCREEN, .get = get_reason},
};
// clang-format on

static void get_namespace(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)row;
    if (s->system.ipc_namespace)
        cell_set_count(out, s->system.ipc_namespace);
}

const struct column namespace_column = {
    .name = "ipc_namespace",
    .title = "NAMESPACE",
    .help = "inode number of its IPC namespace",
    .type = CELL_COUNT,
    .width = 10,
    .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_LEFT,
    .need = NEED_SYSTEM,
    .get = get_namespace,
};

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    (void)s;
    *out = (struct identity){.kind = KIND_NAMESPACE,
                             .part = ((const struct ipc_namespace *)row)->inode};
}

static void path_text(const struct snapshot *s, const struct identity *identity, char *dst,
                      size_t cap)
{
    (void)s;
    snprintf(dst, cap, "IPC namespace %" PRIu64, identity->part);
}

static uint64_t place(const void *row)
{
    return ((const struct ipc_namespace *)row)->inode;
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    const struct ipc_namespace *r = row;

    (void)s;
    *severity = SEVERITY_WARNING;
    return r->known & NAMESPACE_KNOWS_FINDINGS && r->findings > 0;
}

const struct kind kind_namespaces = {
    .id = KIND_NAMESPACE,
    .name = "namespaces",
    .title = "Namespaces",
    .one = "IPC namespace",
    .word = "namespace",
    .tab = 8,
    .json = 10,
    .metrics = 9,
    .need = NEED_NAMESPACES | NEED_SYSTEM,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-bytes",
    .pids = {1, {offsetof(struct ipc_namespace, pid)}},
    .rows = ROWS_OF(namespaces),
    .identify = identify,
    .path_text = path_text,
    .place = place,
    .mark = mark,
};
