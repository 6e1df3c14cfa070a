// Shared memory segments: what /proc/sysvipc/shm says, and what the scan of the processes adds.
#include "model/kinds/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "model/table/tally.h"

static const char *const status_names[] = {"dest", "locked", "hugetlb", NULL};

static const struct segment_account *account_of(const struct snapshot *s, const struct segment *r)
{
    return s->scan ? scan_account(s->scan, r->o.id) : NULL;
}

// Where nothing of what is attached could be seen, the count is unknown, not 0.
static bool blind(const struct segment_account *account)
{
    return !account || (account->nattch > 0 && account->found == 0 && account->holders == 0);
}

static void get_creator_state(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct segment *r = row;

    cell_set_text(out, pid_state_name(segment_creator(s, r)));
}

// Of a process that ended nothing else is known.
static void set_creator_state(struct snapshot *s, void *row, const struct cell *value)
{
    const struct segment *r = row;

    pid_state_restore(s, r->cpid, value->text);
}

// The account of a segment while a recording is read: its rows come by id.
static struct segment_account *account_room(struct snapshot *s, const struct segment *r)
{
    if (!s->scan)
        s->scan = scan_new();
    struct account_vec *all = &s->scan->accounts;
    if (!all->n || all->at[all->n - 1].shmid != r->o.id)
        vec_push(all, (struct segment_account){.shmid = r->o.id, .nattch = r->nattch});
    return &all->at[all->n - 1];
}

static void set_found(struct snapshot *s, void *row, const struct cell *value)
{
    account_room(s, row)->found = value->count;
}

static void set_holders(struct snapshot *s, void *row, const struct cell *value)
{
    account_room(s, row)->holders = value->count < UINT32_MAX ? (uint32_t)value->count : UINT32_MAX;
}

static void set_original_key(struct snapshot *s, void *row, const struct cell *value)
{
    struct segment_account *account = account_room(s, row);

    if (value->count > UINT32_MAX)
        return;
    account->original_key = (uint32_t)value->count;
    account->key_known = true;
}

static void get_found(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct segment_account *account = account_of(s, row);

    if (!blind(account))
        cell_set_count(out, account->found);
}

static void get_holders(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct segment_account *account = account_of(s, row);

    if (!blind(account))
        cell_set_count(out, account->holders);
}

// The table shows key 0 once a segment is marked; its mappings still name the one it was made with.
static void get_original_key(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct segment *r = row;
    const struct segment_account *account = account_of(s, r);

    if (account && account->key_known)
        cell_set_count(out, account->original_key);
    else if (!(r->flags & SEG_DEST))
        cell_set_count(out, r->o.key);
}

static int64_t idle_since(const void *row)
{
    const struct segment *r = row;
    int64_t used = segment_last_use(r);

    return used > 0 ? used : r->o.ctime;
}

static void show_cpid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct segment *r = row;

    pid_show(s, r->cpid, segment_creator(s, r), dst, cap);
}

static void show_lpid(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct segment *r = row;
    int64_t used = segment_last_use(r);

    if (used > 0) // else nobody ever attached it, and 0 means just that
        pid_show(s, r->lpid, object_pid_state(s, &r->o, r->lpid, used), dst, cap);
}

// "oracle×17 sh", "python +2 unseen"
static void show_holders(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct segment_account *account = account_of(s, row);
    struct line line = line_start(dst, cap);
    struct tally programs = {0};
    size_t n;

    if (!account)
        return;
    const struct holder *holders = scan_holders(s->scan, account->shmid, &n);
    for (size_t i = 0; i < n; i++) {
        const struct process *p = snapshot_process(s, holders[i].pid);
        tally_add(&programs, p && p->known & PROC_KNOWS_COMM ? p->comm : "?");
    }
    tally_write(&programs, &line);
    if (account->found < account->nattch)
        line_add(&line, "%s%" PRIu64 " unseen", line.n ? " +" : "",
                 account->nattch - account->found);
}

