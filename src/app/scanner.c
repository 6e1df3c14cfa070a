#include "app/scanner.h"

#include <time.h>

#include "app/roundup.h"

#define SECOND INT64_C(1000000000)

enum {
    PACE = 25,      // a scan's cost is paid for by so many times its length of rest: 4 %
    PACE_PROMPT = 4,
    QUIET = 2,      // seconds
    PASSES = 3,     // of SCAN_FULLY, while attachments change under it
};
static const int64_t FULL_EVERY = 600 * SECOND;
static const int64_t RETRY_FIRST = SECOND / 4, RETRY_LAST = 60 * SECOND;

struct tuple { // what tells that attachments of a segment came or went
    int32_t shmid, lpid;
    uint64_t nattch;
    int64_t atime, dtime;
};
VEC(tuple_vec, struct tuple);

struct scanner {
    struct source source;
    struct probers *probers;
    struct census *census;
    struct scan *scan;

    // What `scan` was made from.
    struct holding_vec holdings; // ordered by pid
    struct mapping_vec mappings;
    struct tuple_vec before; // of segments with attachments, as read before the last full scan
    struct pid_entry_vec known;  // who was asked
    uint64_t known_number;       // the census that is
    struct pid_set stuck;
    struct segment_handle_vec handles; // ordered by shmid
    uint32_t processes, unreadable, exiting;
    enum scan_method method;
    int64_t started_s;     // the last full scan, epoch
    int64_t full_ns, done_ns; // its start; the end of what was last paid for (CLOCK_MONOTONIC)
    int64_t cost_ns;       // of that, on all processors
    int64_t retry, retry_ns; // pause before the next look at what does not come out; when it ends
    uint64_t full_scans;
    bool running;

    struct roundup roundup;
    struct meanwhile meanwhile;
};

struct scanner *scanner_new(const struct source *source, struct probers *probers,
                            struct census *census)
{
    struct scanner *s = mem_zero(1, sizeof *s);

    s->source = *source;
    s->probers = probers;
    s->census = census;
    return s;
}

void scanner_free(struct scanner *s)
{
    if (!s)
        return;
    scan_unref(s->scan);
    vec_free(&s->holdings);
    vec_free(&s->mappings);
    vec_free(&s->before);
    vec_free(&s->known);
    vec_free(&s->stuck);
    vec_free(&s->handles);
    roundup_free(&s->roundup);
    free(s);
}

struct scan *scanner_scan(const struct scanner *s)
{
    return s->scan;
}

bool scanner_running(const struct scanner *s)
{
    return s->running;
}

uint64_t scanner_full_scans(const struct scanner *s)
{
    return s->full_scans;
}

static int64_t processor_ns(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * SECOND + used.tv_nsec;
}

static int64_t epoch_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

// --- making the picture -------------------------------------------------------------------------

static void publish(struct scanner *s, struct scan *scan)
{
    scan->finished_ns = monotonic_ns();
    scan_unref(s->scan);
    s->scan = scan;
}

static void build(struct scanner *s, const struct snapshot *tables, const struct segment_vec *after,
                  bool forks_moved, uint64_t duration_us)
{
    const struct scan_input in = {
        .holdings = &s->holdings,
        .mappings = &s->mappings,
        .before = &tables->segments,
        .after = after,
        .handles = &s->handles,
        .processes = s->processes,
        .unreadable = s->unreadable,
        .stuck = (uint32_t)s->stuck.n,
        .exiting = s->exiting,
        .forks_moved = forks_moved,
        .first_pid_namespace = tables->has & NEED_SYSTEM && tables->system.first_pid_namespace,
        .method = s->method,
        .same_memory = s->source.same_memory,
        .self = s->source.self,
    };
    struct scan *scan = scan_build(&in);

    scan->duration_us = duration_us;
    publish(s, scan);
}

static bool ask(struct scanner *s, enum probe_what what, const struct pid_entry *entries, size_t n)
{
    return roundup_ask(&s->roundup, s->probers, what, entries, n, s->meanwhile);
}

