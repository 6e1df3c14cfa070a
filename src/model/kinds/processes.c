// Processes: those that live and hold, wait on, made or last used an object, with what they hold in sum.
#include "model/kinds/processes.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/cells.h"
#include "model/kinds/registry.h"
#include "model/kinds/row_parts.h"
#include "model/record/process_totals.h"

static const struct process *process_of(const struct snapshot *s, const void *row, unsigned known)
{
    const struct process *p = snapshot_process(s, ((const struct process_totals *)row)->pid);

    return p && (p->known & known) == known ? p : NULL;
}

static void get_ppid(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_PARENT);

    if (p)
        cell_set_number(out, p->parent); // 0: outside this PID namespace, as ps shows it
}

static void get_state(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_STATE);

    if (p) {
        snprintf(out->scratch, sizeof out->scratch, "%c", p->state);
        cell_set_text(out, out->scratch);
    }
}

static void get_comm(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_COMM);

    if (p)
        cell_set_text(out, p->comm);
}

static void get_unit(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, 0);

    cell_set_text(out, p ? process_string(p, PROCESS_UNIT) : NULL);
}

static void get_container(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, 0);

    cell_set_text(out, p ? process_string(p, PROCESS_CONTAINER) : NULL);
}

// In a container that is what people know it by; its unit there is the container's own business.
static void show_unit(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct process *p = process_of(s, row, 0);
    const char *container = p ? process_string(p, PROCESS_CONTAINER) : NULL;
    const char *unit = p ? process_string(p, PROCESS_UNIT) : NULL;

    snprintf(dst, cap, "%s", container ? container : unit ? unit : "");
}

static void get_tty(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_STAT);

    if (p && p->tty) {
        tty_name(p->tty, out->scratch, sizeof out->scratch);
        cell_set_text(out, out->scratch);
    }
}

static void get_threads(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_STAT);

    if (p && p->threads > 0)
        cell_set_count(out, (uint64_t)p->threads);
}

static void get_session(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_STAT);

    if (p)
        cell_set_pid(out, p->session);
}

static void get_cpu(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_STAT);

    if (p)
        cell_set_number(out, (int64_t)(p->cpu_ms / 1000));
}

static void get_start(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_START);

    if (p)
        cell_set_number(out, p->start_time);
}

static void get_rss(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_RSS);

    if (p)
        cell_set_count(out, p->rss);
}

static void get_swap(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_SWAP);

    if (p)
        cell_set_count(out, p->swap);
}

static void get_shared_pss(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_SHARED_PSS);

    if (p)
        cell_set_count(out, p->shared_pss);
}

static void get_command(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process *p = process_of(s, row, PROC_KNOWS_COMMAND);

    if (p)
        cell_set_text(out, process_string(p, PROCESS_COMMAND));
}

static void show_command(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct process *p = process_of(s, row, 0);
    const char *command = p ? process_string(p, PROCESS_COMMAND) : NULL;

    snprintf(dst, cap, "%s%s", p && p->stuck ? "(stuck) " : "",
             command && command[0] ? command
             : p                   ? p->comm
                                   : "");
}

static void get_ports(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct process_totals *r = row;
    const struct process_files *files = process_files_find(&s->file_answers, r->pid);

    if (!files || files->outcome != FILES_READ)
        return;
    out->list.at = s->ports.n ? &s->ports.at[files->first_port] : NULL;
    out->list.n = files->n_ports;
    out->known = true;
}

static struct process *process_room(struct snapshot *s, const void *row, unsigned known)
{
    struct process *p = snapshot_process_room(s, ((const struct process_totals *)row)->pid);

    p->known |= (__typeof__(p->known))known;
    return p;
}

static void set_ppid(struct snapshot *s, void *row, const struct cell *value)
{
    if (value->number >= 0 && value->number <= INT32_MAX)
        process_room(s, row, PROC_KNOWS_PARENT)->parent = (int32_t)value->number;
}

static void set_uid(struct snapshot *s, void *row, const struct cell *value)
{
    if (value->count <= UINT32_MAX) // else it would be another user's
        process_room(s, row, PROC_KNOWS_UID)->uid = (uint32_t)value->count;
}

