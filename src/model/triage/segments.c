// What is wrong with shared memory segments.
#include <stdlib.h>
#include <string.h>

#include "base/sum.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "rules.h"

enum { LISTED_MAX = 4, MIB = 1 << 20 };

static int64_t beyond_list(const struct say *x)
{
    return (int64_t)x->n - LISTED_MAX;
}

void segments_say_accounting(struct say *x, int32_t shmid)
{
    const char *user = x->s->has & NEED_SYSTEM ? x->s->system.user : NULL;
    char *accounting = scan_accounting_line(x->s->scan, shmid, user);

    say(x, "{text}", accounting);
    free(accounting);
}

// --- orphans ------------------------------------------------------------------------------------

// Memory and swap that removal gives back; all of its size where that was not read.
static uint64_t freed(const struct segment *g)
{
    const unsigned both = SEG_KNOWS_RSS | SEG_KNOWS_SWAP;
    uint64_t sum = g->rss;

    if ((g->known & both) != both)
        return g->size;
    sum_add(&sum, g->swap);
    return sum;
}

static bool orphan(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    match->weight = g->size;
    if (freed(g) < MIB)
        match->severity = SEVERITY_NOTICE; // clutter, not memory
    return kind_orphan(&kind_segments, s, g);
}

static void orphan_title(struct say *x)
{
    const struct segment *g = x->match->object;
    uint64_t size = matches_weight(x->match, x->n), free_now = 0;

    for (size_t i = 0; i < x->n; i++)
        sum_add(&free_now, freed(x->match[i].object));
    say(x, "{n orphan} of {user}: ", x->n, g->o.uid);
    if (free_now == 0)
        say(x, "{size}, no memory used", size);
    else if (free_now < size)
        say(x, "{size} used of {size}", free_now, size);
    else
        say(x, "{size}", free_now);
}

static void orphan_evidence(struct say *x)
{
    bool used = true; // all of them, and by processes that are gone

    for (size_t i = 0; i < x->n; i++)
        used = used && segment_last_use(x->match[i].object) > 0 &&
               !segment_served(x->s, x->match[i].object);
    say(x, "not attached, creator{text} gone: ", used ? " and last user" : "");
    for (size_t i = 0; i < x->n && i < LISTED_MAX; i++) {
        const struct segment *g = x->match[i].object;

        say(x, "{text}{number} ({size}, made by {number}, {used}", i ? ", " : "", g->o.id, g->size,
            g->cpid, segment_last_use(g));
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
    segments_say_accounting(x, g->o.id);
    if (x->n > 1)
        say(x, "; and of {n more segment}", x->n - 1);
}

// Root sees every process; only in the kernel's own record (a handle) do equal segments of two namespaces
// differ.
static void unseen_advise(struct say *x)
{
    unsigned causes = 0;

    for (size_t i = 0; i < x->n; i++)
        causes |=
            scan_account(x->s->scan, ((const struct segment *)x->match[i].object)->o.id)->unseen;
    if (causes == UNSEEN_ALIKE)
        say(x, "a process that attached it may have left for another IPC namespace since: "
               "--namespace all shows who holds an equal one there");
    else
        say(x, "run as root, and outside of containers, to see every process");
}

// --- a creator's pid that is another's now ------------------------------------------------------

static bool creator_reused(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    match->weight = g->size;
    return segment_creator(s, g) == PID_REUSED &&
           !kind_orphan(&kind_segments, s, g); // orphans have a finding already
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

static void orphan_advise(struct say *x)
{
    const struct segment *g = x->match->object;

    say(x, "ask their owner whether the contents matter, then remove them ");
    say_orphans_removal(x, g->o.uid, "segments");
}

// --- the rules ----------------------------------------------------------------------------------

// clang-format off
const struct rule segments_rules[] = {
    {
        .name = "orphan-segments",
        .subject = &kind_segments,
        .rank = 50,
        .severity = SEVERITY_WARNING,
        .need = NEED_SEGMENT_USE | NEED_ORPHANS,
        .group = matches_owner,
        .applies = orphan,
        .title = orphan_title,
        .evidence = orphan_evidence,
        .advise = orphan_advise,
    },
    {
        .name = "swapped",
        .subject = &kind_segments,
        .rank = 120,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_SEGMENT_USE,
        .applies = swapped,
        .title = swapped_title,
        .evidence = swapped_evidence,
        .advice = "memory is short: huge pages or locking" BY_KEY(" (l)", "")
                  " keep a database's segment in memory",
    },
    {
        .name = "unseen",
        .subject = &kind_segments,
        .rank = 160,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_HOLDERS | NEED_SYSTEM,
        .together = true,
        .applies = unseen,
        .title = unseen_title,
        .evidence = unseen_evidence,
        .advise = unseen_advise,
    },
    {
        .name = "creator-reused",
        .subject = &kind_segments,
        .rank = 150,
        .severity = SEVERITY_NOTICE,
        .need = NEED_ORPHANS,
        .together = true,
        .applies = creator_reused,
        .title = creator_reused_title,
        .evidence = creator_reused_evidence,
        .advice = "that process has nothing to do with it: its holders" BY_KEY(" (Enter)", "")
                  " are its users",
    },
    {0},
};
// clang-format on
