// Processes: those that live and hold, wait on, made or last used an object, with what they hold in sum.
#include "model/kinds/processes.h"

#include <inttypes.h>

#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/process_columns.h"
#include "model/kinds/parts/process_notes.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "model/record/process_totals.h"

BEGINS_WITH_PID(struct process_totals);

static void get_ports(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process_totals *r = row;
    const struct process_files *files = process_files_find(&s->file_answers, r->pid);

    if (!files || files->outcome != FILES_READ || files->sockets_unread || files->unread ||
        files->left_out)
        return;
    out->list.at = s->ports.n ? &s->ports.at[files->first_port] : NULL;
    out->list.n = files->n_ports;
    out->known = true;
}

static const char *const role_names[] = {"holds", "waits", "creator", "last user", NULL};

// clang-format off
static const struct column columns[] = {
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .flags = COL_PINS | COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_ID, .member = MEMBER(AS_POSITIVE, struct process_totals, pid)},
    PROCESS_PARENT_COLUMN(COL_JSON),
    PROCESS_USER_COLUMNS(COL_METRIC_GROUP),
    PROCESS_COMM_COLUMN(COL_METRIC_GROUP),
    PROCESS_SETTING_COLUMNS(COL_JSON | COL_SCREEN),
    PROCESS_START_COLUMN(8, 7),
    PROCESS_RSS_COLUMN(COL_JSON | COL_SCREEN | COL_METRIC, 0, 5),
    PROCESS_SWAP_COLUMN(COL_JSON | COL_SCREEN),
    {.name = "segments", .label = "segments", .title = "SEGS", .help = "segments it has attached", .type = CELL_COUNT,
     .width = 4, .widest = 7, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(TOTALS_KNOW_HELD, AS_VALUE, struct process_totals, segments)},
    {.name = "attached_bytes", .label = "attached", .title = "ATTACHED", .help = "sizes of these segments, each counted once", .type = CELL_SIZE,
     .width = 8, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(TOTALS_KNOW_HELD, AS_VALUE, struct process_totals, attached_bytes)},
    PROCESS_PSS_COLUMN(COL_JSON),
    {.name = "sets_waiting", .label = "waits on sets", .title = "SEMW", .help = "its tasks that wait on semaphore sets", .type = CELL_COUNT,
     .width = 4, .priority = 7, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(TOTALS_KNOW_WAITS, AS_VALUE, struct process_totals, sets_waiting)},
    {.name = "queues_waiting", .label = "waits on queues", .title = "MSGW", .help = "its tasks that wait on queues", .type = CELL_COUNT,
     .width = 4, .priority = 7, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(TOTALS_KNOW_WAITS, AS_VALUE, struct process_totals, queues_waiting)},
    {.name = "ports", .label = "listens on", .title = "PORT", .help = "ports it listens on, of TCP and UDP", .type = CELL_LIST,
     .width = 5, .widest = 24, .priority = 4, .place = 3, .flags = COL_JSON | COL_SCREEN | COL_ASKED, .need = NEED_PORTS, .get = get_ports},
    PROCESS_COMMAND_COLUMN(8, process_show_command),
    {.name = "roles", .title = "ROLES", .help = "why it is listed: holds, waits, creator, last user", .type = CELL_FLAGS,
     .width = 12, .widest = 30, .names = role_names, .member = MEMBER(AS_VALUE, struct process_totals, roles)},
    PROCESS_FURTHER_COLUMNS(COL_JSON),
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct process_totals *r = row;
    const struct process *p = process_of_row(s, row, PROC_KNOWS_START);

    *out = (struct identity){
        .kind = KIND_PROCESS, .pid = r->pid, .start_ticks = p ? p->start_ticks : 0};
}

