// Segments that are removed but held.
#include <string.h>

#include "base/sum.h"
#include "model/apps/heirs.h"
#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum {
    LISTED_MAX = 4,
    MANY = 16,       // segments handed over to one holder and removed: worth a notice
    MASS = 100,      // and a warning
    FAMILY_MAX = 64, // beyond so many holders nobody looks for parents among them
};

struct crowd {        // the processes holding a segment, as far as seen
    size_t processes; // an address space counted once
    bool creator;     // its living creator is one of them, or a daemon that it forked
    bool unnamed;     // the program of one is not known
    bool mixed;       // they run more than one program; strangers do not count
    bool family;      // one is the parent of another, or that is not known
};

static bool is_child(const struct snapshot *s, const struct holder *holders, size_t n, size_t i)
{
    const struct process *p = snapshot_process(s, holders[i].pid);

    if (!p || !(p->known & PROC_KNOWS_PARENT))
        return true; // it may be one
    for (size_t k = 0; k < n; k++)
        if (holders[k].pid == p->parent)
            return true;
    return false;
}

static struct crowd crowd_of(const struct snapshot *s, const struct segment *g)
{
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    const char *first = NULL;
    struct crowd crowd = {0};

    for (size_t i = 0; i < n; i++) {
        const char *program = words_program(s, holders[i].pid);

        if (holders[i].pid == g->cpid) {
            enum pid_state state = segment_creator(s, g);
            crowd.creator |= state == PID_ALIVE || state == PID_UNKNOWN;
        }
        crowd.creator |= segment_is_daemons(s, g, holders[i].pid);
        if (holders[i].shares_memory_with != 0)
            continue;
        crowd.processes++;
        if (!crowd.family && n <= FAMILY_MAX)
            crowd.family = is_child(s, holders, n, i);
        if (!program)
            crowd.unnamed = true;
        else if (process_is_stranger(snapshot_process(s, holders[i].pid), &g->o))
            continue;
        else if (!first)
            first = program;
        else if (strcmp(first, program) != 0)
            crowd.mixed = true;
    }
    crowd.family |= n > FAMILY_MAX;
    return crowd;
}

// Some programs mark their segment right after making it (Zabbix, X clients) and are healthy: `dest`
// alone means nothing. It does where the creator is gone and what is left is one process, processes of
// different programs, or several that no parent among them started; a parent and its children are a
// program at work.
//
// Where the creator lives but is detached it handed the memory over, on purpose perhaps: different
// programs are worth a notice, and so are masses, which removed_held_judge() counts.
static bool removed_held(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    const struct segment_account *account = scan_account(s->scan, g->o.id);
    struct label label;

    if (!(g->flags & SEG_DEST) || g->nattch == 0 || !account)
        return false;
    if (account->found > account->nattch && account->unseen & UNSEEN_ALIKE)
        return false; // some of these holders are not: no advice to end one
    enum pid_state creator = segment_creator(s, g);
    bool complete = account->found >= g->nattch;
    struct crowd crowd = crowd_of(s, g);

    match->weight = g->size;
    if (crowd.creator || databases_removed(s, g) || (!crowd.mixed && applications_headless(s, g)) ||
        postgres_interlocked(s, g, label_of(s, &g->o, &label) ? label.database : NULL))
        return false; // at work, or the rule of its application has it
    if (!pid_state_ended(creator)) {
        match->severity = SEVERITY_NOTICE;
        return complete && (crowd.mixed || (creator == PID_ALIVE && crowd.processes > 0));
    }
    if (crowd.mixed)
        return true;
    if (complete)
        return crowd.processes == 1 || !crowd.family;
    // One, unseen, and not the creator; but perhaps its daemon, where this user may not see that.
    if (account->unseen & UNSEEN_UNREADABLE)
        match->severity = SEVERITY_NOTICE;
    return crowd.processes == 0 && g->nattch == 1;
}

static uint64_t mix(uint64_t print, uint64_t value)
{
    return (print ^ value) * 0x100000001b3u;
}

// The program that all holders run which the segment's creator left behind; NULL: they differ, or it lives.
static const char *leftover_program(const struct snapshot *s, const struct segment *g)
{
    struct crowd crowd = crowd_of(s, g);
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    const char *program = n ? words_program(s, holders[0].pid) : NULL;

    if (crowd.unnamed || crowd.mixed || !program || label_x_server(program) ||
        process_is_stranger(snapshot_process(s, holders[0].pid), &g->o) ||
        !pid_state_ended(segment_creator(s, g)))
        return NULL;
    return program;
}