static void set_state(struct snapshot *s, void *row, const struct cell *value)
{
    if (isalpha((unsigned char)value->text[0])) // it is printed as it stands
        process_room(s, row, PROC_KNOWS_STATE)->state = value->text[0];
}

static void set_comm(struct snapshot *s, void *row, const struct cell *value)
{
    struct process *p = process_room(s, row, PROC_KNOWS_COMM);

    snprintf(p->comm, sizeof p->comm, "%s", value->text);
}

static void set_start(struct snapshot *s, void *row, const struct cell *value)
{
    process_room(s, row, PROC_KNOWS_START)->start_time = value->time;
}

static void set_rss(struct snapshot *s, void *row, const struct cell *value)
{
    process_room(s, row, PROC_KNOWS_RSS)->rss = value->count;
}

static void set_command(struct snapshot *s, void *row, const struct cell *value)
{
    struct process *p = process_room(s, row, PROC_KNOWS_COMMAND);

    if (!process_string(p, PROCESS_COMMAND)) // a holder may have it
        process_add_string(p, PROCESS_COMMAND, value->text);
}

static const char *const role_names[] = {"holds", "waits", "creator", "last user", NULL};

// clang-format off
static const struct column columns[] = {
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .flags = COL_PINS | COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_POSITIVE, struct process_totals, pid)},
    {.name = "ppid", .title = "PPID", .help = "its parent; 0 is outside this PID namespace", .type = CELL_NUMBER, .width = 7,
     .flags = COL_JSON, .get = get_ppid, .set = set_ppid},
    {.name = "user", .title = "USER", .help = "user it runs as", .type = CELL_TEXT, .width = 8,
     .widest = 12, .priority = 3, .flags = COL_JSON | COL_SCREEN, .need = NEED_NAMES,
     .member = MEMBER_IF(TOTALS_KNOW_UID, AS_USER, struct process_totals, uid)},
    {.name = "uid", .detail = DETAIL_NONE, .title = "UID", .help = "its user id", .type = CELL_COUNT, .width = 5,
     .widest = 10, .flags = COL_JSON, .member = MEMBER_IF(TOTALS_KNOW_UID, AS_VALUE, struct process_totals, uid), .set = set_uid},
    {.name = "state", .title = "S", .help = "state as in ps: R S D Z T", .type = CELL_TEXT,
     .width = 1, .priority = 2, .flags = COL_JSON | COL_SCREEN, .get = get_state, .set = set_state},
    {.name = "comm", .detail = DETAIL_NONE, .title = "PROGRAM", .help = "name of the program", .type = CELL_TEXT,
     .width = 15, .flags = COL_JSON, .get = get_comm, .set = set_comm},
    {.name = "unit", .title = "UNIT", .help = "systemd unit, on the screen its container if it is in one", .type = CELL_TEXT,
     .width = 12, .widest = 32, .priority = 5, .place = 2, .flags = COL_JSON | COL_SCREEN, .get = get_unit, .show = show_unit},
    {.name = "container", .title = "CONTAINER", .help = "container it runs in, by the name of its control group", .type = CELL_TEXT,
     .width = 12, .widest = 32, .flags = COL_JSON, .get = get_container},
    {.name = "tty", .title = "TTY", .help = "its terminal", .type = CELL_TEXT,
     .width = 6, .flags = COL_JSON, .get = get_tty},
    {.name = "threads", .title = "THR", .help = "its threads", .type = CELL_COUNT,
     .width = 3, .widest = 6, .priority = 11, .place = 4, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .get = get_threads},
    {.name = "start_time", .title = "START", .help = "time since it started", .type = CELL_TIME,
     .width = 5, .priority = 8, .place = 7, .flags = COL_JSON | COL_SCREEN, .get = get_start, .set = set_start},
    {.name = "rss", .title = "RSS", .help = "its memory, shared included", .type = CELL_SIZE,
     .width = 5, .priority = 6, .place = 5, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .need = NEED_RSS, .get = get_rss, .set = set_rss},
    {.name = "swap", .title = "SWAP", .help = "of its own memory swapped out", .type = CELL_SIZE,
     .width = 5, .priority = 9, .place = 6, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .need = NEED_SWAP, .get = get_swap},
    {.name = "segments", .title = "SEGS", .help = "segments it has attached", .type = CELL_COUNT,
     .width = 4, .widest = 7, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING,
     .member = MEMBER_IF(TOTALS_KNOW_HELD, AS_VALUE, struct process_totals, segments)},
    {.name = "attached_bytes", .title = "ATTACHED", .help = "sizes of these segments, each counted once", .type = CELL_SIZE,
     .width = 8, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING,
     .member = MEMBER_IF(TOTALS_KNOW_HELD, AS_VALUE, struct process_totals, attached_bytes)},
    {.name = "shared_pss", .title = "SHPSS", .help = "its share of shared memory, divided among all that map it", .type = CELL_SIZE,
     .width = 5, .flags = COL_JSON | COL_DESCENDING | COL_ASKED, .need = NEED_SHARED_PSS, .get = get_shared_pss},
    {.name = "sets_waiting", .title = "SEMW", .help = "its tasks that wait on semaphore sets", .type = CELL_COUNT,
     .width = 4, .priority = 7, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING,
     .member = MEMBER_IF(TOTALS_KNOW_WAITS, AS_VALUE, struct process_totals, sets_waiting)},
    {.name = "queues_waiting", .title = "MSGW", .help = "its tasks that wait on queues", .type = CELL_COUNT,
     .width = 4, .priority = 7, .place = 1, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING,
     .member = MEMBER_IF(TOTALS_KNOW_WAITS, AS_VALUE, struct process_totals, queues_waiting)},
    {.name = "ports", .title = "PORT", .help = "ports it listens on, of TCP and UDP", .type = CELL_LIST,
     .width = 5, .widest = 24, .priority = 4, .place = 3, .flags = COL_JSON | COL_SCREEN | COL_ASKED, .need = NEED_PORTS, .get = get_ports},
    {.name = "command", .title = "COMMAND", .help = "program and arguments", .type = CELL_TEXT,
     .width = 20, .widest = 255, .priority = 1, .place = 8, .flags = COL_JSON | COL_SCREEN,
     .need = NEED_COMMANDS, .get = get_command, .set = set_command, .show = show_command},
    {.name = "roles", .title = "ROLES", .help = "why it is listed: holds, waits, creator, last user", .type = CELL_FLAGS,
     .width = 12, .widest = 30, .names = role_names, .member = MEMBER(AS_VALUE, struct process_totals, roles)},
    {.name = "session", .title = "SESS", .help = "leader of its session", .type = CELL_NUMBER,
     .width = 7, .get = get_session},
    {.name = "cpu_time", .title = "CPU", .help = "processor time it has used", .type = CELL_DURATION,
     .width = 5, .flags = COL_DESCENDING, .get = get_cpu},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct process_totals *r = row;
    const struct process *p = process_of(s, row, PROC_KNOWS_START);

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
    const struct process *p = process_of(s, row, 0);

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

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    (void)s;
    use_add_row(out, row, USE_CERTAIN);
}

// They are all that live of those an object names.
static void restored(struct snapshot *s)
{
    struct pid_vec ended = {0};

    for (size_t i = 0; i < s->segments.n; i++) {
        pids_add(&ended, s->segments.at[i].cpid);
        pids_add(&ended, s->segments.at[i].lpid);
    }
    for (size_t i = 0; i < s->queues.n; i++) {
        pids_add(&ended, s->queues.at[i].lspid);
        pids_add(&ended, s->queues.at[i].lrpid);
    }
    pids_settle(&ended);
    for (size_t i = 0; i < ended.n; i++)
        if (!snapshot_process(s, ended.at[i]))
            snapshot_process_room(s, ended.at[i])->gone = true;
    vec_free(&ended);
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
    .processes = processes,
    .no_processes = process_no_processes,
    .notes = notes,
};
