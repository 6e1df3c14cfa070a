// When processes are asked what they hold: the picture of the attachments over time.
//
//   no attachment anywhere             nothing is asked
//   permitted, and cheaper             walk.c: from the segments to their holders, no process is asked
//   EFFORT_FULL                        scan; up to three times while it changes under the scan
//   the last scan still stands         skip_rule.c: only known holders and new processes are asked
//   the rest after the last scan ran   scan
//   else                               the last picture stays, and says how old it is
// A scan asks every process: known.c, then model/holders/ makes the accounts. After a scan follows a
// rest of 25 times its cost, so that scanning takes at most 4 % of a processor. Where a segment's
// sum does not come out, the scan is repeated after 1/4 s, 1/2 s, ... 60 s; in any case every ten
// minutes, for what leaves no trace.
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/holders/known.h"
#include "engine/holders/skip_rule.h"
#include "model/record/huge_pool.h"

enum {
    PACE = 25,
    PACE_PROMPT = 4,
    PASSES = 3, // of EFFORT_FULL
};
static const int64_t FULL_EVERY = 600 * CLOCK_SECOND;
static const int64_t RETRY_FIRST = CLOCK_SECOND / 4, RETRY_LAST = 60 * CLOCK_SECOND;

struct holders {
    struct known_holders known;
    struct scan *scan; // made from that; NULL: none yet
    struct last_scan last;
    struct rest rest;
    int64_t full_ns;          // when the last full scan began
    int64_t done_ns, cost_ns; // the end of the last full scan, and its processor time
    int64_t retry, retry_ns;  // pause before the next try of what is unresolved; when it ends
};

static void release(void *self)
{
    struct holders *h = self;

    scan_unref(h->scan);
    known_holders_free(&h->known);
    vec_free(&h->last.before);
}

static void publish(struct holders *h, struct scan *scan)
{
    scan->finished_ns = clock_ns();
    scan_unref(h->scan);
    h->scan = scan;
}

static void build(struct holders *h, const struct round *round, const struct segment_vec *segments,
                  const struct segment_vec *after, bool forks_moved, uint64_t duration_us)
{
    const struct snapshot *tables = round->tables;
    struct scan_input in = {
        .before = segments,
        .after = after,
        .forks_moved = forks_moved,
        .first_pid_namespace = tables->has & NEED_SYSTEM && tables->system.first_pid_namespace,
    };

    known_holders_input(&h->known, round, &in);
    struct scan *scan = scan_build(&in);
    scan->duration_us = duration_us;
    publish(h, scan);
}

// --- a full scan --------------------------------------------------------------------------------

static void remember_start(struct holders *h, const struct segment_vec *segments)
{
    h->last.started_s = clock_epoch_s();
    h->full_ns = clock_ns();
    vec_clear(&h->last.before);
    for (size_t i = 0; i < segments->n; i++)
        if (segments->at[i].nattch)
            vec_push(&h->last.before, segments->at[i]);
}

static uint64_t since_us(int64_t start_ns)
{
    return (uint64_t)(clock_ns() - start_ns) / 1000;
}

static bool scan_once(struct holders *h, const struct round *round)
{
    const struct want segments = {.need = NEED_SEGMENTS,
                                  .ipc_namespace = round->want->ipc_namespace};
    const struct source *source = round->source;
    uint64_t forks = 0;

    remember_start(h, &round->tables->segments);
    if (!known_holders_ask_all(&h->known, round))
        return false;
    struct snapshot *again = snapshot_new();
    const struct segment_vec *after =
        source->read(source->self, &segments, again) == 0 ? &again->segments : NULL;
    bool moved = source->forks(source->self, &forks) != 0 || forks != round->processes->forks;
    build(h, round, &round->tables->segments, after, moved, since_us(h->full_ns));
    if (known_holders_resolve_namespaces(&h->known, h->scan, round))
        build(h, round, &round->tables->segments, after, moved, since_us(h->full_ns));
    snapshot_unref(again);
    return true;
}

// Whether another pass may find what this one missed: something changed, or no reason was found.
static bool worth_another_pass(const struct scan *scan)
{
    for (size_t i = 0; i < scan->accounts.n; i++)
        if (scan->accounts.at[i].found != scan->accounts.at[i].nattch &&
            (scan->accounts.at[i].unseen & UNSEEN_CHANGED || !scan->accounts.at[i].unseen))
            return true;
    return false;
}

