// Semaphore sets. The kernel keeps no list of who uses one: its elements name last operators.
#include "model/kind.h"

#include "model/cells.h"

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

static void get_app(const struct snapshot *s, const void *row, struct cell *out)
{
    app_get(s, KIND_SEMSET, row, out);
}

static void show_app(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    app_show(s, KIND_SEMSET, row, dst, cap);
}

static void get_instance(const struct snapshot *s, const void *row, struct cell *out)
{
    app_get_instance(s, KIND_SEMSET, row, out);
}

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
    OWNED_APP_COLUMNS(1, NEED_ELEMENTS | NEED_PROCESSES | NEED_QUEUES, get_app, show_app,
                      get_instance),
    {.name = "orphan", .title = "ORPHAN",
     .help = "nothing waits on it and no process that used it lives", .type = CELL_BOOL,
     .width = 6, .priority = 6, .place = 2, .flags = COL_JSON | COL_SCREEN,
     .need = NEED_PROCESSES | NEED_SEM_WAITERS | NEED_ELEMENTS | NEED_SYSTEM | NEED_QUEUES, .get = get_orphan},
    {.name = "idle", .title = "IDLE", .help = "time since the last semop",
     .type = CELL_DURATION, .width = 4, .priority = 4, .place = 3,
     .flags = COL_SCREEN | COL_DESCENDING, .get = get_idle},
    {.name = "age", .title = "AGE", .help = "time since it was created or its owner changed",
     .type = CELL_DURATION, .width = 4, .priority = 5, .place = 4,
     .flags = COL_SCREEN | COL_DESCENDING, .get = owned_get_age},
};

static size_t count(const struct snapshot *s)
{
    return s->semsets.n;
}

static const void *at(const struct snapshot *s, size_t index)
{
    return &s->semsets.at[index];
}

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
