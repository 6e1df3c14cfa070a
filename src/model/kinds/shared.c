// Shared memory that is not System V's, with queues and semaphores of POSIX.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/kinds/parts/app_memory.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/shared.h"
#include "model/table/tally.h"

// --- the kind ------------------------------------------------------------------------------------

static const char *const type_names[SHARED_TYPES + 1] = {"posix",     "memfd",  "anonymous",
                                                         "hugetlbfs", "mqueue", "posix-semaphore"};
static const char *const status_names[] = {"deleted", "elsewhere", "full", NULL};

static int order(const void *a, const void *b)
{
    return shared_order(&((const struct shared *)a)->id, &((const struct shared *)b)->id);
}

// "postgres×17 psql"
static void show_holders(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct shared *r = row;
    struct line line = line_start(dst, cap);
    struct tally programs = {0};
    size_t n;
    const struct shared_holder *holders = shared_holders(s, &r->id, &n);

    for (size_t i = 0; i < n; i++) {
        const struct process *p = snapshot_process(s, holders[i].pid);
        tally_add(&programs, p && p->known & PROC_KNOWS_COMM ? p->comm : "?");
    }
    tally_write(&programs, &line);
}

static void get_app(const struct snapshot *s, const void *row, struct cell *out)
{
    char instance[512];

    cell_set_text(out, shared_app(s, row, instance, sizeof instance));
}

static void get_instance(const struct snapshot *s, const void *row, struct cell *out)
{
    shared_app(s, row, out->scratch, sizeof out->scratch);
    cell_set_text(out, out->scratch[0] ? out->scratch : NULL);
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    const struct shared *r = row;
    struct identity identity = shared_identity(&kind_shared, &r->id);

    if (mark_by_findings(s, &identity, severity))
        return true;
    bool orphan = kind_orphan(&kind_shared, s, row);
    *severity = orphan || r->status & SHARED_FULL ? SEVERITY_WARNING : SEVERITY_NOTICE;
    return orphan || r->status & (SHARED_FULL | SHARED_DELETED);
}

static void get_holders(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct shared *r = row;
    size_t n;

    shared_holders(s, &r->id, &n);
    if (n || r->known & SHARED_KNOWS_ATTACHED)
        cell_set_count(out, n);
}