// What a process that does not answer held when it last did.
static void keep_stale(struct scanner *s, struct holding_vec *holdings, struct mapping_vec *mappings)
{
    for (size_t i = 0; i < s->stuck.n; i++) {
        const struct pid_entry *now = census_find(&s->census->list, s->stuck.at[i]);
        const struct holding *old = holding_find(&s->holdings, s->stuck.at[i]);
        if (!old || (now && now->instance != old->instance))
            continue;
        holding_add(holdings, mappings, old, &s->mappings);
        holdings->at[holdings->n - 1].stale = true;
    }
}

static void adopt(struct scanner *s, struct holding_vec *holdings, struct mapping_vec *mappings)
{
    holding_sort(holdings);
    vec_free(&s->holdings);
    vec_free(&s->mappings);
    vec_copy(&s->holdings, holdings); // to measure: they stay for long
    vec_copy(&s->mappings, mappings);
}

// The first holder of a segment whose IPC namespace is ours; NULL where there is none.
static const struct holding *voucher(const struct scanner *s, int32_t shmid)
{
    for (size_t h = 0; h < s->holdings.n; h++) {
        const struct holding *holding = &s->holdings.at[h];
        if (holding->namespace_differs || holding->stale)
            continue;
        for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
            if (s->mappings.at[i].shmid == shmid)
                return holding;
    }
    return NULL;
}

static bool handle_wanted(const struct scanner *s, const struct snapshot *tables,
                          const struct mapping *mapping)
{
    if (!(mapping->known & MAP_KNOWS_HANDLE) || !snapshot_segment(tables, mapping->shmid))
        return false;
    for (size_t i = 0; i < s->handles.n; i++)
        if (s->handles.at[i].shmid == mapping->shmid)
            return false;
    return true;
}

static void learn_handle(struct scanner *s, const struct holding *from, int32_t shmid)
{
    const struct pid_entry entry = {from->pid, from->instance};

    ask(s, PROBE_EXACT, &entry, 1);
    for (size_t i = 0; i < s->roundup.mappings.n; i++) {
        const struct mapping *m = &s->roundup.mappings.at[i];
        if (m->shmid == shmid && m->known & MAP_KNOWS_HANDLE) {
            vec_push(&s->handles, (struct segment_handle){shmid, m->handle});
            return;
        }
    }
}

// Where a process of another IPC namespace maps a segment whose id we have too, a holder in our
// own shows which file is meant. Handles of segments that are gone are forgotten.
static void learn_handles(struct scanner *s, const struct snapshot *tables)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->handles.n; i++)
        if (snapshot_segment(tables, s->handles.at[i].shmid))
            s->handles.at[kept++] = s->handles.at[i];
    s->handles.n = kept;
    for (size_t h = 0; h < s->holdings.n; h++) {
        const struct holding *holding = &s->holdings.at[h];
        for (uint32_t i = 0; holding->namespace_differs && i < holding->n; i++) {
            const struct mapping *mapping = &s->mappings.at[holding->first + i];
            const struct holding *from;
            if (handle_wanted(s, tables, mapping) && (from = voucher(s, mapping->shmid)))
                learn_handle(s, from, mapping->shmid);
        }
    }
}

// --- a full scan --------------------------------------------------------------------------------

static void remember_tuples(struct scanner *s, const struct segment_vec *segments)
{
    vec_clear(&s->before);
    for (size_t i = 0; i < segments->n; i++) {
        const struct segment *segment = &segments->at[i];
        if (segment->nattch)
            vec_push(&s->before, (struct tuple){segment->o.id, segment->lpid, segment->nattch,
                                                segment->atime, segment->dtime});
    }
}

static void remember_asked(struct scanner *s)
{
    if (s->known_number != s->census->number || s->known.n != s->census->list.n)
        vec_copy(&s->known, &s->census->list);
    s->known_number = s->census->number;
}

