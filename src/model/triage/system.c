// What is wrong with the machine: limits nearly reached, processes that do not answer.
#include <inttypes.h>
#include <string.h>

#include "base/sum.h"
#include "model/record/limit.h"
#include "rules.h"

enum { LISTED_MAX = 4 };

// --- limits -------------------------------------------------------------------------------------

// Those that many objects fill together. A single segment as large as shmmax, or a queue as full as
// msgmnb, is no shortage.
static bool is_shared(const char *name)
{
    static const char *const shared[] = {"shmmni", "shmall", "semmni", "semmns", "msgmni"};

    for (size_t i = 0; name && i < sizeof shared / sizeof *shared; i++)
        if (strcmp(name, shared[i]) == 0)
            return true;
    return false;
}

static bool limit_near(const struct snapshot *s, struct match *match)
{
    const struct limit *limit = match->object;
    double used;

    (void)s;
    if (!is_shared(limit->name) || !limit_percent(limit, &used))
        return false;
    match->weight = used < 100 ? (uint64_t)used : 100; // more is possible: it was lowered
    match->severity = used >= LIMIT_CRITICAL ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    return used >= LIMIT_WARNING;
}

static void limit_title(const struct snapshot *s, const struct match *m, size_t n,
                        struct line *line)
{
    const struct limit *limit = m->object;

    (void)s, (void)n;
    line_add(line, "%s %" PRIu64 "%% used", limit->name, m->weight);
}

// Where the limits are set, in sysctl(8)'s terms; proc_sys_kernel(5).
static const char *limit_setting(const char *name)
{
    // clang-format off
    static const char *const settings[][2] = {
        {"shmmni", "kernel.shmmni"},           {"shmall", "kernel.shmall"},
        {"semmns", "kernel.sem, 2nd number"},  {"semmni", "kernel.sem, 4th number"},
        {"msgmni", "kernel.msgmni"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (strcmp(name, settings[i][0]) == 0)
            return settings[i][1];
    return name;
}

// How much of a limit a user takes, in words; nothing where the kind was not read.
static void add_share(struct line *line, const struct snapshot *s, const struct limit *limit)
{
    uint64_t sum = 0;

    if (strncmp(limit->name, "shm", 3) == 0) {
        for (size_t i = 0; i < s->segments.n; i++)
            if (s->segments.at[i].o.uid == limit->top_uid)
                sum_add(&sum, strcmp(limit->name, "shmall") == 0 ? s->segments.at[i].size : 1);
    } else if (strncmp(limit->name, "sem", 3) == 0) {
        for (size_t i = 0; i < s->semsets.n; i++)
            if (s->semsets.at[i].o.uid == limit->top_uid)
                sum += strcmp(limit->name, "semmns") == 0 ? s->semsets.at[i].nsems : 1;
    } else {
        for (size_t i = 0; i < s->queues.n; i++)
            sum += s->queues.at[i].o.uid == limit->top_uid;
    }
    if (sum == 0)
        return;
    line_add(line, ": ");
    if (strcmp(limit->name, "shmall") == 0)
        words_size(line, sum);
    else
        line_add(line, "%" PRIu64, sum);
}

static void limit_evidence(const struct snapshot *s, const struct match *m, size_t n,
                           struct line *line)
{
    const struct limit *limit = m->object;

    (void)n;
    line_add(line, "%" PRIu64 " of %" PRIu64 " %s in use", limit->used, limit->limit,
             limit->unit ? limit->unit : "");
    if (limit->known & LIMIT_KNOWS_TOP) {
        line_add(line, ", most by ");
        words_user(line, s, limit->top_uid);
        add_share(line, s, limit);
    }
    if (limit->path)
        line_add(line, "; raised in %s (sysctl %s)", limit->path, limit_setting(limit->name));
}

// --- processes that do not answer ---------------------------------------------------------------

// A process may be known as stuck by the scan, by the readers of names, or both.
static size_t count_stuck(const struct snapshot *s, const struct process **first)
{
    size_t n = 0;

    *first = NULL;
    for (size_t i = 0; i < s->processes.n; i++) {
        if (!s->processes.at[i].stuck || s->processes.at[i].gone)
            continue;
        if (!*first)
            *first = &s->processes.at[i];
        n++;
    }
    return n > s->scan->stuck ? n : s->scan->stuck;
}

static bool stuck(const struct snapshot *s, struct match *match)
{
    const struct process *first;

    match->weight = count_stuck(s, &first);
    return match->weight > 0;
}

static void stuck_title(const struct snapshot *s, const struct match *m, size_t n,
                        struct line *line)
{
    const struct process *first;

    (void)m, (void)n;
    size_t count = count_stuck(s, &first);
    if (count == 1 && first) {
        line_add(line, "process ");
        words_process(line, s, first->pid, 0);
    } else {
        line_count(line, count, "process", "processes");
    }
    line_add(line, " stuck");
}

static void stuck_evidence(const struct snapshot *s, const struct match *m, size_t n,
                           struct line *line)
{
    size_t named = 0, held = 0;

    (void)m, (void)n;
    line_add(line, "/proc does not answer in time");
    for (size_t i = 0; i < s->processes.n && named < LISTED_MAX; i++) {
        const struct process *p = &s->processes.at[i];

        if (!p->stuck || p->gone)
            continue;
        line_add(line, "%s", named++ ? ", " : " for ");
        words_process(line, s, p->pid, 0);
        if (p->known & PROC_KNOWS_STATE)
            line_add(line, " (state %c)", p->state);
    }
    for (size_t i = 0; i < s->scan->holders.n; i++)
        held += s->scan->holders.at[i].stale ? s->scan->holders.at[i].attaches : 0;
    if (held > 0) {
        line_add(line, "; ");
        line_count(line, held, "attachment", NULL);
        line_add(line, " known from before");
    }
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule system_rules[] = {
    {
        .name = "limit",
        .subject = OF_LIMITS,
        .rank = 20,
        .severity = SEVERITY_WARNING,
        .need = NEED_LIMITS | NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES,
        .applies = limit_near,
        .title = limit_title,
        .evidence = limit_evidence,
        .advice =
            "beyond it new objects fail with ENOSPC: remove orphans (o), or raise it in Limits",
    },
    {
        .name = "stuck",
        .subject = OF_SCAN,
        .rank = 110,
        .severity = SEVERITY_WARNING,
        .need = NEED_HOLDERS | NEED_PROCESSES,
        .applies = stuck,
        .title = stuck_title,
        .evidence = stuck_evidence,
        .advice = "ps, top and lsof may hang on it: look for a dead network or FUSE file system",
    },
    {0},
};
