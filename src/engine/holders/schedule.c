#include "engine/holders/schedule.h"

#include "base/clock.h"
#include "engine/holders/known.h"

enum {
    PACE = 25, // a scan's cost is paid for by so many times its length of rest: 4 %
    PACE_PROMPT = 4,
    PACE_LIST = 4000, // the same for reading the list of processes: 0.025 %
    QUIET = 2,        // seconds
    PASSES = 3,       // of SCAN_FULLY, while attachments change under it
};
static const int64_t FULL_EVERY = 600 * CLOCK_SECOND, LIST_EVERY = 10 * CLOCK_SECOND;
static const int64_t RETRY_FIRST = CLOCK_SECOND / 4, RETRY_LAST = 60 * CLOCK_SECOND;

struct tuple { // what tells that attachments of a segment came or went
    int32_t shmid, lpid;
    uint64_t nattch;
    int64_t atime, dtime;
};
VEC(tuple_vec, struct tuple);

struct holders {
    struct source source;
    struct process_list *census;
    struct known_holders attached;
    struct scan *scan;        // made from that
    struct tuple_vec before;  // of segments with attachments, as read before the last full scan
    int64_t started_s;        // when that began, epoch
    int64_t full_ns;          // the same by CLOCK_MONOTONIC
    int64_t done_ns, cost_ns; // the end of the last full scan, and its processor time
    int64_t listed_ns, list_cost_ns; // the same of the last look at who is new
    int64_t retry, retry_ns; // pause before the next look at what does not come out; when it ends
};

struct holders *holders_new(const struct source *source, struct prober_pool *probers,
                            struct process_list *census)
{
    struct holders *s = mem_zero(1, sizeof *s);

    s->source = *source;
    s->census = census;
    s->attached =
        (struct known_holders){.source = &s->source, .probers = probers, .census = census};
    return s;
}

void holders_free(struct holders *s)
{
    if (!s)
        return;
    scan_unref(s->scan);
    known_holders_free(&s->attached);
    vec_free(&s->before);
    free(s);
}

struct scan *holders_scan(const struct holders *s)
{
    return s->scan;
}

static void publish(struct holders *s, struct scan *scan)
{
    scan->finished_ns = clock_ns();
    scan_unref(s->scan);
    s->scan = scan;
}

static void build(struct holders *s, const struct snapshot *tables, const struct segment_vec *after,
                  bool forks_moved, uint64_t duration_us)
{
    struct scan_input in = {
        .before = &tables->segments,
        .after = after,
        .forks_moved = forks_moved,
        .first_pid_namespace = tables->has & NEED_SYSTEM && tables->system.first_pid_namespace,
    };

    known_holders_input(&s->attached, &in);
    struct scan *scan = scan_build(&in);
    scan->duration_us = duration_us;
    publish(s, scan);
}

// --- a full scan --------------------------------------------------------------------------------

static void remember_tuples(struct holders *s, const struct segment_vec *segments)
{
    vec_clear(&s->before);
    for (size_t i = 0; i < segments->n; i++) {
        const struct segment *segment = &segments->at[i];
        if (segment->nattch)
            vec_push(&s->before, (struct tuple){segment->o.id, segment->lpid, segment->nattch,
                                                segment->atime, segment->dtime});
    }
}

static bool scan_once(struct holders *s, const struct snapshot *tables, struct meanwhile m)
{
    static const struct want segments = {.need = NEED_SEGMENTS};
    int64_t start = clock_ns();
    uint64_t forks = 0;

    s->started_s = clock_epoch_s();
    s->full_ns = start;
    remember_tuples(s, &tables->segments);
    if (!known_holders_ask_all(&s->attached, tables, m))
        return false;
    struct snapshot *after = snapshot_new();
    bool read = s->source.read(s->source.self, &segments, after) == 0;
    bool moved = s->source.forks(s->source.self, &forks) != 0 || forks != s->census->forks;
    build(s, tables, read ? &after->segments : NULL, moved, (uint64_t)(clock_ns() - start) / 1000);
    if (known_holders_resolve_namespaces(&s->attached, s->scan, m))
        build(s, tables, read ? &after->segments : NULL, moved,
              (uint64_t)(clock_ns() - start) / 1000);
    snapshot_unref(after);
    return true;
}

// Whether another pass may bring what this one missed: something changed, or no reason was found.
static bool worth_another_pass(const struct scan *scan)
{
    for (size_t i = 0; i < scan->accounts.n; i++)
        if (scan->accounts.at[i].found != scan->accounts.at[i].nattch &&
            (scan->accounts.at[i].unseen & UNSEEN_CHANGED || !scan->accounts.at[i].unseen))
            return true;
    return false;
}

static bool scan_fully(struct holders *s, const struct snapshot *tables, int passes,
                       struct meanwhile m)
{
    static const struct want segments = {.need = NEED_SEGMENTS | NEED_SYSTEM};
    int64_t cost = clock_used_ns();
    bool complete = scan_once(s, tables, m);