static void scan_fully(struct holders *h, const struct round *round, int passes)
{
    const struct want tables = {.need = NEED_SEGMENTS | NEED_SYSTEM,
                                .ipc_namespace = round->want->ipc_namespace};
    int64_t cost = clock_used_ns();
    bool complete = scan_once(h, round);

    while (complete && --passes > 0 && worth_another_pass(h->scan)) {
        struct round again = *round;
        again.tables = snapshot_new();
        if (round->source->read(round->source->self, &tables, again.tables) == 0)
            complete = scan_once(h, &again);
        snapshot_unref(again.tables);
    }
    h->cost_ns = clock_used_ns() - cost;
    h->done_ns = clock_ns();
    if (complete && scan_resolved(h->scan))
        h->retry = 0;
    else
        h->retry = h->retry == 0               ? RETRY_FIRST
                   : h->retry < RETRY_LAST / 2 ? h->retry * 2
                                               : RETRY_LAST;
    h->retry_ns = h->done_ns + h->retry;
}

// --- the last scan still stands -----------------------------------------------------------------

static bool same_segments(const struct scan *scan, const struct segment_vec *segments)
{
    if (scan->accounts.n != segments->n)
        return false;
    for (size_t i = 0; i < segments->n; i++)
        if (scan->accounts.at[i].shmid != segments->at[i].o.id)
            return false;
    return true;
}

static void renew(struct holders *h, const struct round *round, enum at_rest at_rest)
{
    if (at_rest == REST_SAME && same_segments(h->scan, &round->tables->segments)) {
        publish(h, scan_copy(h->scan));
        return;
    }
    build(h, round, &round->tables->segments, NULL, false, h->scan->duration_us);
    if (scan_resolved(h->scan)) {
        h->retry = 0;
    } else if (h->retry == 0) {
        h->retry = RETRY_FIRST;
        h->retry_ns = clock_ns();
    }
}

static bool still_stands(struct holders *h, const struct round *round)
{
    int64_t now = clock_ns();

    if (now - h->full_ns >= FULL_EVERY || (h->retry && now >= h->retry_ns))
        return false;
    enum at_rest at_rest = holders_at_rest(&h->rest, &h->known, &h->last, round);
    if (at_rest == REST_NOT)
        return false;
    renew(h, round, at_rest);
    return true;
}

static bool nothing_attached(const struct segment_vec *segments)
{
    for (size_t i = 0; i < segments->n; i++)
        if (segments->at[i].nattch)
            return false;
    return true;
}

// Where the kernel counts no attachment there is nothing to look for.
static void scan_nothing(struct holders *h, const struct round *round)
{
    known_holders_clear(&h->known);
    vec_clear(&h->last.before);
    h->retry = 0;
    build(h, round, &round->tables->segments, NULL, false, 0);
}

static bool walk(struct holders *h, const struct round *round)
{
    const struct segment_vec segments = holders_segments(round);
    int64_t start = clock_ns();

    if (!known_holders_walk(&h->known, round))
        return false;
    build(h, round, &segments, NULL, false, since_us(start));
    known_holders_end_walk(&h->known);
    vec_clear(&h->last.before); // where it is not possible next time, all are asked
    h->full_ns = h->done_ns = h->retry = 0;
    return true;
}

static void update(void *self, const struct round *round)
{
    struct holders *h = self;
    int64_t pace = round->effort == EFFORT_AS_NEEDED ? PACE : PACE_PROMPT;
    bool rests = clock_ns() < h->done_ns + h->cost_ns * pace;

    if (!(round->tables->has & NEED_SEGMENTS))
        return;
    if (nothing_attached(&round->tables->segments))
        scan_nothing(h, round);
    else if (walk(h, round))
        return;
    else if (round->effort == EFFORT_FULL)
        scan_fully(h, round, PASSES);
    else if (!(h->scan && still_stands(h, round)) && !(h->scan && rests))
        scan_fully(h, round, 1);
}

// --- into the snapshot --------------------------------------------------------------------------

// The kernel's table does not always show huge pages; a mapping does.
static void mark_hugetlb(const struct scan *scan, uint64_t sizes, struct segment_vec *segments)
{
    for (size_t i = 0; i < scan->accounts.n; i++) {
        const struct segment *found = scan->accounts.at[i].hugetlb
                                          ? segments_find(segments, scan->accounts.at[i].shmid)
                                          : NULL;
        if (found)
            huge_segment_mark(&segments->at[found - segments->at], sizes,
                              (uint64_t)sysconf(_SC_PAGESIZE));
    }
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct holders *h = self;

    if (!h->scan)
        return false;
    scan_unref(snapshot->scan);
    snapshot->scan = scan_ref(h->scan);
    mark_hugetlb(h->scan, snapshot->huge_sizes, &snapshot->segments);
    return true;
}

const struct collector holders_collector = {
    .need = NEED_HOLDERS,
    .size = sizeof(struct holders),
    .release = release,
    .update = update,
    .fill = fill,
};