static uint32_t owner(const void *row)
{
    const struct process_totals *r = row;

    return r->known & TOTALS_KNOW_UID ? r->uid : UINT32_MAX;
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    const struct process *p = process_of_row(s, row, 0);

    *severity = SEVERITY_WARNING;
    if (p && p->stuck)
        return true;
    for (size_t i = 0; p && i < s->findings.n; i++) { // worst first
        const struct identity *about = &s->findings.at[i].about;
        if (about->pid == p->pid && about->start_ticks == p->start_ticks) {
            *severity = s->findings.at[i].severity;
            return true;
        }
    }
    return false;
}

static bool waits_on(const struct snapshot *s, int32_t pid, enum kind_id kind, int32_t id)
{
    size_t n;
    const struct waiter *waiters = snapshot_waiters(s, kind, id, &n);

    for (size_t i = 0; i < n; i++)
        if (waiters[i].pid == pid)
            return true;
    return false;
}

bool process_concerns(const struct snapshot *s, int32_t pid, int32_t id)
{
    const struct segment *segment = snapshot_segment(s, id);
    const struct semset *set = snapshot_semset(s, id);
    const struct queue *queue = snapshot_queue(s, id);
    size_t n = 0;
    const struct element *e = set ? snapshot_elements(s, set, &n) : NULL;

    if ((segment && (segment->cpid == pid || segment->lpid == pid)) ||
        (queue && (queue->lspid == pid || queue->lrpid == pid)) ||
        (s->scan && scan_holder(s->scan, id, pid)))
        return true;
    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID && e[i].pid == pid)
            return true;
    return waits_on(s, pid, KIND_SEMSET, id) || waits_on(s, pid, KIND_QUEUE, id);
}

static bool concerns(const struct snapshot *s, const void *row, int32_t id)
{
    return process_concerns(s, ((const struct process_totals *)row)->pid, id);
}

struct process_view process_page_of(const struct identity *row)
{
    return (struct process_view){
        {.kind = KIND_PROCESS, .pid = row->pid, .start_ticks = row->start_ticks}, KIND_FILE, ""};
}

struct process_view process_maps_of(const struct identity *row)
{
    return (struct process_view){holder_identity(-1, row->pid, row->start_ticks), KIND_MAPPING,
                                 " mappings"};
}

// Its page; below the table its columns say enough.
static void notes(const struct snapshot *s, const struct identity *row,
                  const struct note_place *place, struct note_vec *out)
{
    if (place->entered)
        process_notes(s, row->pid, out);
}

// They are all that live of those an object names.
static void restored(struct snapshot *s)
{
    struct pid_vec ended = {0};

    kind_pids(&kind_segments, s, &ended);
    kind_pids(&kind_queues, s, &ended);
    pids_settle(&ended);
    for (size_t i = 0; i < ended.n; i++)
        if (!snapshot_process(s, ended.at[i]))
            snapshot_process_room(s, ended.at[i])->gone = true;
    vec_free(&ended);
    for (size_t i = 0; i < s->totals.n; i++) {
        struct process_totals *r = &s->totals.at[i];
        const struct process *p = process_of_row(s, r, PROC_KNOWS_UID);
        if (p) {
            r->uid = p->uid;
            r->known |= TOTALS_KNOW_UID;
        }
    }
}

const struct kind kind_processes = {
    .id = KIND_PROCESS,
    .name = "processes",
    .title = "Processes",
    .one = "process",
    .flags = TABLE_WHOLE | TABLE_PROCESSES,
    .can = CAN_SIGNAL | CAN_TAG | CAN_PAGE,
    .enter = KIND_FILE,
    .tab = 7,
    .json = 11,
    .metrics = 8,
    .empty = "no living process holds, waits on, made or last used an object",
    .need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_ELEMENTS | NEED_HOLDERS |
            NEED_WAITERS | NEED_PROCESSES | NEED_CGROUP | NEED_SYSTEM | NEED_TOTALS,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-attached_bytes",
    .rows = ROWS_OF(totals),
    .identify = identify,
    .concerns = concerns,
    .restored = restored,
    .owner = owner,
    .describe = process_describe,
    .path_text = process_path_text,
    .mark = mark,
    .processes = row_processes,
    .no_processes = process_no_processes,
    .notes = notes,
};