    while (complete && --passes > 0 && worth_another_pass(s->scan)) {
        struct snapshot *again = snapshot_new();
        if (s->source.read(s->source.self, &segments, again) == 0)
            complete = scan_once(s, again, m);
        snapshot_unref(again);
    }
    s->cost_ns = clock_used_ns() - cost;
    s->done_ns = clock_ns();
    if (complete && scan_resolved(s->scan))
        s->retry = 0;
    else
        s->retry = s->retry == 0               ? RETRY_FIRST
                   : s->retry < RETRY_LAST / 2 ? s->retry * 2
                                               : RETRY_LAST;
    s->retry_ns = s->done_ns + s->retry;
    return complete;
}

// --- leaving it out -----------------------------------------------------------------------------

// Conditions 1 and 2. Segments without attachments, before and now, say nothing.
static bool tuples_rest(const struct holders *s, const struct segment_vec *segments)
{
    size_t b = 0;

    for (size_t i = 0; i < segments->n; i++) {
        const struct segment *now = &segments->at[i];
        if (now->nattch == 0)
            continue; // had it some before, it is missed below
        if (b == s->before.n || s->before.at[b].shmid != now->o.id)
            return false;
        const struct tuple *then = &s->before.at[b++];
        if (then->nattch != now->nattch || then->atime != now->atime || then->dtime != now->dtime ||
            then->lpid != now->lpid)
            return false;
        if (now->atime + QUIET >= s->started_s || now->dtime + QUIET >= s->started_s)
            return false;
    }
    return b == s->before.n;
}

static bool same_segments(const struct scan *scan, const struct segment_vec *segments)
{
    if (scan->accounts.n != segments->n)
        return false;
    for (size_t i = 0; i < segments->n; i++)
        if (scan->accounts.at[i].shmid != segments->at[i].o.id)
            return false;
    return true;
}

// Conditions 3 to 5 hold: the picture is as it was, but for who is new, came back or got stuck.
static void renew(struct holders *s, const struct snapshot *tables, enum attached_news news)
{
    if (news == ATTACHED_SAME && same_segments(s->scan, &tables->segments)) {
        publish(s, scan_copy(s->scan));
        return;
    }
    build(s, tables, NULL, false, s->scan->duration_us);
    if (scan_resolved(s->scan)) {
        s->retry = 0;
    } else if (s->retry == 0) {
        s->retry = RETRY_FIRST;
        s->retry_ns = clock_ns();
    }
}

// Whether to look for who is new. Where that takes the list of all processes, it costs more than
// all else at rest, and forks anywhere on the machine would have it read each time. Then it may
// wait: with conditions 1 and 2 met nobody has attached, forked or left, so that who is new and not
// known can only share an address space that is known and counted (clone(2) CLONE_VM), and comes to
// light a little later.
static bool list_is_due(const struct holders *s, int64_t now, enum scan_effort effort)
{
    int64_t rest = s->list_cost_ns * PACE_LIST;

    return effort != SCAN_AS_NEEDED || process_list_is_cheap(s->census) ||
           now >= s->listed_ns + (rest < LIST_EVERY ? rest : LIST_EVERY);
}

// Whether the last picture stands; then it is renewed.
static bool still_true(struct holders *s, const struct snapshot *tables, int64_t now,
                       enum scan_effort effort, struct meanwhile m)
{
    uint64_t number = s->census->number;
    int64_t cost = clock_used_ns();

    if (now - s->full_ns >= FULL_EVERY || (s->retry && now >= s->retry_ns) ||
        !tuples_rest(s, &tables->segments))
        return false;
    enum attached_news news =
        known_holders_ask_some(&s->attached, tables, list_is_due(s, now, effort), m);
    if (s->census->number != number) {
        s->list_cost_ns = clock_used_ns() - cost;
        s->listed_ns = clock_ns();
    }
    if (news == ATTACHED_OTHER)
        return false;
    renew(s, tables, news);
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
static void scan_nothing(struct holders *s, const struct snapshot *tables)
{
    known_holders_clear(&s->attached);
    vec_clear(&s->before);
    s->retry = 0;
    build(s, tables, NULL, false, 0);
}

bool holders_update(struct holders *s, const struct snapshot *tables, enum scan_effort effort,
                    struct meanwhile m)
{
    int64_t now = clock_ns();
    bool rest = now < s->done_ns + s->cost_ns * (effort == SCAN_AS_NEEDED ? PACE : PACE_PROMPT);

    if (nothing_attached(&tables->segments)) {
        scan_nothing(s, tables);
        return true;
    }
    if (effort == SCAN_FULLY)
        return scan_fully(s, tables, PASSES, m);
    if (s->scan && still_true(s, tables, now, effort, m))
        return true;
    return !(s->scan && rest) && scan_fully(s, tables, 1, m);
}
