// Hosts that pictures are read of, where there are several: the gist of the last picture of each.
#include "model/kinds/registry.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/parts/cells.h"

static const char *const states[] = {[HOST_WAITING] = "no picture yet",
                                     [HOST_LIVE] = "live",
                                     [HOST_ENDED] = "connection ended",
                                     [HOST_RECORDED] = "recorded",
                                     NULL};

static void get_age(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct host *r = row;

    (void)s;
    if (r->age >= 0)
        cell_set_number(out, r->age);
}

static void get_percent(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct host *r = row;
    unsigned both = HOST_KNOWS_MEMORY | HOST_KNOWS_LIMIT;

    (void)s;
    if ((r->known & both) == both && r->limit > 0)
        cell_set_real(out, 100.0 * (double)r->bytes / (double)r->limit);
}

// clang-format off
static const struct column columns[] = {
    {.name = "host", .title = "HOST", .detail = DETAIL_PATH, .help = "its name; the file or pipe while no picture came", .type = CELL_TEXT,
     .width = 8, .widest = 40, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_CHARS, struct host, name)},
    {.name = "state", .title = "STATE", .help = "live, connection ended, recorded or no picture yet", .type = CELL_TEXT, .width = 8,
     .widest = 16, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_NAMED, struct host, state), .names = states},
    {.name = "age", .title = "AGE", .help = "of its last picture: since it came, or before the moment shown", .type = CELL_DURATION,
     .width = 4, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .get = get_age},
    {.name = "critical", .label = "critical findings", .title = "CRIT", .help = "critical findings", .type = CELL_COUNT, .width = 4,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_FINDINGS, AS_VALUE, struct host, findings[SEVERITY_CRITICAL])},
    {.name = "warnings", .label = "warnings", .title = "WARN", .help = "findings that are warnings", .type = CELL_COUNT, .width = 4,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_FINDINGS, AS_VALUE, struct host, findings[SEVERITY_WARNING])},
    {.name = "notices", .label = "notices", .title = "NOTE", .help = "findings that are notices", .type = CELL_COUNT, .width = 4, .priority = 5,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_FINDINGS, AS_VALUE, struct host, findings[SEVERITY_NOTICE])},
    {.name = "bytes", .label = "shared memory", .title = "SHM", .help = "sizes of its segments together", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_MEMORY, AS_VALUE, struct host, bytes)},
    {.name = "limit", .label = "its limit", .title = "LIMIT", .help = "of them: shmall in bytes", .type = CELL_SIZE, .width = 5, .priority = 4,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_LIMIT, AS_VALUE, struct host, limit)},
    {.name = "percent", .label = "used", .title = "USE", .help = "how much of that limit is used", .type = CELL_PERCENT, .width = 4, .priority = 3,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .get = get_percent},
    {.name = "segments", .label = "segments", .title = "SEGS", .help = "shared memory segments", .type = CELL_COUNT, .width = 4, .priority = 2,
     .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_MEMORY, AS_VALUE, struct host, segments)},
    {.name = "orphans", .label = "orphans", .title = "ORPH", .help = "orphans among segments, semaphore sets and queues", .type = CELL_COUNT, .width = 4,
     .priority = 1, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .member = MEMBER_IF(HOST_KNOWS_OBJECTS, AS_VALUE, struct host, orphans)},
    {.name = "worst", .label = "worst finding", .title = "WORST FINDING", .help = "the first of its findings", .type = CELL_TEXT, .width = 24, .widest = 80,
     .priority = 1, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_STRING, struct host, worst)},
    {.name = "unknown", .label = "not known", .title = "NOT KNOWN", .help = "tables that its picture lacks: their rows are not among those of the others",
     .type = CELL_TEXT, .width = 9, .widest = 60, .flags = COL_JSON, .member = MEMBER(AS_CHARS, struct host, unknown)},
    {.name = "time", .title = "TAKEN", .help = "when its last picture was taken, by its own clock", .type = CELL_TIME, .width = 5,
     .flags = COL_JSON, .member = MEMBER(AS_POSITIVE, struct host, time)},
    {.name = "source", .title = "SOURCE", .help = "file or pipe it is read from", .type = CELL_TEXT, .width = 8, .widest = 60,
     .priority = 6, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_STRING, struct host, source)},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    (void)s;
    *out = (struct identity){.kind = KIND_HOST, .part = ((const struct host *)row)->number};
}

static bool own_name(const struct snapshot *s, const struct identity *identity, char *dst,
                     size_t cap)
{
    const struct host *r = vec_first(&s->hosts, host, host->number == identity->part);

    if (r)
        snprintf(dst, cap, "%s", r->name);
    return r != NULL;
}

static uint64_t place(const void *row)
{
    return ((const struct host *)row)->number;
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    const struct host *r = row;

    (void)s;
    *severity = r->findings[SEVERITY_CRITICAL] || r->state == HOST_ENDED ? SEVERITY_CRITICAL
                : r->findings[SEVERITY_WARNING]                          ? SEVERITY_WARNING
                                                                         : SEVERITY_NOTICE;
    return r->state == HOST_ENDED || r->state == HOST_WAITING || r->findings[*severity] > 0;
}

const struct kind kind_hosts = {
    .id = KIND_HOST,
    .name = "hosts",
    .title = "Hosts",
    .one = "host",
    .word = "host",
    .flags = TABLE_HOSTS,
    .tab = 10,
    .need = NEED_SYSTEM,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .rows = ROWS_OF(hosts),
    .identify = identify,
    .own_name = own_name,
    .place = place,
    .mark = mark,
};
