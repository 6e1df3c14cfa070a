// Semaphore sets. The kernel keeps no list of the processes that use one: its elements name last
// operators.
#include "model/kinds/registry.h"

#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "model/table/tally.h"

static int64_t idle_since(const void *row)
{
    const struct semset *r = row;

    return r->otime > 0 ? r->otime : r->o.ctime;
}

// The processes its elements name, of their last semop or SETVAL. False: some were not read.
static bool operators_of(const struct snapshot *s, const struct semset *set, struct pid_vec *pids)
{
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);
    bool known = n > 0;

    for (size_t i = 0; i < n; i++) {
        known = known && e[i].known & ELEMENT_KNOWS_PID;
        if (e[i].known & ELEMENT_KNOWS_PID && (i == 0 || e[i].pid != e[i - 1].pid))
            vec_push(pids, e[i].pid);
    }
    pids_settle(pids);
    return known;
}

static void get_operators(const struct snapshot *s, const void *row, struct cell *out)
{
    struct pid_vec pids = {0};

    if (operators_of(s, row, &pids))
        cell_set_count(out, pids.n);
    vec_free(&pids);
}

// "18702 pmon" where it is one, "oracle×17 pmon gone" of several.
static void show_operators(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);
    struct tally programs = {0};
    struct pid_vec pids = {0};
    const struct semset *set = row;
    int64_t used = semset_last_use(set);

    operators_of(s, row, &pids);
    for (size_t i = 0; i < pids.n; i++) {
        const struct process *p = snapshot_process(s, pids.at[i]);

        if (pid_state_ended(object_pid_state(s, &set->o, pids.at[i], used)))
            tally_add(&programs, "gone");
        else
            tally_add(&programs, p && p->known & PROC_KNOWS_COMM ? p->comm : "?");
    }
    if (pids.n == 1)
        pid_show(s, pids.at[0], object_pid_state(s, &set->o, pids.at[0], used), dst, cap);
    else
        tally_write(&programs, &line);
    vec_free(&pids);
}

// clang-format off
static const struct column columns[] = {
    OWNED_COLUMNS("semid", "SEMID"),
    {.name = "nsems", .label = "semaphores", .detail = DETAIL_FIRST + 8, .title = "SEMS", .help = "semaphores in the set", .type = CELL_COUNT,
     .width = 5, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC, .member = MEMBER(AS_VALUE, struct semset, nsems)},
    {.name = "otime", .label = "last operation", .detail = DETAIL_FIRST + 17, .title = "OPERATED", .help = "last semop", .type = CELL_TIME, .width = 8,
     .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct semset, otime)},
    OWNED_CTIME_COLUMN,
    {.name = "waiters", .title = "WAITING", .help = "tasks waiting on its semaphores",
     .type = CELL_COUNT, .width = 7, .flags = COL_PLOT | COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .need = NEED_SEM_WAITERS, .member = MEMBER_IF(SET_KNOWS_WAITERS, AS_VALUE, struct semset, waiters)},
    OWNED_APP_COLUMNS(1, NEED_ELEMENTS | NEED_PROCESSES | NEED_QUEUES | NEED_WAITERS | NEED_SERVERS),
    {.name = "orphan", .title = "ORPHAN",
     .help = "nothing waits on it and no process that used it lives", .type = CELL_BOOL,
     .width = 6, .priority = 6, .place = 2, .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP,
     .need = NEED_ORPHANS,
     .verdict = semset_orphan},
    {.name = "idle", .detail = DETAIL_NONE, .title = "IDLE", .help = "time since the last semop",
     .type = CELL_DURATION, .width = 4, .priority = 4, .place = 3,
     .flags = COL_SCREEN | COL_DESCENDING, .since = idle_since},
    {.name = "operators", .label = "last operators", .title = "LAST",
     .help = "processes of the last operation on each of its semaphores", .type = CELL_COUNT,
     .width = 12, .widest = 60, .priority = 7, .place = 4,
     .flags = COL_SCREEN | COL_LEFT | COL_DESCENDING, .need = NEED_ELEMENTS | NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .get = get_operators, .show = show_operators},
    OWNED_AGE_COLUMN,
};
// clang-format on

// The one process that all operations seen are of.
static bool last_user(const struct snapshot *s, const void *row, int32_t *pid, int64_t *time)
{
    size_t n;
    const struct element *e = snapshot_elements(s, row, &n);

    *pid = 0;
    *time = semset_last_use(row);
    for (size_t i = 0; i < n && s->has & NEED_ELEMENTS; i++) {
        if (!(e[i].known & ELEMENT_KNOWS_PID) || e[i].pid == 0)
            continue;
        if (*pid && *pid != e[i].pid)
            return false;
        *pid = e[i].pid;
    }
    return *pid > 0;
}

static bool counted_waiters(const void *row, uint64_t *n)
{
    const struct semset *r = row;

    *n = r->waiters;
    return r->known & SET_KNOWS_WAITERS;
}

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    use_add_waiters(out, s, KIND_SEMSET, row->id);
    use_add_operators(out, s, row->id, NULL);
}

static void name_pids(const struct snapshot *s, struct pid_vec *out)
{
    for (size_t i = 0; i < s->servers.n; i++)
        if (!s->servers.at[i].silent)
            pids_add(out, s->servers.at[i].pid);
}

const struct kind kind_semsets = {
    .id = KIND_SEMSET,
    .name = "semaphores",
    .title = "Semaphores",
    .one = "semaphore set",
    .word = "semaphore",
    .can = CAN_TAG | CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_RESTRICT | CAN_WAITERS,
    .ipcrm = 's',
    .tab = 2,
    .json = 4,
    .metrics = 2,
    .batch = 2,
    .object = KIND_SEMSET,
    .need = NEED_SEMSETS,
    .act_need = NEED_ORPHANS | NEED_HOLDERS | NEED_NAMES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-waiters",
    .waiting = KIND_WAITER,
    .enter = KIND_ELEMENT,
    .rows = ROWS_OF(semsets),
    .identify = object_identify,
    .name_pids = name_pids,
    .orphan = semset_orphan,
    .idle_since = idle_since,
    .last_user = last_user,
    .counted_waiters = counted_waiters,
    .processes = processes,
    .no_processes = set_no_processes,
    .notes = notes_waiters,
};