// By the processes that hold it, or by owner and the program they run; where none is seen, by owner.
static uint64_t same_holders(const struct snapshot *s, const struct match *match)
{
    const struct segment *g = match->object;
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    const char *program = leftover_program(s, g);
    uint64_t print = 0xcbf29ce484222325u;

    if (!n || program)
        print = mix(print, g->o.uid);
    for (const char *c = program; c && *c; c++)
        print = mix(print, (unsigned char)*c);
    for (size_t i = 0; !program && i < n; i++)
        print = mix(print, (uint32_t)holders[i].pid);
    return print;
}

// Whether each of them is held by the same processes. Then scan_holders() of the first are all.
static bool held_alike(const struct say *x, const struct pid_vec *all)
{
    size_t n;

    scan_holders(x->s->scan, ((const struct segment *)x->match->object)->o.id, &n);
    return all->n == n;
}

static bool removed_held_judge(const struct snapshot *s, struct match *first, size_t n)
{
    if (first->severity != SEVERITY_NOTICE)
        return true;
    if (n >= MASS)
        first->severity = SEVERITY_WARNING;
    const struct crowd crowd = crowd_of(s, first->object);
    return n >= MANY || crowd.mixed || crowd.processes == 0;
}

static void removed_held_title(struct say *x)
{
    const struct segment *g = x->match->object;

    if (x->n == 1)
        say(x, "removed but held: {size} by ", g->size);
    else
        say(x, "removed but held: {n segment}, {size} by ", x->n, matches_weight(x->match, x->n));
    struct pid_vec all = {0};
    match_holders(x, &all);
    if (crowd_of(x->s, g).processes == 0)
        say(x, x->n == 1 ? "a process that cannot be seen" : "processes that cannot be seen");
    else if (held_alike(x, &all))
        say(x, "{holders}", holders_of(g->o.id, 1));
    else
        say_pids(x, &all, 1);
    vec_free(&all);
}

// ": 7 app, 9 app and 3 more"; each once. Only those that live, where asked for.
static void say_makers(struct say *x, bool alive)
{
    struct pid_vec makers = {0};
    const struct segment *firsts[LISTED_MAX] = {0};
    size_t named = 0;

    for (size_t i = 0; i < x->n; i++) {
        const struct segment *g = x->match[i].object;

        if (!alive || segment_creator(x->s, g) == PID_ALIVE)
            vec_push(&makers, g->cpid);
    }
    pids_settle(&makers);
    for (size_t i = 0; i < x->n && named < LISTED_MAX && named < makers.n; i++) {
        const struct segment *g = x->match[i].object;
        bool again = !pids_has(&makers, g->cpid);

        for (size_t k = 0; k < named; k++)
            again |= firsts[k]->cpid == g->cpid;
        if (again)
            continue;
        firsts[named] = g;
        say(x, "{text}{process}", named++ ? ", " : "", process_at(g->cpid, segment_birth(g)));
    }
    say(x, "{more}", (int64_t)makers.n - LISTED_MAX);
    vec_free(&makers);
}

// How many segments, how much memory they take, who made them, what share of the limit they are.
static void say_mass(struct say *x)
{
    const struct segment *g = x->match->object;
    const struct limit *limit = limit_find(x->s, limit_of_objects(g->o.kind));
    uint64_t rss = 0;
    struct pid_vec all = {0};

    for (size_t i = 0; i < x->n; i++)
        sum_add(&rss, ((const struct segment *)x->match[i].object)->rss);
    say(x, "segments of {user}", g->o.uid);
    if (g->known & SEG_KNOWS_RSS)
        say(x, ", {size} in memory", rss);
    say(x, ", made by ");
    say_makers(x, false);
    if (limit && limit->known & LIMIT_KNOWS_LIMIT && limit->limit > 0)
        say(x, "; {number}% of shmmni", x->n * 100 / limit->limit);
    match_holders(x, &all);
    if (!all.n) {
        say(x, "; their holders cannot be seen");
    } else if (held_alike(x, &all)) {
        say(x, "; held by {holders}", holders_of(g->o.id, LISTED_MAX));
    } else {
        say(x, "; held by ");
        say_pids(x, &all, LISTED_MAX);
    }
    say(x, "; the largest is {number}", g->o.id);
    vec_free(&all);
}