// clang-format off
static const struct column columns[] = {
    {.name = "kind", .detail = DETAIL_FIRST, .title = "KIND", .help = "posix, memfd, anonymous, hugetlbfs, mqueue or posix-semaphore",
     .type = CELL_TEXT, .width = 9, .widest = 15, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_GROUP, .names = type_names,
     .member = MEMBER(AS_NAMED, struct shared, type)},
    {.name = "name", .detail = DETAIL_PATH, .title = "NAME", .help = "name given by its maker; none of anonymous memory",
     .type = CELL_TEXT, .width = 20, .widest = 60, .place = 9, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_ID,
     .member = MEMBER(AS_CHARS, struct shared, name)},
    {.name = "device", .label = "device", .detail = DETAIL_FIRST + 12, .title = "DEV", .help = "device of its file system", .type = CELL_TEXT, .width = 5,
     .widest = 9, .priority = 12, .flags = COL_JSON | COL_METRIC_ID, .member = MEMBER(AS_DEVICE, struct shared, id.dev_major)},
    {.name = "inode", .detail = DETAIL_FIRST + 13, .title = "INODE", .help = "inode number: with the device it identifies the object",
     .type = CELL_COUNT, .width = 6, .widest = 20, .priority = 9, .flags = COL_JSON | COL_SCREEN | COL_METRIC_ID,
     .member = MEMBER(AS_VALUE, struct shared, id.inode)},
    {.name = "owner", .detail = DETAIL_FIRST + 8, .title = "OWNER", .help = "user who owns it", .type = CELL_TEXT, .width = 6, .widest = 12,
     .priority = 2, .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP, .need = NEED_NAMES,
     .member = MEMBER_IF(SHARED_KNOWS_OWNER, AS_USER, struct shared, uid)},
    {.name = "perms", .label = "permissions", .detail = DETAIL_FIRST + 9, .title = "PERMS", .help = "permissions of owner, group and others", .type = CELL_PERMS,
     .width = 9, .priority = 8, .flags = COL_JSON | COL_SCREEN,
     .member = MEMBER_IF(SHARED_KNOWS_OWNER, AS_VALUE, struct shared, mode)},
    {.name = "size", .detail = DETAIL_FIRST + 1, .title = "SIZE", .help = "size; of a queue, what it may hold", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(SHARED_KNOWS_SIZE, AS_VALUE, struct shared, size)},
    {.name = "rss", .label = "allocated", .detail = DETAIL_FIRST + 2, .title = "RSS", .help = "allocated: in memory or swapped out; of a queue, what it holds",
     .type = CELL_SIZE, .width = 5, .priority = 7, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC,
     .member = MEMBER_IF(SHARED_KNOWS_RSS, AS_VALUE, struct shared, rss)},
    {.name = "attached", .label = "attached", .detail = DETAIL_FIRST + 3, .title = "ATT", .help = "processes that map it",
     .type = CELL_COUNT, .width = 3, .widest = 7, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC,
     .need = NEED_SHARED_HOLDERS, .member = MEMBER_IF(SHARED_KNOWS_ATTACHED, AS_VALUE, struct shared, attached)},
    {.name = "open", .label = "open in", .detail = DETAIL_FIRST + 4, .title = "OPEN", .help = "descriptors that processes have open on it",
     .type = CELL_COUNT, .width = 4, .widest = 7, .flags = COL_JSON | COL_DESCENDING, .need = NEED_SHARED_HOLDERS | NEED_SHARED_OPEN,
     .member = MEMBER_IF(SHARED_KNOWS_OPEN, AS_VALUE, struct shared, open)},
    {.name = "status", .detail = DETAIL_FIRST + 5, .title = "STATUS",
     .help = "deleted: unlinked but held; elsewhere: in another mount or IPC namespace; full: a queue whose senders wait",
     .type = CELL_FLAGS, .width = 7, .widest = 17, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .names = status_names, .warned = SHARED_DELETED,
     .member = MEMBER(AS_VALUE, struct shared, status)},
    {.name = "app", .label = "application", .detail = DETAIL_FIRST + 11, .title = "APP", .help = "application it belongs to, or the program that all its holders run",
     .type = CELL_TEXT, .width = 8, .widest = 16, .priority = 5, .flags = COL_JSON | COL_SCREEN | COL_METRIC_GROUP,
     .need = NEED_SHARED_HOLDERS | NEED_PROCESSES, .get = get_app},
    {.name = "instance", .title = "INSTANCE", .help = "which one of that application: its data directory", .type = CELL_TEXT,
     .width = 8, .widest = 40, .flags = COL_JSON, .need = NEED_SHARED_HOLDERS | NEED_PROCESSES | NEED_APPS, .get = get_instance},
    {.name = "orphan", .title = "ORPHAN", .help = "nothing uses it, and the program that makes such names does not run",
     .type = CELL_BOOL, .width = 6, .flags = COL_JSON | COL_METRIC_GROUP, .need = NEED_SHARED_HOLDERS | NEED_SYSTEM, .verdict = shared_orphan},
    {.name = "holders", .title = "HOLDERS", .help = "processes seen holding it", .type = CELL_COUNT, .width = 12, .widest = 60,
     .priority = 1, .place = 10, .flags = COL_ENTERED | COL_SCREEN | COL_DESCENDING | COL_LEFT,
     .need = NEED_SHARED_HOLDERS | NEED_PROCESSES, .show_need = NEED_PROCESSES, .get = get_holders, .show = show_holders},
    {.name = "gid", .detail = DETAIL_NONE, .title = "GID", .help = "id of the owning group", .type = CELL_COUNT, .width = 5, .widest = 10,
     .member = MEMBER_IF(SHARED_KNOWS_OWNER, AS_VALID, struct shared, gid)},
    {.name = "mtime", .detail = DETAIL_FIRST + 10, .title = "WRITTEN", .help = "written by write(2) or resized last", .type = CELL_TIME, .width = 7,
     .priority = 10, .flags = COL_SCREEN, .member = MEMBER(AS_VALUE, struct shared, mtime)},
    {.name = "messages", .label = "messages", .detail = DETAIL_FIRST + 6, .title = "MSGS", .help = "messages in a queue", .type = CELL_COUNT, .width = 5,
     .flags = COL_METRIC, .member = MEMBER_IF(SHARED_KNOWS_MESSAGES, AS_VALUE, struct shared, messages)},
    {.name = "max_messages", .label = "may hold", .detail = DETAIL_FIRST + 7, .title = "OFMSGS", .help = "messages a queue may hold", .type = CELL_COUNT, .width = 6,
     .member = MEMBER_IF(SHARED_KNOWS_MESSAGES, AS_VALUE, struct shared, max_messages)},
    {.name = "value", .detail = DETAIL_FIRST + 6, .title = "VALUE", .help = "value of a semaphore", .type = CELL_COUNT, .width = 5,
     .member = MEMBER_IF(SHARED_KNOWS_VALUE, AS_VALUE, struct shared, value)},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct shared *r = row;

    (void)s;
    *out = shared_identity(&kind_shared, &r->id);
}

