// What is wrong with the machine: limits nearly reached, processes that do not answer.
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

static void limit_title(struct say *x)
{
    const struct limit *limit = x->match->object;

    say(x, "{text} {number}% used", limit->name, x->match->weight);
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

// How much of a limit its largest user takes; 0 where the kind was not read.
static uint64_t top_share(const struct snapshot *s, const struct limit *limit)
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
    return sum;
}

static void limit_evidence(struct say *x)
{
    const struct limit *limit = x->match->object;

    say(x, "{number} of {number} {text} in use", limit->used, limit->limit, limit->unit);
    if (limit->known & LIMIT_KNOWS_TOP) {
        uint64_t share = top_share(x->s, limit);

        say(x, ", most by {user}", limit->top_uid);
        if (share && strcmp(limit->name, "shmall") == 0)
            say(x, ": {size}", share);
        else if (share)
            say(x, ": {number}", share);
    }
    if (limit->path)
        say(x, "; raised in {text} (sysctl {text})", limit->path, limit_setting(limit->name));
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

static void stuck_title(struct say *x)
{
    const struct process *first;
    size_t count = count_stuck(x->s, &first);

    if (count == 1 && first)
        say(x, "process {process} stuck", process_at(first->pid, 0));
    else
        say(x, "{n process|processes} stuck", count);
}

static void stuck_evidence(struct say *x)
{
    const struct snapshot *s = x->s;
    size_t named = 0, held = 0;

    say(x, "/proc does not answer in time");
    for (size_t i = 0; i < s->processes.n && named < LISTED_MAX; i++) {
        const struct process *p = &s->processes.at[i];
        char state[] = {p->state, '\0'};

        if (!p->stuck || p->gone)
            continue;
        say(x, "{text}{process}", named++ ? ", " : " for ", process_at(p->pid, 0));
        if (p->known & PROC_KNOWS_STATE)
            say(x, " (state {text})", state);
    }
    for (size_t i = 0; i < s->scan->holders.n; i++)
        held += s->scan->holders.at[i].stale ? s->scan->holders.at[i].attaches : 0;
    if (held > 0)
        say(x, "; {n attachment} known from before", held);
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