// clang-format off
static const struct column columns[] = {
    OWNED_COLUMNS("shmid", "SHMID"),
    {.name = "size", .detail = DETAIL_FIRST + 2, .title = "SIZE", .help = "size as asked for", .type = CELL_SIZE, .width = 5,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_METRIC, .member = MEMBER(AS_VALUE, struct segment, size)},
    {.name = "rss", .label = "in memory", .detail = DETAIL_FIRST + 9, .title = "RSS", .help = "in memory now", .type = CELL_SIZE, .width = 5,
     .priority = 7, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_PLOT | COL_METRIC, .need = NEED_SEGMENT_USE,
     .member = MEMBER_IF(SEG_KNOWS_RSS, AS_VALUE, struct segment, rss)},
    {.name = "swap", .label = "swapped out", .detail = DETAIL_FIRST + 10, .title = "SWAP", .help = "swapped out", .type = CELL_SIZE, .width = 5,
     .priority = 10, .flags = COL_JSON | COL_SCREEN | COL_DESCENDING | COL_METRIC, .need = NEED_SEGMENT_USE,
     .member = MEMBER_IF(SEG_KNOWS_SWAP, AS_VALUE, struct segment, swap)},
    {.name = "nattch", .label = "attachments", .detail = DETAIL_FIRST + 3, .title = "ATT", .help = "attachments: mappings, not processes",
     .type = CELL_COUNT, .width = 3, .widest = 7,
     .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_DESCENDING | COL_PLOT | COL_METRIC, .member = MEMBER(AS_VALUE, struct segment, nattch)},
    {.name = "found", .detail = DETAIL_NONE, .title = "FOUND", .help = "attachments seen in processes",
     .type = CELL_COUNT, .width = 5, .flags = COL_JSON | COL_DESCENDING, .need = NEED_HOLDERS,
     .get = get_found, .set = set_found},
    {.name = "holders", .title = "HOLDERS", .help = "processes seen holding it",
     .type = CELL_COUNT, .width = 12, .widest = 60, .priority = 1, .place = 5,
     .flags = COL_ENTERED | COL_JSON | COL_SCREEN | COL_DESCENDING | COL_LEFT,
     .need = NEED_HOLDERS | NEED_PROCESSES, .show_need = NEED_PROCESSES, .get = get_holders, .set = set_holders,
     .show = show_holders},
    {.name = "status", .detail = DETAIL_FIRST + 4, .title = "STATUS",
     .help = "dest: removed but still held; locked in memory; hugetlb: of huge pages",
     .type = CELL_FLAGS, .width = 6, .widest = 19, .flags = COL_JSON | COL_SCREEN | COL_KEEP,
     .names = status_names, .warned = SEG_DEST, .need = NEED_SEGMENT_USE | NEED_HOLDERS,
     .member = MEMBER(AS_VALUE, struct segment, flags)},
    {.name = "cpid", .label = "made by", .detail = DETAIL_FIRST + 11, .title = "CREATOR", .help = "process that created it", .type = CELL_NUMBER,
     .width = 10, .widest = 26, .priority = 4, .place = 2,
     .flags = COL_JSON | COL_SCREEN | COL_LEFT, .need = NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .member = MEMBER(AS_POSITIVE, struct segment, cpid), .show = show_cpid},
    {.name = "creator_state", .detail = DETAIL_NONE, .title = "CSTATE",
     .help = "whether its creator lives: alive, gone, reused, outside", .type = CELL_TEXT,
     .width = 7, .flags = COL_JSON, .need = NEED_PROCESSES, .names = pid_state_names, .get = get_creator_state, .set = set_creator_state},
    {.name = "lpid", .label = "last used by", .detail = DETAIL_FIRST + 12, .title = "LAST", .help = "process that last attached or detached it",
     .type = CELL_NUMBER, .width = 10, .widest = 26, .priority = 6, .place = 3,
     .flags = COL_JSON | COL_SCREEN | COL_LEFT, .need = NEED_PROCESSES,
     .show_need = NEED_PROCESSES, .member = MEMBER(AS_POSITIVE, struct segment, lpid), .show = show_lpid},
    {.name = "atime", .label = "last attached", .detail = DETAIL_FIRST + 15, .title = "ATTACHED", .help = "last attached", .type = CELL_TIME, .width = 8,
     .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct segment, atime)},
    {.name = "dtime", .label = "last detached", .detail = DETAIL_FIRST + 16, .title = "DETACHED", .help = "last detached", .type = CELL_TIME, .width = 8,
     .flags = COL_JSON, .member = MEMBER(AS_VALUE, struct segment, dtime)},
    OWNED_CTIME_COLUMN,
    OWNED_APP_COLUMNS(1, NEED_HOLDERS | NEED_PROCESSES),
    {.name = "original_key", .detail = DETAIL_FIRST + 1, .title = "ORIGKEY", .help = "key it was created with",
     .type = CELL_KEY, .width = 10, .flags = COL_JSON, .need = NEED_HOLDERS,
     .get = get_original_key, .set = set_original_key},
    {.name = "orphan", .title = "ORPHAN",
     .help = "nothing uses it, and no process that made or last used it lives", .type = CELL_BOOL,
     .width = 6, .flags = COL_JSON | COL_METRIC_GROUP, .need = NEED_ORPHANS, .verdict = segment_orphan},
    {.name = "idle", .detail = DETAIL_NONE, .title = "IDLE", .help = "time since the last attach or detach",
     .type = CELL_DURATION, .width = 4, .priority = 5, .place = 4,
     .flags = COL_SCREEN | COL_DESCENDING, .since = idle_since},
    OWNED_AGE_COLUMN,
};
// clang-format on