static void describe(const struct identity *identity, char *dst, size_t cap)
{
    snprintf(dst, cap, "shared memory of inode %" PRIu64, identity->part);
}

static const struct shared *find(const struct snapshot *s, const struct identity *identity)
{
    const struct shared_id id = shared_id_of(identity);

    return shared_find(s, &id);
}

static bool own_name(const struct snapshot *s, const struct identity *identity, char *dst,
                     size_t cap)
{
    const struct shared *row = find(s, identity);

    if (row && row->name[0])
        snprintf(dst, cap, "%s", row->name);
    return row && row->name[0];
}

static void path_text(const struct snapshot *s, const struct identity *identity, char *dst,
                      size_t cap)
{
    const struct shared *row = find(s, identity);

    if (!own_name(s, identity, dst, cap))
        snprintf(dst, cap, "%s %" PRIu64, row ? type_names[row->type] : "inode", identity->part);
}

static uint32_t owner(const void *row)
{
    const struct shared *r = row;

    return r->known & SHARED_KNOWS_OWNER ? r->uid : UINT32_MAX;
}

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    const struct shared_id id = shared_id_of(row);
    size_t n;
    const struct shared_holder *holders = shared_holders(s, &id, &n);

    for (size_t i = 0; i < n; i++) {
        char access[5];

        use_add(out, -1, holders[i].pid, holders[i].start_ticks, USE_CERTAIN, "%s, %u mapped",
                access_text(holders[i].access, access), holders[i].attaches);
    }
}

static void no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                         char *dst, size_t cap)
{
    const struct shared *r = find(s, row);

    if (r && r->known & SHARED_KNOWS_ATTACHED)
        snprintf(dst, cap, "no process to signal: none maps %s", name);
    else
        snprintf(dst, cap, "no process that maps %s was seen", name);
}

bool shared_queues_only(const struct want *want)
{
    return want->ipc_namespace && !(want->need & NEED_SHM_PLACES);
}

bool shared_act_on(const struct snapshot *s, const struct identity *row, struct action *action)
{
    const struct shared *r = find(s, row);
    size_t n;

    if (!r)
        return false;
    action->target = shared_identity(&kind_shared, &r->id);
    action->was = (struct object_state){.uid = r->uid, .gid = r->gid, .mode = r->mode};
    action->shared =
        (struct shared_target){.what = shared_type_title(r->type), .type = r->type, .via = r->via};
    memcpy(action->shared.name, r->name, sizeof r->name);
    const struct shared_holder *holders = shared_holders(s, &r->id, &n);
    if (n && r->status & SHARED_ELSEWHERE && !r->via)
        action->shared.via = holders[0].pid;
    return true;
}

// What its application shares in all.
static void notes(const struct snapshot *s, const struct identity *row,
                  const struct note_place *place, struct note_vec *out)
{
    const struct shared *r = find(s, row);
    char *line = r ? app_memory_line(s, r) : NULL;

    (void)place;
    if (line)
        note_add(out, NOTE_PLAIN, line);
}

const struct kind kind_shared = {
    .id = KIND_SHARED,
    .name = "shared",
    .title = "Shared",
    .one = "shared object",
    .word = "shared",
    .tab = 9,
    .json = 12,
    .metrics = 10,
    .need = NEED_SHARED | NEED_SHARED_HOLDERS | NEED_SHM_PLACES,
    .owner_need = NEED_SHARED | NEED_SHARED_HOLDERS,
    .act_need = NEED_SHARED_OPEN,
    .can = CAN_TAG | CAN_REMOVE | CAN_SIGNAL | CAN_RESTRICT,
    .enter = KIND_SHARED_HOLDER,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-size",
    .empty = "no shared memory besides System V's",
    .rows = ROWS_LIKE(struct shared),
    .order = order,
    .identify = identify,
    .act_on = shared_act_on,
    .describe = describe,
    .own_name = own_name,
    .path_text = path_text,
    .owner = owner,
    .orphan = shared_orphan,
    .mark = mark,
    .processes = processes,
    .no_processes = no_processes,
    .notes = notes,
    .sums = app_memory_lines,
};
