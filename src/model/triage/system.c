// What is wrong with the machine: limits nearly reached, processes that do not answer.
#include <string.h>

#include "model/orphans.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/record/object_times.h"
#include "rules.h"

enum { LISTED_MAX = 4 };

// --- limits -------------------------------------------------------------------------------------

// Of the size of one object `used` is the largest: lowered below that, the limit refuses to make it again. A
// queue's own limit may exceed the default, msgmnb.
static bool limit_below_use(const struct limit *limit, const struct limit_spec *spec)
{
    return limit->known & LIMIT_KNOWS_USED && limit->used > limit->limit &&
           (spec->shared || spec->kind != KIND_QUEUE);
}

// 0 is no sign for "unlimited": ipc/util.c ipc_addid() and its callers compare with it. Lowered below
// what is used, a limit refuses all that is new.
static bool limit_near(const struct snapshot *s, struct match *match)
{
    const struct limit *limit = match->object;
    const struct limit_spec *spec = limit_spec_find(limit->name);
    double used;

    (void)s;
    if (!spec || spec->is_switch || spec->fixed || !(limit->known & LIMIT_KNOWS_LIMIT))
        return false;
    if (limit->limit == 0 || limit_below_use(limit, spec)) {
        match->weight = 101;
        match->severity = SEVERITY_CRITICAL;
        return true;
    }
    // A single segment as large as shmmax, or a queue as full as msgmnb, is no shortage.
    if (!spec->shared || !limit_percent(limit, &used))
        return false;
    match->weight = (uint64_t)used;
    match->severity = used >= LIMIT_CRITICAL ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    return used >= LIMIT_WARNING;
}

// What a limit of 0 refuses. ipc/sem.c, ipc/msg.c
static const char *refused(const struct limit_spec *spec)
{
    static const struct {
        const char *name, *what;
    } others[] = {{"semopm", "semaphore operations"},
                  {"msgmax", "messages but empty ones"},
                  {"msgmnb", "messages in new queues"}};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(spec->name, others[i].name) == 0)
            return others[i].what;
    return spec->kind == KIND_SEGMENT  ? "new segments"
           : spec->kind == KIND_SEMSET ? "new semaphore sets"
                                       : "new queues";
}

static void limit_title(struct say *x)
{
    const struct limit *limit = x->match->object;
    const struct limit_spec *spec = limit_spec_find(limit->name);

    if (limit->limit == 0)
        say(x, "{text} is 0: no {text}", limit->name, refused(spec));
    else if (limit_below_use(limit, spec))
        say(x, "{text} {number} is below use: {number} {text}", limit->name, limit->limit,
            limit->used, limit->unit);
    else
        say(x, "{text} {number}% used", limit->name, x->match->weight);
}

// The pid that most of a user's segments, sets or queues name; 0 where there is none. By Boyer and
// Moore's vote, so that it is one that names more than half, or any.
static int32_t top_pid(const struct snapshot *s, enum kind_id kind, uint32_t uid, int64_t *time)
{
    int32_t best = 0;
    size_t votes = 0;

    *time = 0;
    for (size_t i = 0; kind == KIND_SEGMENT && i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];

        if (g->o.uid != uid)
            continue;
        if (votes == 0)
            best = g->cpid, *time = segment_birth(g);
        votes += g->cpid == best ? 1 : (size_t)-1;
    }
    for (size_t i = 0; kind == KIND_SEMSET && i < s->semsets.n; i++) {
        size_t n;
        const struct element *e = snapshot_elements(s, &s->semsets.at[i], &n);

        if (s->semsets.at[i].o.uid != uid || !n || !(e->known & ELEMENT_KNOWS_PID) || !e->pid)
            continue;
        if (votes == 0)
            best = e->pid, *time = semset_last_use(&s->semsets.at[i]);
        votes += e->pid == best ? 1 : (size_t)-1;
    }
    for (size_t i = 0; kind == KIND_QUEUE && i < s->queues.n; i++) {
        const struct queue *q = &s->queues.at[i];

        if (q->o.uid != uid || q->stime == 0)
            continue;
        if (votes == 0)
            best = q->lspid, *time = q->stime;
        votes += q->lspid == best ? 1 : (size_t)-1;
    }
    return best;
}

// "4096", "276M" of pages.
static void say_share(struct say *x, const struct limit_spec *spec, uint64_t share)
{
    uint64_t bytes;

    if (limit_spec_bytes(spec, share, &bytes))
        say(x, ": {size}", bytes);
    else
        say(x, ": {number}", share);
}