// One finding may be about many orphans: each of them has its dot, as loud as the finding.
static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    const struct segment *r = row;
    const struct identity identity = identity_of(row);

    if (mark_by_findings(s, &identity, severity))
        return true;
    bool alone = kind_orphan(&kind_segments, s, row);
    *severity = alone ? SEVERITY_WARNING : SEVERITY_NOTICE;
    return alone || r->flags & SEG_DEST;
}

static int32_t maker(const void *row, int64_t *time)
{
    const struct segment *r = row;

    *time = segment_birth(r);
    return r->cpid;
}

static bool last_user(const struct snapshot *s, const void *row, int32_t *pid, int64_t *time)
{
    const struct segment *r = row;

    (void)s;
    *pid = r->lpid;
    *time = segment_last_use(r);
    return *time > 0; // nothing ever attached
}

static uint64_t memory(const void *row)
{
    return ((const struct segment *)row)->size;
}

static bool marked(const void *row)
{
    return ((const struct segment *)row)->flags & SEG_DEST;
}

static void processes(const struct snapshot *s, const struct identity *row,
                      struct process_use_vec *out)
{
    size_t n = 0;
    const struct holder *holders = s->scan ? scan_holders(s->scan, row->id, &n) : NULL;

    for (size_t i = 0; i < n; i++) {
        char access[5];

        use_add(out, row->id, holders[i].pid, holders[i].start_ticks, USE_CERTAIN,
                "%s, %u attached", access_text(holders[i].access, access), holders[i].attaches);
    }
}

static void no_processes(const struct snapshot *s, const struct identity *row, const char *name,
                         char *dst, size_t cap)
{
    const struct segment *segment = snapshot_segment(s, row->id);

    if (segment && segment->nattch == 0) {
        snprintf(dst, cap, "no process to signal: nothing is attached to %s", name);
    } else if (segment && !s->scan) {
        snprintf(dst, cap, "the holders of %s are not read yet", name);
    } else if (segment) {
        char *line = scan_accounting_line(s->scan, row->id, s->system.user);
        snprintf(dst, cap, "no holder of %s to be seen: %s", name, line ? line : "");
        free(line);
    }
}

// How many of its attachments are accounted for.
static void notes(const struct snapshot *s, const struct identity *row,
                  const struct note_place *place, struct note_vec *out)
{
    const char *user = s->system.user[0] ? s->system.user : "this user";
    const struct segment_account *account = s->scan ? scan_account(s->scan, row->id) : NULL;
    char age[TEXT_SHORT];

    if (!snapshot_segment(s, row->id))
        return;
    if (!account) {
        note_add(out, NOTE_DIM,
                 mem_copy_string(s->recorded ? "its holders were not recorded"
                                             : "reading its holders ..."));
        return;
    }
    char *line = scan_accounting_line(s->scan, row->id, user);
    if (place->holders_age > 0) {
        char *aged =
            mem_format("%s; holders %s old", line, text_age(age, sizeof age, place->holders_age));
        free(line);
        line = aged;
    }
    note_add(out, account->found == account->nattch ? NOTE_GOOD : NOTE_WARNING, line);
}

const struct kind kind_segments = {
    .id = KIND_SEGMENT,
    .name = "segments",
    .title = "Segments",
    .one = "segment",
    .word = "segment",
    .flags = TABLE_HELD,
    .can = CAN_TAG | CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_RESTRICT | CAN_LOCK,
    .ipcrm = 'm',
    .tab = 1,
    .json = 1,
    .metrics = 1,
    .batch = 1,
    .object = KIND_SEGMENT,
    .need = NEED_SEGMENTS,
    .act_need = NEED_ORPHANS | NEED_HOLDERS | NEED_NAMES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .default_sort = "-size",
    .enter = KIND_HOLDER,
    .pids = {2, {offsetof(struct segment, cpid), offsetof(struct segment, lpid)}},
    .rows = ROWS_OF(segments),
    .identify = object_identify,
    .orphan = segment_orphan,
    .idle_since = idle_since,
    .maker = maker,
    .last_user = last_user,
    .memory = memory,
    .marked = marked,
    .mark = mark,
    .processes = processes,
    .no_processes = no_processes,
    .notes = notes,
};
