// Processes that hold shared memory besides System V's, and their mappings of it: a row for a process and
// an object, a row for a mapping.

#include "base/order.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/process_columns.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/shared.h"

static void get_name(const struct snapshot *s, const struct shared_id *id, struct cell *out)
{
    const struct shared *object = shared_find(s, id);

    if (object && object->name[0])
        cell_set_text(out, object->name);
}

// --- holders -------------------------------------------------------------------------------------

BEGINS_WITH_PID(struct shared_holder);

static void get_holder_name(const struct snapshot *s, const void *row, struct cell *out)
{
    get_name(s, &((const struct shared_holder *)row)->id, out);
}

static int holder_order(const void *a, const void *b)
{
    const struct shared_holder *x = a, *y = b;

    return shared_order(&x->id, &y->id) ?: order_by(x->pid, y->pid);
}

static void get_access(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct shared_holder *r = row;

    (void)s;
    if (r->attaches)
        cell_set_text(out, access_text(r->access, out->scratch));
}

static void get_open(const struct snapshot *s, const void *row, struct cell *out)
{
    if (s->has & NEED_SHARED_OPEN)
        cell_set_count(out, ((const struct shared_holder *)row)->open);
}

// clang-format off
static const struct column holder_columns[] = {
    {.name = "name", .detail = DETAIL_NONE, .title = "NAME", .help = "name of what it holds", .type = CELL_TEXT, .width = 16, .widest = 60,
     .priority = 9, .flags = COL_PARENT | COL_JSON | COL_SCREEN, .get = get_holder_name},
    {.name = "device", .detail = DETAIL_NONE, .title = "DEV", .help = "device of that object", .type = CELL_TEXT, .width = 5, .widest = 9,
     .flags = COL_JSON, .member = MEMBER(AS_DEVICE, struct shared_holder, id.dev_major)},
    {.name = "inode", .detail = DETAIL_NONE, .title = "INODE", .help = "inode number of that object", .type = CELL_COUNT, .width = 6, .widest = 20,
     .priority = 10, .flags = COL_PARENT | COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct shared_holder, id.inode)},
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_POSITIVE, struct shared_holder, pid)},
    {.name = "user", .title = "USER", .help = "user it runs as", .type = CELL_TEXT, .width = 8, .widest = 12, .priority = 3,
     .flags = COL_JSON | COL_SCREEN, .need = NEED_PROCESSES | NEED_NAMES, .member = MEMBER_OF_PROCESS(PROC_KNOWS_UID, AS_USER, uid)},
    {.name = "attaches", .label = "mappings", .title = "ATT", .help = "its mappings of the object", .type = CELL_COUNT, .width = 3, .widest = 8,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .member = MEMBER(AS_VALUE, struct shared_holder, attaches)},
    {.name = "open", .label = "open in", .title = "OPEN", .help = "descriptors it has open on it", .type = CELL_COUNT, .width = 4, .widest = 8,
     .priority = 5, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING, .need = NEED_SHARED_OPEN, .get = get_open},
    {.name = "access", .title = "ACCESS", .help = "what its mappings allow: r, rw, rwx, none", .type = CELL_TEXT, .width = 6, .priority = 4,
     .flags = COL_JSON | COL_SCREEN, .get = get_access},
    PROCESS_COMM_COLUMN(0),
    PROCESS_COMMAND_COLUMN(2, process_show_command),
};
// clang-format on

static void identify_holder(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct shared_holder *r = row;

    (void)s;
    *out = shared_identity(&kind_shared_holders, &r->id);
    out->pid = r->pid;
    out->start_ticks = r->start_ticks;
}

static bool is_of(const struct shared_id *id, const struct identity *object)
{
    const struct shared_id other = shared_id_of(object);

    return shared_order(id, &other) == 0;
}

static bool holder_belongs(const void *row, const struct identity *parent)
{
    const struct shared_holder *r = row;

    return parent->kind == KIND_SHARED && is_of(&r->id, parent);
}

static void holder_processes(const struct snapshot *s, const struct identity *row,
                             struct process_use_vec *out)
{
    (void)s;
    use_add(out, -1, row->pid, row->start_ticks, USE_CERTAIN, "%s", "");
}