static void removed_held_evidence(struct say *x)
{
    const struct segment *g = x->match->object;
    size_t n;

    if (x->n > 1) {
        say_mass(x);
        return;
    }
    say(x, "segment {number} of {user}, made by {process}, {used}; ", g->o.id, g->o.uid,
        process_at(g->cpid, segment_birth(g)), segment_last_use(g));
    segments_say_accounting(x, g->o.id);
    if (scan_holders(x->s->scan, g->o.id, &n) && n > 1)
        say(x, ": {holders}", holders_of(g->o.id, LISTED_MAX));
    say_remover(x, "; ", g);
}

// Those of these that are stopped, or, where asked for, traced.
static struct pid_vec stopped_of(const struct snapshot *s, const struct pid_vec *holders,
                                 bool traced)
{
    struct pid_vec stopped = {0};

    for (size_t i = 0; i < holders->n; i++) {
        const struct process *p = snapshot_process(s, holders->at[i]);

        if (p && !p->gone && process_is_stopped(p) && process_is_traced(p) == traced)
            vec_push(&stopped, p->pid);
    }
    return stopped;
}

static void say_unseen_holder(struct say *x, const struct segment *g)
{
    say(x, "see the accounting (");
    say(x, COMMAND("Enter", "--report -i {number} segments holders"), g->o.id);
    say(x, "); when the holder ends, the kernel frees the memory");
}

// All of them.
static void say_end_holders(struct say *x, const struct pid_vec *all)
{
    const struct segment *g = x->match->object;
    char pids[PIDS_FILTER_MAX];

    say(x, "end ");
    if (held_alike(x, all)) {
        say(x, "{holders} (", holders_of(g->o.id, LISTED_MAX));
        say(x, COMMAND("Enter, k", "--signal TERM -i {number} holders"), g->o.id);
    } else {
        say_pids(x, all, LISTED_MAX);
        say(x, " (");
        if (pids_filter(all, pids, sizeof pids))
            say(x, COMMAND("Enter, k", "--signal TERM -f '{text}' holders"), pids);
        else
            say(x, COMMAND("Enter, k", "--batch -f status=dest segments"));
    }
    say(x, "): the kernel then frees the memory");
}

static void say_stopped(struct say *x, const struct pid_vec *all)
{
    struct pid_vec stopped = stopped_of(x->s, all, false), traced = stopped_of(x->s, all, true);

    if (stopped.n) {
        say(x, "; ");
        say_pids(x, &stopped, LISTED_MAX);
        say(x, stopped.n == 1 ? " is stopped and does not act on SIGTERM: SIGCONT continues it, "
                                "SIGKILL ends it"
                              : " are stopped and do not act on SIGTERM: SIGCONT continues them, "
                                "SIGKILL ends them");
    }
    if (traced.n) {
        say(x, "; ");
        say_traced(x, snapshot_process(x->s, traced.at[0]));
        say(x, "; SIGKILL ends it");
    }
    vec_free(&stopped);
    vec_free(&traced);
}

static bool any_maker_lives(const struct say *x)
{
    for (size_t i = 0; i < x->n; i++) {
        const struct segment *g = x->match[i].object;

        if (segment_creator(x->s, g) == PID_ALIVE)
            return true;
    }
    return false;
}

// It attaches what its clients make, and detaches when they end or its session does.
static void say_x_server(struct say *x, int32_t server)
{
    if (any_maker_lives(x)) {
        say(x, "restart ");
        say_makers(x, true);
        say(x, ", which made them: the X server then detaches");
    } else {
        say(x, "{process} is an X server: the memory is freed when its session ends",
            process_at(server, 0));
    }
}

static void removed_held_advise(struct say *x)
{
    struct pid_vec all = {0};

    match_holders(x, &all);
    const char *program = all.n == 1 ? words_program(x->s, all.at[0]) : NULL;
    if (program && label_x_server(program)) {
        say_x_server(x, all.at[0]);
    } else if (all.n == 0) {
        say_unseen_holder(x, x->match->object);
    } else {
        say_end_holders(x, &all);
        say_stopped(x, &all);
    }
    vec_free(&all);
}

// --- the rule -----------------------------------------------------------------------------------

const struct rule removed_rules[] = {
    {
        .name = "removed-held",
        .subject = &kind_segments,
        .rank = 40,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_NAMES | NEED_LIMITS,
        .applies = removed_held,
        .title = removed_held_title,
        .evidence = removed_held_evidence,
        .group = same_holders,
        .judge = removed_held_judge,
        .advise = removed_held_advise,
    },
    {0},
};
