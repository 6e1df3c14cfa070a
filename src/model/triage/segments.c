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

// The end of a list of objects that was cut short.
static void list_rest(struct line *line, size_t n)
{
    if (n > LISTED_MAX)
        line_add(line, " and %zu more", n - LISTED_MAX);
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
// `dest` alone tells nothing. It does where the creator is gone and a single process is left, or
// processes of different programs; several of one program are that program at work.
static bool removed_held(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    const struct segment_account *account = scan_account(s->scan, g->o.id);
    struct label label;

    if (!(g->flags & SEG_DEST) || g->nattch == 0 || !account)
        return false;
    bool creator_gone = pid_state_ended(snapshot_pid_state(s, g->cpid, segment_birth(g)));
    bool complete = account->found >= g->nattch;
    struct crowd crowd = crowd_of(s, g);

    match->weight = g->size;
    if (crowd.creator ||
        (label_of(s, KIND_SEGMENT, g, &label) && postgres_interlocked(s, g, label.database)))
        return false; // at work, or told by rule_interlock
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

static void removed_held_title(const struct snapshot *s, const struct match *m, size_t n,
                               struct line *line)
{
    const struct segment *g = m->object;

    (void)n;
    line_add(line, "removed but held: ");
    words_size(line, g->size);
    line_add(line, " by ");
    if (crowd_of(s, g).processes > 0)
        words_holders(line, s, g->o.id, 1);
    else
        line_add(line, "a process not to be seen");
}

static void add_accounting(const struct snapshot *s, int32_t shmid, struct line *line)
{
    const char *user = s->has & NEED_SYSTEM ? s->system.user : NULL;
    char *accounting = scan_accounting_line(s->scan, shmid, user);

    line_add(line, "%s", accounting);
    free(accounting);
}

static void removed_held_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                  struct line *line)
{
    const struct segment *g = m->object;

    (void)n;
    line_add(line, "segment %d of ", g->o.id);
    words_user(line, s, g->o.uid);
    line_add(line, ", made by ");
    words_process(line, s, g->cpid, segment_birth(g));
    line_add(line, ", ");
    words_used(line, s, segment_last_use(g));
    line_add(line, "; ");
    add_accounting(s, g->o.id, line);
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

static void orphan_title(const struct snapshot *s, const struct match *m, size_t n,
                         struct line *line)
{
    (void)s;
    line_count(line, n, "orphan", NULL);
    line_add(line, " ");
    words_size(line, matches_weight(m, n));
}

static void orphan_evidence(const struct snapshot *s, const struct match *m, size_t n,
                            struct line *line)
{
    bool served = false; // then the last user is not gone

    for (size_t i = 0; i < n; i++)
        served |= segment_served(s, m[i].object);
    line_add(line, "nobody attached, who made %s%s %s gone: ", served ? "" : "and last used ",
             n == 1 ? "it" : "them", n == 1 ? "is" : "are");
    for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
        const struct segment *g = m[i].object;

        line_add(line, "%s%d (", i ? ", " : "", g->o.id);
        words_size(line, g->size);
        line_add(line, ", ");
        words_user(line, s, g->o.uid);
        line_add(line, ", made by %d, ", g->cpid);
        words_used(line, s, segment_last_use(g));
        if (segment_served(s, g)) {
            line_add(line, " by the X server ");
            words_process(line, s, g->lpid, 0);
        }
        line_add(line, ")");
    }
    list_rest(line, n);
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

static void swapped_title(const struct snapshot *s, const struct match *m, size_t n,
                          struct line *line)
{
    const struct segment *g = m->object;

    (void)s, (void)n;
    line_add(line, "segment %d swapped out: ", g->o.id);
    words_size(line, g->swap);
    line_add(line, " of ");
    words_size(line, g->size);
}

static void swapped_evidence(const struct snapshot *s, const struct match *m, size_t n,
                             struct line *line)
{
    const struct segment *g = m->object;

    (void)n;
    line_add(line, "owner ");
    words_user(line, s, g->o.uid);
    line_add(line, ", ");
    line_count(line, g->nattch, "attachment", NULL);
    line_add(line, ", ");
    words_used(line, s, segment_last_use(g));
    if (g->known & SEG_KNOWS_RSS) {
        line_add(line, ", ");
        words_size(line, g->rss);
        line_add(line, " in memory");
    }
}

// --- unseen attachments -------------------------------------------------------------------------

// Those that come of a lasting cause. What merely changed during a scan is gone with the next.
static bool unseen(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;
    const struct segment_account *account = scan_account(s->scan, g->o.id);

    if (!account || account->found >= account->nattch ||
        !(account->unseen &
          (UNSEEN_UNREADABLE | UNSEEN_OUTSIDE | UNSEEN_STUCK | UNSEEN_UNASKED | UNSEEN_HIDDEN)))
        return false;
    match->weight = account->nattch - account->found;
    return true;
}

static void unseen_title(const struct snapshot *s, const struct match *m, size_t n,
                         struct line *line)
{
    (void)s;
    line_count(line, matches_weight(m, n), "attachment", NULL);
    line_add(line, " unseen");
}

static void unseen_evidence(const struct snapshot *s, const struct match *m, size_t n,
                            struct line *line)
{
    const struct segment *g = m->object;

    line_add(line, "segment %d: ", g->o.id);
    add_accounting(s, g->o.id, line);
    if (n > 1) {
        line_add(line, "; and of ");
        line_count(line, n - 1, "segment more", "segments more");
    }
}

// --- a creator's pid that is another's now ------------------------------------------------------

static bool creator_reused(const struct snapshot *s, struct match *match)
{
    const struct segment *g = match->object;

    match->weight = g->size;
    return snapshot_pid_state(s, g->cpid, segment_birth(g)) == PID_REUSED &&
           !snapshot_orphan(s, KIND_SEGMENT, g); // of orphans it is told already
}

static void creator_reused_title(const struct snapshot *s, const struct match *m, size_t n,
                                 struct line *line)
{
    const struct segment *g = m->object;

    (void)s;
    if (n == 1)
        line_add(line, "creator pid %d of segment %d is another process now", g->cpid, g->o.id);
    else
        line_add(line, "creator pids of %zu segments are other processes now", n);
}

static void creator_reused_evidence(const struct snapshot *s, const struct match *m, size_t n,
                                    struct line *line)
{
    for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
        const struct segment *g = m[i].object;
        const char *program = words_program(s, g->cpid);

        line_add(line, "%ssegment %d names %d: now that is %s, which started later", i ? "; " : "",
                 g->o.id, g->cpid, program ? program : "a process");
    }
    list_rest(line, n);
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
        .advice = "that process has nothing to do with it: its holders (Enter) tell who uses it",
    },
    {0},
};
