// Mappings: the lines of /proc/PID/maps that are attachments; on demand all of one process's.
#include "base/order.h"
#include "model/kinds/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"

static void get_size(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct mapping *r = row;

    (void)s;
    cell_set_count(out, r->end - r->start);
}

static void get_perms(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct mapping *r = row;

    (void)s;
    cell_set_text(out, mapping_perms_text(r->perms, out->scratch));
}

static void get_path(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct mapping *r = row;

    (void)s;
    cell_set_text(out, mapping_path(r, out->scratch, sizeof out->scratch));
}

static void set_perms(struct snapshot *s, void *row, const struct cell *value)
{
    struct mapping *r = row;

    (void)s;
    for (const char *c = value->text; *c; c++)
        r->perms |= *c == 'r'   ? MAP_R
                    : *c == 'w' ? MAP_W
                    : *c == 'x' ? MAP_X
                    : *c == 's' ? MAP_SHARED_BIT
                                : 0;
}

// Of a segment it names the key alone.
static void set_path(struct snapshot *s, void *row, const struct cell *value)
{
    struct mapping *r = row;

    (void)s;
    if (r->shmid < 0 || sscanf(value->text, "/SYSV%" SCNx32, &r->key) != 1)
        r->path = mem_copy_string(value->text);
}

// Of all mappings of a process: what is shared memory of another kind. A segment's name there is one of
// another IPC namespace.
static void show_shmid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    static const char segment[] = "/SYSV";
    const struct mapping *r = row;
    bool named = r->path && strncmp(r->path, segment, sizeof segment - 1) == 0;

    (void)s;
    if (r->shmid >= 0)
        snprintf(dst, cap, "%" PRId32, r->shmid);
    else if (r->perms & MAP_SHARED_BIT && !named)
        snprintf(dst, cap, "not SysV");
}

static void get_pss(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct mapping *r = row;

    (void)s;
    if (r->known & MAP_KNOWS_USE && !(r->perms & MAP_HUGE))
        cell_set_count(out, r->pss);
}

// clang-format off
static const struct column columns[] = {
    {.name = "shmid", .detail = DETAIL_PATH, .title = "SHMID", .help = "segment that is mapped, or that what is shared is not System V's", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .priority = 12, .flags = COL_PARENT | COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALID, struct mapping, shmid), .show = show_shmid},
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .priority = 11, .flags = COL_PARENT_PROCESS | COL_JSON | COL_SCREEN, .member = MEMBER(AS_POSITIVE, struct mapping, pid)},
    {.name = "start", .title = "START", .help = "first address", .type = CELL_ADDRESS,
     .width = 12, .widest = 16, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_VALUE, struct mapping, start)},
    {.name = "end", .title = "END", .help = "address after the last", .type = CELL_ADDRESS,
     .width = 12, .widest = 16, .priority = 2, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct mapping, end)},
    {.name = "size", .detail = DETAIL_FIRST + 2, .title = "SIZE", .help = "bytes mapped", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .get = get_size},
    {.name = "perms", .detail = DETAIL_FIRST + 23, .title = "PERMS", .help = "rw-s: read, write, execute, shared",
     .type = CELL_TEXT, .width = 5, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .get = get_perms, .set = set_perms},
    {.name = "offset", .title = "OFFSET", .help = "offset in the segment", .type = CELL_ADDRESS,
     .width = 8, .widest = 16, .priority = 9, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct mapping, offset)},
    {.name = "dev", .title = "DEV", .help = "device the segment lies on", .type = CELL_TEXT,
     .width = 5, .widest = 9, .priority = 8, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_DEVICE, struct mapping, dev_major)},
    {.name = "inode", .title = "INODE", .help = "inode: the identifier of a segment",
     .type = CELL_COUNT, .width = 6, .widest = 20, .priority = 7,
     .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct mapping, inode)},
    {.name = "path", .title = "PATH", .help = "name in maps, with the original key",
     .type = CELL_TEXT, .width = 24, .widest = 255, .priority = 1, .place = 1,
     .flags = COL_JSON | COL_SCREEN, .get = get_path, .set = set_path},
    {.name = "rss", .detail = DETAIL_FIRST + 9, .title = "RSS", .help = "of this mapping in memory", .type = CELL_SIZE,
     .width = 5, .priority = 3, .flags = COL_SCREEN | COL_DESCENDING, .need = NEED_MAP_USE,
     .member = MEMBER_IF(MAP_KNOWS_USE, AS_VALUE, struct mapping, rss)},
    {.name = "pss", .title = "PSS", .help = "its share, divided among all processes that map it",
     .type = CELL_SIZE, .width = 5, .priority = 4, .flags = COL_SCREEN | COL_DESCENDING,
     .need = NEED_MAP_USE, .get = get_pss},
    {.name = "swap", .detail = DETAIL_FIRST + 10, .title = "SWAP", .help = "of this mapping swapped out", .type = CELL_SIZE,
     .width = 5, .priority = 5, .flags = COL_SCREEN | COL_DESCENDING, .need = NEED_MAP_USE,
     .member = MEMBER_IF(MAP_KNOWS_USE, AS_VALUE, struct mapping, swap)},
    {.name = "locked", .title = "LOCKED", .help = "of this mapping locked in memory",
     .type = CELL_SIZE, .width = 6, .priority = 6, .flags = COL_SCREEN | COL_DESCENDING,
     .need = NEED_MAP_USE, .member = MEMBER_IF(MAP_KNOWS_USE, AS_VALUE, struct mapping, locked)},
};
// clang-format on

