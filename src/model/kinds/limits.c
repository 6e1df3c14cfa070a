// Limits of the kernel and how much of each is used.
#include "model/kinds/registry.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/parts/cells.h"
#include "model/record/huge_pool.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/record/shm_limit.h"

static void get_percent(const struct snapshot *s, const void *row, struct cell *out)
{
    double percent;

    (void)s;
    if (limit_percent(row, &percent))
        cell_set_real(out, percent);
}

static void get_name(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct limit *r = row;

    (void)s;
    if (r->name)
        cell_set_text(out, limit_name(r, out->scratch, sizeof out->scratch));
}

static void get_path(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct limit *r = row;

    (void)s;
    if (r->mount_namespace)
        snprintf(out->scratch, sizeof out->scratch, "/proc/%" PRId32 "/root%s", r->pid, r->path);
    if (r->path)
        cell_set_text(out, r->mount_namespace ? out->scratch : r->path);
}

static void set_name(struct snapshot *s, void *row, const struct cell *value)
{
    (void)s;
    ((struct limit *)row)->name = value->text;
}

static void set_path(struct snapshot *s, void *row, const struct cell *value)
{
    (void)s;
    ((struct limit *)row)->path = value->text;
}

static void show_used(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct limit *r = row;

    (void)s;
    if (r->known & LIMIT_KNOWS_USED)
        limit_show_used(r, dst, cap);
}

static void show_limit(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct limit *r = row;

    (void)s;
    if (r->known & LIMIT_KNOWS_LIMIT)
        limit_show(r, dst, cap);
}

// clang-format off
static const struct column columns[] = {
    {.name = "name", .label = "name", .title = "LIMIT", .help = "name of the kernel's parameter",
     .type = CELL_TEXT, .width = 8, .widest = 18, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_GROUP,
     .get = get_name, .set = set_name},
    {.name = "used", .title = "USED", .help = "in use now", .type = CELL_COUNT, .width = 8,
     .widest = 12, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC, .member = MEMBER_IF(LIMIT_KNOWS_USED, AS_VALUE, struct limit, used),
     .show = show_used},
    {.name = "limit", .label = "allowed", .title = "OF", .help = "what the kernel allows", .type = CELL_COUNT,
     .width = 9, .widest = 12, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(LIMIT_KNOWS_LIMIT, AS_VALUE, struct limit, limit), .show = show_limit},
    {.name = "percent", .label = "used of it", .title = "USE%", .help = "used of the limit, in percent",
     .type = CELL_PERCENT, .width = 16, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_BAR,
     .get = get_percent},
    {.name = "top_user", .title = "MOST BY", .help = "user that uses most of it",
     .type = CELL_TEXT, .width = 8, .widest = 12, .priority = 2, .place = 2,
     .flags = COL_JSON | COL_SCREEN, .need = NEED_NAMES, .member = MEMBER_IF(LIMIT_KNOWS_TOP, AS_USER, struct limit, top_uid)},
    {.name = "path", .title = "FILE", .help = "file it lives in", .type = CELL_TEXT, .width = 26,
     .widest = 40, .priority = 3, .place = 4, .flags = COL_JSON | COL_SCREEN, .get = get_path, .set = set_path},
    {.name = "unit", .title = "UNIT", .help = "what is counted", .type = CELL_TEXT, .width = 10,
     .priority = 4, .place = 1, .flags = COL_SCREEN | COL_METRIC_GROUP, .member = MEMBER(AS_STRING, struct limit, unit)},
    {.name = "meaning", .title = "MEANING", .help = "what it limits", .type = CELL_TEXT,
     .width = 30, .widest = 60, .priority = 1, .place = 3, .flags = COL_SCREEN,
     .member = MEMBER(AS_STRING, struct limit, meaning)},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct limit *r = row;

    *out = (struct identity){.kind = KIND_LIMIT, .part = (uint64_t)(r - s->limits.at)};
}

// What is always the same of a limit is not recorded.
static void restored(struct snapshot *s)
{
    for (size_t i = 0; i < s->limits.n; i++) {
        struct limit *r = &s->limits.at[i];
        const struct limit_spec *spec = r->name ? limit_spec_find(r->name) : NULL;
        r->name = r->name ? r->name : "";
        const struct limit place = shm_limit(&(struct shm_place){0});
        r->meaning = spec ? spec->meaning : shm_limit_is(r) ? place.meaning : NULL;
        r->unit = spec ? spec->unit : shm_limit_is(r) ? place.unit : NULL;
        if (huge_pool_is(r))
            huge_pool_word(r);
    }
}

static bool own_name(const struct snapshot *s, const struct identity *identity, char *dst,
                     size_t cap)
{
    if (identity->part >= s->limits.n)
        return false;
    limit_name(&s->limits.at[identity->part], dst, cap);
    return true;
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    double percent;

    (void)s;
    if (huge_pool_is(row) || !limit_percent(row, &percent)) // a pool is there to be used up
        percent = 0;
    *severity = percent >= LIMIT_CRITICAL ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    return percent >= LIMIT_WARNING;
}

const struct kind kind_limits = {
    .id = KIND_LIMIT,
    .name = "limits",
    .title = "Limits",
    .one = "limit",
    .word = "limit",
    .flags = TABLE_NO_COUNT,
    .can = CAN_LIMIT,
    .tab = 5,
    .json = 8,
    .metrics = 4,
    // The use of a limit is counted from the objects.
    .need = NEED_LIMITS | NEED_SHM_PLACES | NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-percent",
    .pids = {1, {offsetof(struct limit, pid)}},
    .rows = ROWS_OF(limits),
    .identify = identify,
    .own_name = own_name,
    .restored = restored,
    .mark = mark,
};