static bool scan_once(struct scanner *s, const struct snapshot *tables)
{
    static const struct want segments = {.need = NEED_SEGMENTS};
    struct holding_vec holdings = {0};
    struct mapping_vec mappings = {0};
    int64_t start = monotonic_ns();
    uint64_t forks = 0;

    s->started_s = epoch_s();
    s->full_ns = start;
    remember_tuples(s, &tables->segments);
    census_update(s->census, &s->source);
    if (!ask(s, PROBE_ATTACHMENTS, s->census->list.at, s->census->list.n))
        return false;
    vec_copy(&s->stuck, &s->roundup.stuck);
    s->processes = s->roundup.asked + (uint32_t)s->stuck.n;
    s->unreadable = s->roundup.unreadable;
    s->exiting = s->roundup.exiting;
    s->method = s->roundup.method;
    vec_copy(&holdings, &s->roundup.holdings);
    vec_copy(&mappings, &s->roundup.mappings);
    keep_stale(s, &holdings, &mappings);
    adopt(s, &holdings, &mappings);
    vec_free(&holdings);
    vec_free(&mappings);
    remember_asked(s);
    learn_handles(s, tables);

    struct snapshot *after = snapshot_new();
    bool read = s->source.read(s->source.self, &segments, after) == 0;
    bool moved = s->source.forks(s->source.self, &forks) != 0 || forks != s->census->forks;
    build(s, tables, read ? &after->segments : NULL, moved,
          (uint64_t)(monotonic_ns() - start) / 1000);
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

static bool scan_fully(struct scanner *s, const struct snapshot *tables, int passes)
{
    static const struct want segments = {.need = NEED_SEGMENTS | NEED_SYSTEM};
    int64_t cost = processor_ns();
    bool complete;

    s->running = true;
    complete = scan_once(s, tables);
    while (complete && --passes > 0 && worth_another_pass(s->scan)) {
        struct snapshot *again = snapshot_new();
        if (s->source.read(s->source.self, &segments, again) == 0)
            complete = scan_once(s, again);
        snapshot_unref(again);
    }
    s->running = false;
    s->full_scans++;
    s->cost_ns = processor_ns() - cost;
    s->done_ns = monotonic_ns();
    if (complete && scan_resolved(s->scan))
        s->retry = 0;
    else
        s->retry = s->retry == 0 ? RETRY_FIRST : s->retry * 2 < RETRY_LAST ? s->retry * 2 : RETRY_LAST;
    s->retry_ns = s->done_ns + s->retry;
    return complete;
}

// --- leaving it out -----------------------------------------------------------------------------

// Conditions 1 and 2. Segments without attachments, before and now, say nothing.
static bool tuples_rest(const struct scanner *s, const struct segment_vec *segments)
{
    size_t b = 0;

    for (size_t i = 0; i < segments->n; i++) {
        const struct segment *now = &segments->at[i];
        if (now->nattch == 0)
            continue; // had it some before, it is missed below
        if (b == s->before.n || s->before.at[b].shmid != now->o.id)
            return false;
        const struct tuple *then = &s->before.at[b++];
        if (then->nattch != now->nattch || then->atime != now->atime ||
            then->dtime != now->dtime || then->lpid != now->lpid)
            return false;
        if (now->atime + QUIET >= s->started_s || now->dtime + QUIET >= s->started_s)
            return false;
    }
    return b == s->before.n;
}

static bool contains(const struct pid_set *set, int32_t pid)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->at[middle] < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->n && set->at[low] == pid;
}

static int entry_order(const void *a, const void *b)
{
    const struct pid_entry *x = a, *y = b;

    return (x->pid > y->pid) - (x->pid < y->pid);
}

// Who is to be asked where no full scan is needed: the known holders, those who did not answer
// last time, and who is new.
static void pick(const struct scanner *s, struct pid_entry_vec *out)
{
    size_t kept = 0;

    census_added(&s->known, &s->census->list, out);
    for (size_t i = 0; i < s->holdings.n; i++)
        vec_push(out, (struct pid_entry){s->holdings.at[i].pid, s->holdings.at[i].instance});
    for (size_t i = 0; i < s->stuck.n; i++) {
        const struct pid_entry *entry = census_find(&s->census->list, s->stuck.at[i]);
        if (entry)
            vec_push(out, *entry);
    }
    if (out->n > 1)
        qsort(out->at, out->n, sizeof *out->at, entry_order);
    for (size_t i = 0; i < out->n; i++)
        if (kept == 0 || out->at[kept - 1].pid != out->at[i].pid)
            out->at[kept++] = out->at[i];
    out->n = kept;
}

