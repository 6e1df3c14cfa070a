// Shared memory that is not System V's, with queues and semaphores of POSIX.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/kinds/cells.h"
#include "model/kinds/registry.h"
#include "model/record/shared.h"

static const char *const type_names[SHARED_TYPES] = {"posix",     "memfd",  "anonymous",
                                                     "hugetlbfs", "mqueue", "posix-semaphore"};
static const char *const status_names[] = {"deleted", "elsewhere", "full", NULL};

// As maps and lsof(8) write it.
static void get_device(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct shared *r = row;

    (void)s;
    snprintf(out->scratch, sizeof out->scratch, "%02" PRIx32 ":%02" PRIx32, r->dev_major,
             r->dev_minor);
    cell_set_text(out, out->scratch);
}

// clang-format off
static const struct column columns[] = {
    {.name = "kind", .detail = DETAIL_FIRST, .title = "KIND", .help = "posix, memfd, anonymous, hugetlbfs, mqueue or posix-semaphore",
     .type = CELL_TEXT, .width = 9, .widest = 15, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .names = type_names,
     .member = MEMBER(AS_NAMED, struct shared, type)},
    {.name = "name", .detail = DETAIL_PATH, .title = "NAME", .help = "name given by its maker; none of anonymous memory",
     .type = CELL_TEXT, .width = 20, .widest = 60, .place = 9, .flags = COL_JSON | COL_SCREEN | COL_KEEP,
     .member = MEMBER(AS_CHARS, struct shared, name)},
    {.name = "device", .detail = DETAIL_FIRST + 12, .title = "DEV", .help = "device of its file system", .type = CELL_TEXT, .width = 5,
     .widest = 9, .priority = 12, .flags = COL_JSON, .get = get_device},
    {.name = "inode", .detail = DETAIL_FIRST + 13, .title = "INODE", .help = "inode number: with the device it identifies the object",
     .type = CELL_COUNT, .width = 6, .widest = 20, .priority = 9, .flags = COL_JSON | COL_SCREEN,
     .member = MEMBER(AS_VALUE, struct shared, inode)},
    {.name = "owner", .detail = DETAIL_FIRST + 8, .title = "OWNER", .help = "user who owns it", .type = CELL_TEXT, .width = 6, .widest = 12,
     .priority = 2, .flags = COL_JSON | COL_SCREEN, .need = NEED_NAMES,
     .member = MEMBER_IF(SHARED_KNOWS_OWNER, AS_USER, struct shared, uid)},
    {.name = "perms", .detail = DETAIL_FIRST + 9, .title = "PERMS", .help = "permissions of owner, group and others", .type = CELL_PERMS,
     .width = 9, .priority = 8, .flags = COL_JSON | COL_SCREEN,
     .member = MEMBER_IF(SHARED_KNOWS_OWNER, AS_VALUE, struct shared, mode)},
    {.name = "size", .detail = DETAIL_FIRST + 1, .title = "SIZE", .help = "size; of a queue, what it may hold", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING,
     .member = MEMBER_IF(SHARED_KNOWS_SIZE, AS_VALUE, struct shared, size)},
    {.name = "rss", .detail = DETAIL_FIRST + 2, .title = "RSS", .help = "allocated: in memory or swapped out; of a queue, what it holds",
     .type = CELL_SIZE, .width = 5, .priority = 7, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING,
     .member = MEMBER_IF(SHARED_KNOWS_RSS, AS_VALUE, struct shared, rss)},
    {.name = "status", .detail = DETAIL_FIRST + 5, .title = "STATUS",
     .help = "deleted: unlinked but held; elsewhere: in another mount namespace; full: a queue whose senders wait",
     .type = CELL_FLAGS, .width = 7, .widest = 17, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .names = status_names,
     .member = MEMBER(AS_VALUE, struct shared, status)},
    {.name = "gid", .detail = DETAIL_NONE, .title = "GID", .help = "id of the owning group", .type = CELL_COUNT, .width = 5, .widest = 10,
     .member = MEMBER_IF(SHARED_KNOWS_OWNER, AS_VALUE, struct shared, gid)},
    {.name = "mtime", .detail = DETAIL_FIRST + 10, .title = "WRITTEN", .help = "written by write(2) or resized last", .type = CELL_TIME, .width = 7,
     .priority = 10, .flags = COL_SCREEN, .member = MEMBER(AS_VALUE, struct shared, mtime)},
    {.name = "messages", .detail = DETAIL_FIRST + 6, .title = "MSGS", .help = "messages in a queue", .type = CELL_COUNT, .width = 5,
     .member = MEMBER_IF(SHARED_KNOWS_MESSAGES, AS_VALUE, struct shared, messages)},
    {.name = "max_messages", .detail = DETAIL_FIRST + 7, .title = "OFMSGS", .help = "messages a queue may hold", .type = CELL_COUNT, .width = 6,
     .member = MEMBER_IF(SHARED_KNOWS_MESSAGES, AS_VALUE, struct shared, max_messages)},
    {.name = "value", .detail = DETAIL_FIRST + 6, .title = "VALUE", .help = "value of a semaphore", .type = CELL_COUNT, .width = 5,
     .member = MEMBER_IF(SHARED_KNOWS_VALUE, AS_VALUE, struct shared, value)},
};
// clang-format on

// `key` is the device as the kernel packs it in 32 bits: 12 of them are the major number's.
static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct shared *r = row;

    (void)s;
    *out = (struct identity){
        .kind = KIND_SHARED, .key = r->dev_major << 20 | r->dev_minor, .part = r->inode};
}

static void describe(const struct identity *identity, char *dst, size_t cap)
{
    snprintf(dst, cap, "shared memory of inode %" PRIu64, identity->part);
}

static const struct shared *find(const struct snapshot *s, const struct identity *identity)
{
    const struct table *table = &s->tables[KIND_SHARED];
    const struct shared *rows = table->at;

    for (size_t i = 0; i < table->n; i++) {
        struct identity other;
        identify(s, &rows[i], &other);
        if (identity_same(&other, identity))
            return &rows[i];
    }
    return NULL;
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

    if (row && row->name[0])
        snprintf(dst, cap, "%s", row->name);
    else
        snprintf(dst, cap, "%s %" PRIu64, row ? type_names[row->type] : "inode", identity->part);
}

static uint32_t owner(const void *row)
{
    const struct shared *r = row;

    return r->known & SHARED_KNOWS_OWNER ? r->uid : UINT32_MAX;
}

const struct kind kind_shared = {
    .id = KIND_SHARED,
    .name = "shared",
    .title = "Shared",
    .one = "shared object",
    .tab = 9,
    .json = 12,
    .need = NEED_OF(KIND_SHARED),
    .owner_need = NEED_OF(KIND_SHARED),
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-size",
    .empty = "no shared memory besides System V's",
    .identify = identify,
    .describe = describe,
    .own_name = own_name,
    .path_text = path_text,
    .owner = owner,
};
