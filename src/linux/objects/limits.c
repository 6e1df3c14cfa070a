#include "linux/objects/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error_text.h"
#include "base/text.h"
#include "linux/process/proc_file.h"

#define SYSCTL(name) "/proc/sys/kernel/" name

// What one object takes of a limit.
typedef uint64_t use_of(const void *object);

enum counted { BY_SEGMENTS, BY_SETS, BY_QUEUES, BY_NOBODY };
enum usage { USE_SUM, USE_LARGEST }; // of all objects together, or by the largest one of them

struct rule {
    const char *name, *meaning, *unit;
    const char *path; // as the administrator knows it; "/proc" is replaced by the root
    size_t field;     // of the numbers in that file
    enum counted counted;
    enum usage usage;
    use_of *use;
};

static uint64_t one(const void *object)
{
    (void)object;
    return 1;
}

static uint64_t segment_size(const void *object)
{
    return ((const struct segment *)object)->size;
}

// ipc/shm.c newseg: shm_tot counts whole pages of the system's own size, hugetlb or not.
static uint64_t segment_pages(const void *object)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = segment_size(object);

    return size / page + (size % page != 0);
}

static uint64_t set_size(const void *object)
{
    return ((const struct semset *)object)->nsems;
}

static uint64_t queue_bytes(const void *object)
{
    return ((const struct queue *)object)->bytes;
}

// clang-format off
static const struct rule rules[] = {
    {.name = "shmmni", .meaning = "segments in the system", .unit = "segments",
     .path = SYSCTL("shmmni"), .counted = BY_SEGMENTS, .usage = USE_SUM, .use = one},
    {.name = "shmall", .meaning = "pages of shared memory in the system", .unit = "pages",
     .path = SYSCTL("shmall"), .counted = BY_SEGMENTS, .usage = USE_SUM, .use = segment_pages},
    {.name = "shmmax", .meaning = "size of one segment; used: the largest", .unit = "bytes",
     .path = SYSCTL("shmmax"), .counted = BY_SEGMENTS, .usage = USE_LARGEST, .use = segment_size},
    {.name = "semmni", .meaning = "semaphore sets in the system", .unit = "sets",
     .path = SYSCTL("sem"), .field = 3, .counted = BY_SETS, .usage = USE_SUM, .use = one},
    {.name = "semmns", .meaning = "semaphores in the system", .unit = "semaphores",
     .path = SYSCTL("sem"), .field = 1, .counted = BY_SETS, .usage = USE_SUM, .use = set_size},
    {.name = "semmsl", .meaning = "semaphores in one set; used: the largest", .unit = "semaphores",
     .path = SYSCTL("sem"), .field = 0, .counted = BY_SETS, .usage = USE_LARGEST, .use = set_size},
    {.name = "semopm", .meaning = "operations in one semop call", .unit = "operations",
     .path = SYSCTL("sem"), .field = 2, .counted = BY_NOBODY},
    {.name = "msgmni", .meaning = "queues in the system", .unit = "queues",
     .path = SYSCTL("msgmni"), .counted = BY_QUEUES, .usage = USE_SUM, .use = one},
    {.name = "msgmax", .meaning = "size of one message", .unit = "bytes",
     .path = SYSCTL("msgmax"), .counted = BY_NOBODY},
    {.name = "msgmnb", .meaning = "bytes in a new queue; used: the fullest", .unit = "bytes",
     .path = SYSCTL("msgmnb"), .counted = BY_QUEUES, .usage = USE_LARGEST, .use = queue_bytes},
};
// clang-format on

enum { N_RULES = sizeof rules / sizeof *rules, SEM_FIELDS = 4 };

static const char *below_proc(const struct rule *rule)
{
    return rule->path + strlen("/proc/");
}

static int read_fields(const char *proc, const struct rule *rule, uint64_t fields[SEM_FIELDS],
                       size_t *n)
{
    char text[256];
    ssize_t len = proc_file_read(text, sizeof text, proc, "%s", below_proc(rule));

    *n = 0;
    if (len < 0)
        return (int)len;
    *n = proc_file_numbers(text, fields, SEM_FIELDS);
    return *n > rule->field ? 0 : -EPROTO;
}

// --- use ----------------------------------------------------------------------------------------

struct share { // what one user takes
    uint32_t uid;
    uint64_t used;
};
VEC(share_vec, struct share);

static void add_share(struct share_vec *shares, uint32_t uid, uint64_t used)
{
    size_t lo = 0, hi = shares->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (shares->at[mid].uid < uid)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == shares->n || shares->at[lo].uid != uid) {
        vec_push(shares, (struct share){0});
        memmove(shares->at + lo + 1, shares->at + lo, (shares->n - 1 - lo) * sizeof *shares->at);
        shares->at[lo] = (struct share){.uid = uid};
    }
    if (__builtin_add_overflow(shares->at[lo].used, used, &shares->at[lo].used))
        shares->at[lo].used = UINT64_MAX;
}

