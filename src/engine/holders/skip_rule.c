// Nothing can have changed since the last full scan where all of these hold (fuzzing with fewer
// conditions found wrong answers):
//   1. every segment's (nattch, atime, dtime, lpid) is as read before that scan;
//   2. those times are more than two seconds older than it: they have one second's grain;
//   3. no process was made since, or those that were, asked now, hold nothing new;
//   4. every known holder, asked again through a newly opened file, answers the same;
//   5. the sum came out: the caller scans again, at a falling rate, while it does not.
#include "engine/holders/skip_rule.h"

#include <string.h>

#include "base/clock.h"
#include "base/order.h"

enum {
    QUIET = 2,        // seconds
    PACE_LIST = 4000, // the rest after reading the list of processes, in times of its cost: 0.025 %
};
static const int64_t LIST_EVERY = 10 * CLOCK_SECOND;

// Index of the next segment with attachments, from `i` on.
static size_t next_attached(const struct segment_vec *segments, size_t i)
{
    while (i < segments->n && segments->at[i].nattch == 0)
        i++;
    return i;
}

// Conditions 1 and 2. Segments without attachments, before and now, say nothing.
static bool tuples_rest(const struct last_scan *last, const struct segment_vec *segments)
{
    size_t b = next_attached(&last->before, 0), i = next_attached(segments, 0);

    for (; b < last->before.n && i < segments->n;
         b = next_attached(&last->before, b + 1), i = next_attached(segments, i + 1)) {
        const struct segment *then = &last->before.at[b], *now = &segments->at[i];
        if (then->o.id != now->o.id || then->nattch != now->nattch || then->atime != now->atime ||
            then->dtime != now->dtime || then->lpid != now->lpid)
            return false;
        if (now->atime + QUIET >= last->started_s || now->dtime + QUIET >= last->started_s)
            return false;
    }
    return b == last->before.n && i == segments->n;
}

// Condition 3: whether to look for new processes. Where that takes the list of all, it costs more
// than all else at rest, and forks anywhere on the machine would have it read each time. Then it may
// wait: with conditions 1 and 2 met no process has attached, forked or ended as a holder, so that a
// new one can only share an address space that is known and counted (clone(2) CLONE_VM), and comes
// to light a little later.
static bool list_is_due(const struct rest *rest, const struct round *round)
{
    int64_t pause = rest->list_cost_ns * PACE_LIST;

    return round->effort != EFFORT_AS_NEEDED || process_list_is_cheap(round->processes) ||
           clock_ns() >= rest->listed_ns + (pause < LIST_EVERY ? pause : LIST_EVERY);
}

// --- the holders --------------------------------------------------------------------------------

// The processes to ask where no full scan is needed: the known holders, those that did not answer
// last time, and new ones.
static void pick(const struct known_holders *k, const struct process_list *list,
                 struct pid_entry_vec *out)
{
    process_list_added(&k->asked, &list->list, out);
    for (size_t i = 0; i < k->held.holdings.n; i++) { // or the process that has that pid now
        const struct pid_entry *entry = process_list_find(&list->list, k->held.holdings.at[i].pid);
        vec_push(out, entry ? *entry
                            : (struct pid_entry){k->held.holdings.at[i].pid,
                                                 k->held.holdings.at[i].instance});
    }
    for (size_t i = 0; i < k->held.stuck.n; i++) {
        const struct pid_entry *entry = process_list_find(&list->list, k->held.stuck.at[i]);
        if (entry)
            vec_push(out, *entry);
    }
    out->n = order_once(out->at, out->n, sizeof *out->at, order_i32);
}

// Condition 4: every process that held something and is not stuck holds the same.
static bool holders_same(const struct known_holders *k)
{
    for (size_t i = 0; i < k->held.holdings.n; i++) {
        const struct holding *old = &k->held.holdings.at[i];
        if (old->stale || pids_has(&k->answers.held.stuck, old->pid))
            continue;
        const struct holding *now = holding_find(&k->answers.held.holdings, old->pid);
        if (!now || !holding_same(old, &k->held.mappings, now, &k->answers.held.mappings))
            return false;
    }
    return true;
}

// Whether a holder is new, answers again or got stuck.
static bool news(const struct known_holders *k)
{
    const struct held *r = &k->answers.held;

    if (k->held.unasked != r->unasked || k->held.stuck.n != r->stuck.n ||
        k->held.holdings.n != r->holdings.n)
        return true;
    for (size_t i = 0; i < r->stuck.n; i++)
        if (k->held.stuck.at[i] != r->stuck.at[i])
            return true;
    for (size_t i = 0; i < r->holdings.n; i++) {
        const struct holding *old = holding_find(&k->held.holdings, r->holdings.at[i].pid);
        if (!old || old->stale)
            return true;
    }
    return false;
}

// Asks the processes that have to be. False where a known holder does not hold what it held.
static bool ask(struct known_holders *k, const struct round *round)
{
    struct pid_entry_vec processes = {0};

    pick(k, round->processes, &processes);
    // No process has attached since: the mappings that holders had are looked at alone.
    bool complete =
        holders_ask(&k->answers, round->pool, PROBE_ATTACHMENTS, &processes, &k->held, NULL);
    vec_free(&processes);
    return complete && holders_same(k);
}

enum at_rest holders_at_rest(struct rest *rest, struct known_holders *k,
                             const struct last_scan *last, const struct round *round)
{
    uint64_t number = round->processes->number;
    int64_t cost = clock_used_ns();

    if (!tuples_rest(last, &round->tables->segments))
        return REST_NOT;
    if (list_is_due(rest, round) && process_list_update(round->processes, round->source) != 0)
        return REST_NOT; // there may be new ones
    bool same = ask(k, round);
    if (round->processes->number != number) {
        rest->list_cost_ns = clock_used_ns() - cost;
        rest->listed_ns = clock_ns();
    }
    if (!same)
        return REST_NOT;
    known_holders_remember_asked(k, round->processes);
    if (!news(k))
        return REST_SAME;
    known_holders_adopt(k, round);
    return REST_MORE;
}