// Those of the process a drill-down looks at are read with more detail than the scan's.
static const struct mapping_vec *mappings_of(const struct snapshot *s)
{
    static const struct mapping_vec none;

    if (s->has & (NEED_MAP_USE | NEED_ALL_MAPS) && s->focus_maps.n > 0)
        return &s->focus_maps;
    return s->scan ? &s->scan->mappings : &none;
}

static size_t count(const struct snapshot *s)
{
    return mappings_of(s)->n;
}

static const void *at(const struct snapshot *s, size_t index)
{
    return &mappings_of(s)->at[index];
}

static uint64_t start_ticks_of(const struct snapshot *s, const struct mapping *r)
{
    const struct holder *holder = scan_holder(s->scan, r->shmid, r->pid);
    const struct process *p = snapshot_process(s, r->pid);

    if (holder)
        return holder->start_ticks;
    return p && p->known & PROC_KNOWS_START ? p->start_ticks : 0;
}

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct mapping *r = row;

    *out = (struct identity){.kind = KIND_MAPPING,
                             .id = r->shmid,
                             .pid = r->pid,
                             .start_ticks = start_ticks_of(s, r),
                             .part = r->start};
}

static bool belongs(const void *row, const struct identity *parent)
{
    const struct mapping *r = row;

    if (parent->kind == KIND_SEGMENT)
        return r->shmid == parent->id;
    return parent->kind == KIND_HOLDER && r->pid == parent->pid &&
           (parent->id < 0 || r->shmid == parent->id);
}

static int order(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;

    return order_by(x->shmid, y->shmid) ?: order_by(x->pid, y->pid) ?: order_by_u64(x->start, y->start);
}

// They become the scan's.
static void restored(struct snapshot *s)
{
    struct table *rows = &s->tables[KIND_MAPPING];

    if (!s->scan)
        s->scan = scan_new();
    s->scan->mappings = (struct mapping_vec){rows->at, rows->n, rows->n};
    *rows = (struct table){0};
}

const struct kind kind_mappings = {
    .id = KIND_MAPPING,
    .name = "maps",
    .title = "Mappings",
    .one = "mapping",
    .flags = TABLE_HELD,
    .can = CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_LOCK | CAN_WIDEN | CAN_PAGE,
    .owner_need = NEED_SEGMENTS,
    .focus_need = NEED_MAP_USE,
    .wide_need = NEED_ALL_MAPS,
    .json = 3,
    .object = KIND_SEGMENT,
    .need = NEED_HOLDERS,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .rows = ROWS_LIKE(struct mapping),
    .count = count,
    .at = at,
    .identify = identify,
    .belongs = belongs,
    .order = order,
    .restored = restored,
    .describe = mapping_describe,
    .path_text = process_path_text,
    .processes = row_processes,
};
