// What is wrong with shared memory segments.
#include <stdlib.h>
#include <string.h>

#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { LISTED_MAX = 4, MIB = 1 << 20 };

static int64_t beyond_list(const struct say *x)
{
    return (int64_t)x->n - LISTED_MAX;
}

// --- removed but held ---------------------------------------------------------------------------

struct crowd {        // who holds a segment, as far as seen
    size_t processes; // an address space counted once
    bool creator;     // its living creator is one of them
    bool unnamed;     // the program of one is not known
    bool mixed;       // they run more than one program
};

static struct crowd crowd_of(const struct snapshot *s, const struct segment *g)
{
    size_t n;
    const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
    const char *first = NULL;
    struct crowd crowd = {0};

    for (size_t i = 0; i < n; i++) {
        const char *program = words_program(s, holders[i].pid);

        if (holders[i].pid == g->cpid) {
            enum pid_state state = snapshot_pid_state(s, g->cpid, segment_birth(g));
            crowd.creator = state == PID_ALIVE || state == PID_UNKNOWN;
        }
        if (holders[i].shares_memory_with != 0)
            continue;
        crowd.processes++;
        if (!program)
            crowd.unnamed = true;
        else if (!first)
            first = program;
        else if (strcmp(first, program) != 0)
            crowd.mixed = true;
    }
    return crowd;
}

// Some programs mark their segment right after making it (Zabbix, X clients) and are healthy:
// `dest` alone means nothing. It does where the creator is gone and a single process is left, or
// processes of different programs; several of one program are that program at work.
static bool removed_held(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    const struct segment_account *account = scan_account(s->scan, g->o.id);
    struct label label;

    if (!(g->flags & SEG_DEST) || g->nattch == 0 || !account)
        return false;
    if (account->found > account->nattch && account->unseen & UNSEEN_ALIKE)
        return false; // some of these holders are not: no advice to end one
    bool creator_gone = pid_state_ended(snapshot_pid_state(s, g->cpid, segment_birth(g)));
    bool complete = account->found >= g->nattch;
    struct crowd crowd = crowd_of(s, g);

    match->weight = g->size;
    if (crowd.creator ||
        (label_of(s, KIND_SEGMENT, g, &label) && postgres_interlocked(s, g, label.database)))
        return false; // at work, or the interlock rule has it
    if (!creator_gone) {
        // It lives, or is outside, and does not hold it itself: handed over on purpose, perhaps.
        match->severity = SEVERITY_NOTICE;
        return complete && crowd.mixed;
    }
    if (crowd.mixed)
        return true;
    if (complete)
        return crowd.processes == 1;
    return crowd.processes == 0 && g->nattch == 1; // one, who cannot be seen, and not the creator
}

static void removed_held_title(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "removed but held: {size} by ", g->size);
    if (crowd_of(x->s, g).processes > 0)
        say(x, "{holders}", holders_of(g->o.id, 1));
    else
        say(x, "a process that cannot be seen");
}

static void say_accounting(struct say *x, int32_t shmid)
{
    const char *user = x->s->has & NEED_SYSTEM ? x->s->system.user : NULL;
    char *accounting = scan_accounting_line(x->s->scan, shmid, user);

    say(x, "{text}", accounting);
    free(accounting);
}

static void removed_held_evidence(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "segment {number} of {user}, made by {process}, {used}; ", g->o.id, g->o.uid,
        process_at(g->cpid, segment_birth(g)), segment_last_use(g));
    say_accounting(x, g->o.id);
}

// --- orphans ------------------------------------------------------------------------------------

static bool orphan(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    match->weight = g->size;
    if (g->size < MIB)
        match->severity = SEVERITY_NOTICE; // clutter, not memory
    return snapshot_orphan(s, KIND_SEGMENT, g);
}

static void orphan_title(struct say *x)
{
    say(x, "{n orphan} {size}", x->n, matches_weight(x->match, x->n));
}

static void orphan_evidence(struct say *x)
{
    bool served = false; // then the last user is not gone

    for (size_t i = 0; i < x->n; i++)
        served |= segment_served(x->s, x->match[i].object);
    say(x, "not attached, creator{text} gone: ", served ? "" : " and last user");
    for (size_t i = 0; i < x->n && i < LISTED_MAX; i++) {
        const struct segment *g = x->match[i].object;

        say(x, "{text}{number} ({size}, {user}, made by {number}, {used}", i ? ", " : "", g->o.id,
            g->size, g->o.uid, g->cpid, segment_last_use(g));
        if (segment_served(x->s, g))
            say(x, " by the X server {process}", process_at(g->lpid, 0));
        say(x, ")");
    }
    say(x, "{more}", beyond_list(x));
}