static void say_used(struct say *x, const struct limit *limit, const struct limit_spec *spec)
{
    uint64_t used, size;

    if (!spec->shared && limit->used > 0) {
        say(x, "the limit is {number} {text}, and the largest has {number}", limit->limit,
            limit->unit, limit->used);
        return;
    }

    say(x, "{number} of {number} {text} in use", limit->used, limit->limit, limit->unit);
    if (spec->shared && limit_spec_bytes(spec, limit->used, &used) &&
        limit_spec_bytes(spec, limit->limit, &size))
        say(x, " ({size} of {size})", used, size);
}

static void limit_evidence(struct say *x)
{
    const struct limit *limit = x->match->object;
    const struct limit_spec *spec = limit_spec_find(limit->name);
    int64_t time;

    if (limit->known & LIMIT_KNOWS_USED)
        say_used(x, limit, spec);
    else
        say(x, "the limit is {number} {text}", limit->limit, limit->unit);
    if (limit->known & LIMIT_KNOWS_TOP && !spec->shared) {
        say(x, ", of {user}", limit->top_uid);
    } else if (limit->known & LIMIT_KNOWS_TOP) {
        uint64_t share = limit_spec_used(spec, x->s, &limit->top_uid);
        int32_t pid = top_pid(x->s, spec->kind, limit->top_uid, &time);

        say(x, ", most by {user}", limit->top_uid);
        if (share)
            say_share(x, spec, share);
        if (pid > 0)
            say(x, ", most of them by {process}", process_at(pid, time));
    }
    say(x, "; raised in {text} (sysctl {text})", spec->path, spec->setting);
}

// The objects that count against a limit and need not: orphans; where there are none, segments
// removed but held, if these are most of all. *held: they are.
static struct identity_vec superfluous(const struct snapshot *s, enum kind_id kind, bool *held)
{
    struct identity_vec orphans = {0}, removed = {0};
    const struct kind *objects = kind_get(kind);

    for (size_t i = 0; kind_is_object(kind) && i < kind_count(objects, s); i++) {
        const struct owned *o = kind_at(objects, s, i);
        if (kind_orphan(objects, s, o))
            vec_push(&orphans, identity_of(o));
    }
    for (size_t i = 0; kind == KIND_SEGMENT && i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        if (g->flags & SEG_DEST && g->nattch > 0)
            vec_push(&removed, identity_of(&g->o));
    }
    *held = !orphans.n && removed.n * 2 > s->segments.n;
    if (*held)
        vec_free(&orphans);
    else
        vec_free(&removed);
    return *held ? removed : orphans;
}

static void limit_objects(const struct snapshot *s, const struct match *match,
                          struct identity_vec *out)
{
    const struct limit *limit = match->object;
    bool held;

    vec_free(out);
    *out = superfluous(s, limit_spec_find(limit->name)->kind, &held);
}

static void limit_advise(struct say *x)
{
    const struct limit *limit = x->match->object;
    bool held;
    struct identity_vec objects = superfluous(x->s, limit_spec_find(limit->name)->kind, &held);
    size_t n = objects.n;

    vec_free(&objects);

    if (limit->limit == 0) {
        say(x, "it refuses {text} until it is raised " BY_KEY("in Limits", "by sysctl(8)"),
            refused(limit_spec_find(limit->name)));
        return;
    }
    if (!limit_spec_find(limit->name)->shared) {
        say(x, "a program that makes it again fails with EINVAL: raise it " BY_KEY("in Limits",
                                                                                   "by sysctl(8)"));
        return;
    }
    say(x, "beyond it new objects fail with ENOSPC: ");
    if (held) {
        say(x, "end the processes that hold the {n removed segment} (", n);
        say(x, COMMAND("Enter, k", "--batch -f status=dest segments"));
        say(x, "), or ");
    } else if (n) {
        say(x, "remove the {n orphan} (", n);
        say(x, COMMAND("Enter, F8", "--remove -f orphan=yes {text}"),
            kind_get(limit_spec_find(limit->name)->kind)->name);
        say(x, "), or ");
    }
    say(x, "raise it " BY_KEY("in Limits", "by sysctl(8)"));
}

// --- processes that do not answer ---------------------------------------------------------------

// A process may be known as stuck by the scan, by the readers of names, or both.
static size_t count_stuck(const struct snapshot *s, const struct process **first)
{
    size_t n = vec_count(&s->processes, p, p->stuck && !p->gone);

    *first = vec_first(&s->processes, p, p->stuck && !p->gone);
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
        .subject = &kind_limits,
        .rank = 20,
        .severity = SEVERITY_WARNING,
        .need = NEED_LIMITS | NEED_ORPHANS,
        .applies = limit_near,
        .title = limit_title,
        .evidence = limit_evidence,
        .advise = limit_advise,
        .objects = limit_objects,
    },
    {
        .name = "stuck",
        .instead = OF_SCAN,
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
