// Semaphore sets. The kernel keeps no list of who uses one: its elements name last operators.
#include "model/kind.h"

#include "model/cells.h"
#include "model/liveness.h"

CELL_GETTER(get_nsems, struct semset, cell_set_count(out, r->nsems))
CELL_GETTER(get_otime, struct semset, cell_set_time(out, r->otime))
CELL_GETTER(get_waiters, struct semset,
            if (r->known & SET_KNOWS_WAITERS) cell_set_count(out, r->waiters))
CELL_GETTER(get_idle, struct semset, cell_set_since(out, s, r->otime > 0 ? r->otime : r->o.ctime))

static void get_orphan(const struct snapshot *s, const void *row, struct cell *out)
{
    bool known = false, orphan = semset_orphan(s, row, &known);

    if (known)
        cell_set_truth(out, orphan);
}

APP_GETTERS(KIND_SEMSET)

static const struct column columns[] = {
    OWNED_COLUMNS("semid", "SEMID"),
    {.name = "nsems", .title = "SEMS", .help = "semaphores in the set", .type = CELL_COUNT,
     .width = 5, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .get = get_nsems},
    {.name = "otime", .title = "OPERATED", .help = "last semop", .type = CELL_TIME, .width = 8,
     .flags = COL_JSON, .get = get_otime},
    OWNED_CTIME_COLUMN,
    {.name = "waiters", .title = "WAITING", .help = "tasks waiting on its semaphores",
     .type = CELL_COUNT, .width = 7, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING,
     .need = NEED_SEM_WAITERS, .get = get_waiters},
    OWNED_APP_COLUMNS(1, NEED_ELEMENTS | NEED_PROCESSES | NEED_QUEUES),
    {.name = "orphan", .title = "ORPHAN",
     .help = "nothing waits on it and no process that used it lives", .type = CELL_BOOL,
     .width = 6, .priority = 6, .place = 2, .flags = COL_JSON | COL_SCREEN,
     .need = NEED_PROCESSES | NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_SYSTEM | NEED_QUEUES,
     .get = get_orphan},
    {.name = "idle", .title = "IDLE", .help = "time since the last semop",
     .type = CELL_DURATION, .width = 4, .priority = 4, .place = 3,
     .flags = COL_SCREEN | COL_DESCENDING, .get = get_idle},
    OWNED_AGE_COLUMN(COL_SCREEN, 5, 4),
};

KIND_ROWS(semsets)

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    (void)s;
    *out = identity_of(KIND_SEMSET, row);
}

const struct kind kind_semsets = {
    .id = KIND_SEMSET,
    .name = "semaphores",
    .title = "Semaphores",
    .one = "semaphore set",
    .need = NEED_SEMSETS,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-waiters",
    .enter = KIND_ELEMENT,
    .count = count,
    .at = at,
    .identify = identify,
};