// Condition 4: everyone who held something and is not stuck holds the same.
static bool holders_same(const struct scanner *s)
{
    for (size_t i = 0; i < s->holdings.n; i++) {
        const struct holding *old = &s->holdings.at[i];
        if (old->stale || contains(&s->roundup.stuck, old->pid))
            continue;
        const struct holding *now = holding_find(&s->roundup.holdings, old->pid);
        if (!now || !holding_same(old, &s->mappings, now, &s->roundup.mappings))
            return false;
    }
    return true;
}

static bool same_set(const struct pid_set *a, const struct pid_set *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, a->n * sizeof *a->at) == 0);
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
static void renew(struct scanner *s, const struct snapshot *tables)
{
    struct roundup *r = &s->roundup;
    bool news = !same_set(&s->stuck, &r->stuck) || !same_segments(s->scan, &tables->segments) ||
                r->holdings.n + r->stuck.n != s->holdings.n + s->stuck.n;

    for (size_t i = 0; !news && i < r->holdings.n; i++) {
        const struct holding *old = holding_find(&s->holdings, r->holdings.at[i].pid);
        news = !old || old->stale;
    }
    remember_asked(s);
    if (!news) {
        publish(s, scan_copy(s->scan));
        return;
    }
    struct holding_vec holdings = {0};
    struct mapping_vec mappings = {0};
    vec_copy(&s->stuck, &r->stuck);
    vec_copy(&holdings, &r->holdings);
    vec_copy(&mappings, &r->mappings);
    keep_stale(s, &holdings, &mappings);
    adopt(s, &holdings, &mappings);
    vec_free(&holdings);
    vec_free(&mappings);
    learn_handles(s, tables);
    build(s, tables, NULL, false, s->scan->duration_us);
    if (scan_resolved(s->scan)) {
        s->retry = 0;
    } else if (s->retry == 0) {
        s->retry = RETRY_FIRST;
        s->retry_ns = monotonic_ns();
    }
}

// Whether the last picture stands; then it is renewed. While it has to `rest`, it does not read the
// list of processes.
static bool still_true(struct scanner *s, const struct snapshot *tables, int64_t now, bool rest)
{
    struct pid_entry_vec entries = {0};
    uint64_t number = s->census->number, forks;
    int64_t cost = processor_ns();

    if (now - s->full_ns >= FULL_EVERY || (s->retry && now >= s->retry_ns) ||
        !tuples_rest(s, &tables->segments))
        return false;
    if (rest && (!s->census->valid || s->source.forks(s->source.self, &forks) != 0 ||
                 forks != s->census->forks))
        return false;
    census_update(s->census, &s->source);
    pick(s, &entries);
    bool stands = ask(s, PROBE_ATTACHMENTS, entries.at, entries.n) && holders_same(s);
    vec_free(&entries);
    if (!stands)
        return false;
    renew(s, tables);
    if (s->census->number != number) { // reading the list is paid for too
        s->cost_ns = processor_ns() - cost;
        s->done_ns = monotonic_ns();
    }
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
static void scan_nothing(struct scanner *s, const struct snapshot *tables)
{
    vec_clear(&s->holdings);
    vec_clear(&s->mappings);
    vec_clear(&s->before);
    vec_clear(&s->stuck);
    s->processes = s->unreadable = s->exiting = 0;
    s->retry = 0;
    build(s, tables, NULL, false, 0);
}

bool scanner_update(struct scanner *s, const struct snapshot *tables, enum scan_effort effort,
                    struct meanwhile meanwhile)
{
    int64_t now = monotonic_ns();
    bool rest = now < s->done_ns + s->cost_ns * (effort == SCAN_AS_NEEDED ? PACE : PACE_PROMPT);

    s->meanwhile = meanwhile;
    if (effort == SCAN_FULLY)
        return scan_fully(s, tables, PASSES);
    if (nothing_attached(&tables->segments)) {
        scan_nothing(s, tables);
        return true;
    }
    if (s->scan && still_true(s, tables, now, rest))
        return true;
    return !(s->scan && rest) && scan_fully(s, tables, 1);
}