// --- swapped out --------------------------------------------------------------------------------

// A segment in use of which a tenth or more is in swap: its users wait for the disk.
static bool swapped(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    (void)s;
    if (!(g->known & SEG_KNOWS_SWAP) || g->nattch == 0 || g->swap < MIB || g->swap < g->size / 10 ||
        g->swap > g->size)
        return false;
    match->weight = g->swap;
    if (g->swap > g->size / 2)
        match->severity = SEVERITY_WARNING;
    return true;
}

static void swapped_title(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "segment {number} swapped out: {size} of {size}", g->o.id, g->swap, g->size);
}

static void swapped_evidence(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "owner {user}, {n attachment}, {used}", g->o.uid, g->nattch, segment_last_use(g));
    if (g->known & SEG_KNOWS_RSS)
        say(x, ", {size} in memory", g->rss);
}

// --- unseen attachments -------------------------------------------------------------------------

// Those that come of a lasting cause. What merely changed during a scan is gone with the next.
static bool unseen(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    const struct segment_account *account = scan_account(s->scan, g->o.id);

    if (!account || account->found >= account->nattch ||
        !(account->unseen & (UNSEEN_UNREADABLE | UNSEEN_OUTSIDE | UNSEEN_STUCK | UNSEEN_UNASKED |
                             UNSEEN_HIDDEN | UNSEEN_ALIKE | UNSEEN_LEFT_OUT)))
        return false;
    match->weight = account->nattch - account->found;
    return true;
}

static void unseen_title(struct say *x)
{
    say(x, "{n attachment} unseen", matches_weight(x->match, x->n));
}

static void unseen_evidence(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "segment {number}: ", g->o.id);
    say_accounting(x, g->o.id);
    if (x->n > 1)
        say(x, "; and of {n more segment}", x->n - 1);
}

// --- a creator's pid that is another's now ------------------------------------------------------

static bool creator_reused(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    match->weight = g->size;
    return snapshot_pid_state(s, g->cpid, segment_birth(g)) == PID_REUSED &&
           !snapshot_orphan(s, KIND_SEGMENT, g); // orphans have a finding already
}

static void creator_reused_title(struct say *x)
{
    const struct segment *g = x->match->object;

    if (x->n == 1)
        say(x, "creator pid {number} of segment {number} is another process now", g->cpid, g->o.id);
    else
        say(x, "creator pids of {number} segments are other processes now", x->n);
}

static void creator_reused_evidence(struct say *x)
{
    for (size_t i = 0; i < x->n && i < LISTED_MAX; i++) {
        const struct segment *g = x->match[i].object;
        const char *program = words_program(x->s, g->cpid);

        say(x, "{text}segment {number} names {number}: now that is {text}, which started later",
            i ? "; " : "", g->o.id, g->cpid, program ? program : "a process");
    }
    say(x, "{more}", beyond_list(x));
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule segments_rules[] = {
    {
        .name = "removed-held",
        .subject = OF_SEGMENTS,
        .rank = 40,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_PROCESSES | NEED_NAMES,
        .applies = removed_held,
        .title = removed_held_title,
        .evidence = removed_held_evidence,
        .advice =
            "Enter shows who holds it; when that process ends (k), the kernel frees the memory",
    },
    {
        .name = "orphan-segments",
        .subject = OF_SEGMENTS,
        .rank = 50,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEGMENTS | NEED_PROCESSES,
        .together = true,
        .applies = orphan,
        .title = orphan_title,
        .evidence = orphan_evidence,
        .advice =
            "o shows all orphans; ask their owner whether the contents matter, then F8 removes",
    },
    {
        .name = "swapped",
        .subject = OF_SEGMENTS,
        .rank = 120,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_SEGMENT_USE,
        .applies = swapped,
        .title = swapped_title,
        .evidence = swapped_evidence,
        .advice = "memory is short: huge pages or locking (l) keep a database's segment in memory",
    },
    {
        .name = "unseen",
        .subject = OF_SEGMENTS,
        .rank = 160,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_SYSTEM,
        .together = true,
        .applies = unseen,
        .title = unseen_title,
        .evidence = unseen_evidence,
        .advice = "run as root, and outside of containers, to see every process",
    },
    {
        .name = "creator-reused",
        .subject = OF_SEGMENTS,
        .rank = 150,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_PROCESSES,
        .together = true,
        .applies = creator_reused,
        .title = creator_reused_title,
        .evidence = creator_reused_evidence,
        .advice = "that process has nothing to do with it: its holders (Enter) are its users",
    },
    {0},
};