const struct kind kind_shared_holders = {
    .id = KIND_SHARED_HOLDER,
    .name = "shared_holders",
    .title = "Shared holders",
    .one = "holder",
    .flags = TABLE_PROCESSES,
    .act_need = NEED_SHARED_OPEN,
    .can = CAN_REMOVE | CAN_SIGNAL | CAN_TAG,
    .owner_need = NEED_SHARED | NEED_SHARED_HOLDERS,
    .json = 13,
    .empty = "no process was seen mapping it",
    .need = NEED_SHARED | NEED_SHARED_HOLDERS,
    .columns = holder_columns,
    .n_columns = sizeof holder_columns / sizeof holder_columns[0],
    .default_sort = "-attaches",
    .enter = KIND_SHARED_MAP,
    .pids = {1, {offsetof(struct shared_holder, pid)}},
    .rows = ROWS_LIKE(struct shared_holder),
    .order = holder_order,
    .identify = identify_holder,
    .act_on = shared_act_on,
    .belongs = holder_belongs,
    .object_of = of_no_object,
    .describe = process_describe,
    .path_text = process_path_text,
    .processes = holder_processes,
    .no_processes = process_no_processes,
};

// --- mappings ------------------------------------------------------------------------------------

static void get_map_name(const struct snapshot *s, const void *row, struct cell *out)
{
    get_name(s, &((const struct shared_mapping *)row)->id, out);
}

static void get_size(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct shared_mapping *r = row;

    (void)s;
    cell_set_count(out, r->end - r->start);
}

static void get_perms(const struct snapshot *s, const void *row, struct cell *out)
{
    (void)s;
    cell_set_text(out,
                  mapping_perms_text(((const struct shared_mapping *)row)->perms, out->scratch));
}

// clang-format off
static const struct column map_columns[] = {
    {.name = "pid", .detail = DETAIL_PATH, .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7, .priority = 11,
     .flags = COL_PARENT_PROCESS | COL_JSON | COL_SCREEN, .member = MEMBER(AS_POSITIVE, struct shared_mapping, pid)},
    {.name = "start", .title = "START", .help = "first address", .type = CELL_ADDRESS, .width = 12, .widest = 16,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_VALUE, struct shared_mapping, start)},
    {.name = "end", .title = "END", .help = "address after the last", .type = CELL_ADDRESS, .width = 12, .widest = 16, .priority = 2,
     .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct shared_mapping, end)},
    {.name = "size", .title = "SIZE", .help = "bytes mapped", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING, .get = get_size},
    {.name = "perms", .title = "PERMS", .help = "rw-s: read, write, execute, shared", .type = CELL_TEXT, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP, .get = get_perms},
    {.name = "offset", .title = "OFFSET", .help = "offset in the object", .type = CELL_ADDRESS, .width = 8, .widest = 16, .priority = 5,
     .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct shared_mapping, offset)},
    {.name = "dev", .title = "DEV", .help = "device the object lies on", .type = CELL_TEXT, .width = 5, .widest = 9, .priority = 4,
     .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_DEVICE, struct shared_mapping, id.dev_major)},
    {.name = "inode", .title = "INODE", .help = "inode number of the object", .type = CELL_COUNT, .width = 6, .widest = 20, .priority = 3,
     .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_VALUE, struct shared_mapping, id.inode)},
    {.name = "name", .title = "NAME", .help = "name of the object", .type = CELL_TEXT, .width = 16, .widest = 60, .priority = 1, .place = 1,
     .flags = COL_JSON | COL_SCREEN, .get = get_map_name},
};
// clang-format on

static void identify_map(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct shared_mapping *r = row;

    (void)s;
    *out = (struct identity){.kind = KIND_SHARED_MAP, .pid = r->pid, .part = r->start};
}

static bool map_belongs(const void *row, const struct identity *parent)
{
    const struct shared_mapping *r = row;

    return parent->kind == KIND_SHARED_HOLDER && r->pid == parent->pid && is_of(&r->id, parent);
}

const struct kind kind_shared_maps = {
    .id = KIND_SHARED_MAP,
    .name = "shared_maps",
    .title = "Shared mappings",
    .one = "mapping",
    .can = CAN_SIGNAL,
    .owner_need = NEED_SHARED | NEED_SHARED_HOLDERS,
    .json = 14,
    .need = NEED_SHARED | NEED_SHARED_HOLDERS,
    .columns = map_columns,
    .n_columns = sizeof map_columns / sizeof map_columns[0],
    .rows = ROWS_LIKE(struct shared_mapping),
    .identify = identify_map,
    .belongs = map_belongs,
    .object_of = of_no_object,
    .describe = mapping_describe,
    .path_text = process_path_text,
    .processes = holder_processes,
};