// The kind's rows as bytes: each starts with its struct owned. False where they were not read.
static bool objects_of(const struct snapshot *s, enum counted counted, const char **rows, size_t *n,
                       size_t *size)
{
    switch (counted) {
    case BY_SEGMENTS:
        *rows = (const char *)s->segments.at, *n = s->segments.n, *size = sizeof(struct segment);
        return s->has & NEED_SEGMENTS;
    case BY_SETS:
        *rows = (const char *)s->semsets.at, *n = s->semsets.n, *size = sizeof(struct semset);
        return s->has & NEED_SEMSETS;
    case BY_QUEUES:
        *rows = (const char *)s->queues.at, *n = s->queues.n, *size = sizeof(struct queue);
        return s->has & NEED_QUEUES;
    case BY_NOBODY:
        break;
    }
    return false;
}

static void count_use(const struct snapshot *s, const struct rule *rule, struct share_vec *shares,
                      struct limit *limit)
{
    const char *rows;
    size_t n, size;
    uint64_t top = 0;

    if (!objects_of(s, rule->counted, &rows, &n, &size))
        return;
    vec_clear(shares);
    limit->known |= LIMIT_KNOWS_USED;
    for (size_t i = 0; i < n; i++) {
        const struct owned *o = (const struct owned *)(rows + i * size);
        uint64_t use = rule->use(o);
        if (rule->usage == USE_SUM) {
            if (__builtin_add_overflow(limit->used, use, &limit->used))
                limit->used = UINT64_MAX;
            add_share(shares, o->uid, use);
        } else if (use > limit->used) {
            limit->used = use;
            limit->top_uid = o->uid;
            limit->known |= LIMIT_KNOWS_TOP;
        }
    }
    for (size_t i = 0; i < shares->n; i++)
        if (shares->at[i].used > top) {
            top = shares->at[i].used;
            limit->top_uid = shares->at[i].uid;
            limit->known |= LIMIT_KNOWS_TOP;
        }
}

void limits_read(const char *proc, struct snapshot *s)
{
    struct share_vec shares = {0};

    vec_clear(&s->limits);
    for (size_t i = 0; i < N_RULES; i++) {
        const struct rule *rule = &rules[i];
        struct limit limit = {
            .name = rule->name, .meaning = rule->meaning, .path = rule->path, .unit = rule->unit};
        uint64_t fields[SEM_FIELDS];
        size_t n;
        if (read_fields(proc, rule, fields, &n) == 0) {
            limit.limit = fields[rule->field];
            limit.known |= LIMIT_KNOWS_LIMIT;
        }
        count_use(s, rule, &shares, &limit);
        vec_push(&s->limits, limit);
    }
    vec_free(&shares);
}

// --- writing ------------------------------------------------------------------------------------

static const struct rule *find_rule(const char *name)
{
    for (size_t i = 0; i < N_RULES; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

static void failed(struct outcome *outcome, const struct rule *rule, int error)
{
    char reason[64];

    outcome->state = OUTCOME_FAILED;
    outcome->error = -error;
    switch (-error) {
    case EACCES:
    case EPERM:
        snprintf(outcome->text, sizeof outcome->text,
                 "%s: not permitted: needs root of this IPC namespace", rule->name);
        break;
    case EROFS:
        snprintf(outcome->text, sizeof outcome->text,
                 "%s: %s is read-only here: change it outside of this container", rule->name,
                 rule->path);
        break;
    case EINVAL:
    case ERANGE:
        snprintf(outcome->text, sizeof outcome->text, "%s: the kernel does not accept %" PRIu64,
                 rule->name, outcome->action.limit.value);
        break;
    default:
        snprintf(outcome->text, sizeof outcome->text, "%s: %s: %s", rule->name, rule->path,
                 error_text(-error, reason, sizeof reason));
    }
}

static int write_fields(const char *proc, const struct rule *rule, const uint64_t *fields, size_t n)
{
    char text[128];
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%" PRIu64, i ? "\t" : "", fields[i]);
    snprintf(text + len, sizeof text - len, "\n");
    return proc_file_write(text, proc, "%s", below_proc(rule));
}

void limits_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    const struct rule *rule = find_rule(action->limit.name);
    uint64_t fields[SEM_FIELDS], before = 0, wanted = action->limit.value;
    size_t n;

    *outcome = (struct outcome){.action = *action};
    if (!rule) {
        char name[sizeof action->limit.name * 4];
        text_escape(name, sizeof name, action->limit.name,
                    strnlen(action->limit.name, sizeof action->limit.name));
        outcome->state = OUTCOME_REFUSED;
        snprintf(outcome->text, sizeof outcome->text, "no limit is named '%s'", name);
        return;
    }
    int error = read_fields(proc, rule, fields, &n);
    if (!error) {
        before = fields[rule->field];
        fields[rule->field] = wanted;
        error = write_fields(proc, rule, fields, n);
    }
    if (!error)
        error = read_fields(proc, rule, fields, &n);
    if (error) {
        failed(outcome, rule, error);
        return;
    }
    if (fields[rule->field] != wanted) { // kernels before 4.x clamp instead of refusing
        outcome->state = OUTCOME_FAILED;
        outcome->error = EINVAL;
        snprintf(outcome->text, sizeof outcome->text,
                 "%s: the kernel does not accept %" PRIu64 " and made it %" PRIu64, rule->name,
                 wanted, fields[rule->field]);
        return;
    }
    snprintf(outcome->text, sizeof outcome->text, "%s is %" PRIu64 " now (was %" PRIu64 ")",
             rule->name, wanted, before);
}
