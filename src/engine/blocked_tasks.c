// Tasks blocked on semaphore sets and queues: when processes are asked for them, and which.
//
// For sets the kernel counts the waiters: no process is asked while the known ones account for all, but
// in the first round, for those that are stopped.
// For queues it does not: all processes are asked now and then, more often while a queue changes or
// is looked at. Over time this takes at most 2 % of a processor.
#include "base/clock.h"
#include "engine/ask/collector.h"
#include "model/kinds/registry.h"
#include "model/kinds/waiters.h"

enum { PACE = 50, PACE_UNASKED = 2000 }; // rest after a round, in times of its cost: 2 %, 0.05 %
static const int64_t REST_UNASKED = 10 * CLOCK_SECOND, REST_LONGEST = 120 * CLOCK_SECOND;

struct blocked_tasks {
    struct waiter_vec waiters; // ordered as in the snapshot
    uint32_t unseen;           // at the last round of all processes: refused or stuck
    struct waiter_vec fresh;   // of the answers that come in
    uint32_t refused;          // the same: processes that may not be asked
    uint64_t print;            // of the tables at the last round
    int64_t done_ns, cost_ns;
    bool asked;
};

static void release(void *self)
{
    struct blocked_tasks *b = self;

    vec_free(&b->waiters);
    vec_free(&b->fresh);
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct blocked_tasks *b = arg;

    (void)probe;
    b->refused += answer_is_refused(answer);
    for (size_t i = 0; !answer->error && i < answer->waiters.n; i++)
        vec_push(&b->fresh, answer->waiters.at[i]);
}

// Asks these processes, and replaces what was known. Returns how many could not be asked.
static uint32_t ask(struct blocked_tasks *b, const struct round *round, const struct pid_vec *pids)
{
    struct asking asking = {.take = take, .arg = b};

    b->refused = 0;
    for (size_t i = 0; i < pids->n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_WAITERS, .id = pids->at[i]});
    ask_each(round->pool, &asking);
    uint32_t unseen = b->refused;
    for (size_t i = 0; i < pids->n; i++)
        unseen += asking.asked[i] != ASKED_DONE;
    vec_sort(&b->fresh, kind_waiters.order);
    vec_copy(&b->waiters, &b->fresh);
    vec_clear(&b->fresh);
    ask_end(&asking);
    return unseen;
}

static void ask_all(struct blocked_tasks *b, const struct round *round)
{
    struct pid_vec pids = {0};
    int64_t cost = clock_used_ns();

    process_list_update(round->processes, round->source);
    vec_reserve(&pids, round->processes->list.n);
    for (size_t i = 0; i < round->processes->list.n; i++)
        vec_push(&pids, round->processes->list.at[i].pid);
    b->unseen = ask(b, round, &pids) + process_list_unseen(round->processes);
    vec_free(&pids);
    b->asked = true;
    b->cost_ns = clock_used_ns() - cost;
    b->done_ns = clock_ns();
}

static void ask_known(struct blocked_tasks *b, const struct round *round)
{
    struct pid_vec pids = {0};

    for (size_t i = 0; i < b->waiters.n; i++)
        vec_push(&pids, b->waiters.at[i].pid);
    pids_settle(&pids);
    if (pids.n)
        ask(b, round, &pids);
    vec_free(&pids);
}

// A number that changes when something happens on a set or queue that may start or end a wait.
static uint64_t fingerprint(const struct snapshot *s)
{
    uint64_t print = 0xcbf29ce484222325u;

#define MIX(value) (print = (print ^ (uint64_t)(value)) * 0x100000001b3u)
    for (size_t i = 0; i < s->semsets.n; i++) {
        MIX(s->semsets.at[i].o.id);
        MIX(s->semsets.at[i].waiters);
    }
    for (size_t i = 0; i < s->queues.n; i++) {
        const struct queue *q = &s->queues.at[i];
        MIX(q->o.id);
        MIX(q->bytes);
        MIX(q->messages);
        MIX(q->stime);
        MIX(q->rtime);
        MIX(q->lspid);
        MIX(q->lrpid);
    }
#undef MIX
    return print;
}

// Whether any task may wait at all. A stopped one the kernel does not count on a set: it matters where a
// verdict on the set is wanted.
static bool possible(const struct snapshot *s, uint64_t need)
{
    if (s->queues.n > 0 || (need & NEED_SERVERS && s->semsets.n > 0))
        return true;
    for (size_t i = 0; i < s->semsets.n; i++)
        if (!(s->semsets.at[i].known & SET_KNOWS_WAITERS) || s->semsets.at[i].waiters > 0)
            return true;
    return false;
}

// Whether exactly those are known that the kernel counts on each set: a stopped one it does not.
static bool sets_accounted(const struct blocked_tasks *b, const struct snapshot *s)
{
    size_t k = 0;

    for (size_t i = 0; i < s->semsets.n; i++) {
        const struct semset *set = &s->semsets.at[i];
        uint64_t found = 0;
        while (k < b->waiters.n && b->waiters.at[k].kind == set->o.kind &&
               b->waiters.at[k].id < set->o.id)
            k++;
        for (; k < b->waiters.n && b->waiters.at[k].kind == set->o.kind &&
               b->waiters.at[k].id == set->o.id;
             k++)
            found += !b->waiters.at[k].stopped;
        if (set->known & SET_KNOWS_WAITERS && found != set->waiters)
            return false;
    }
    return true;
}

static void update(void *self, const struct round *round)
{
    struct blocked_tasks *b = self;
    const struct snapshot *tables = round->tables;
    uint64_t print = fingerprint(tables);
    int64_t now = clock_ns(), rest = b->cost_ns * PACE;
    bool all = round->effort == EFFORT_FULL;

    if (!possible(tables, round->want->need)) {
        vec_clear(&b->waiters);
        b->unseen = 0;
        b->print = print;
        return;
    }
    if (!all && b->asked && !waiters_in_focus(round->want) && print == b->print) {
        // Nothing happened: those that waited are asked again, others seldom.
        rest = b->cost_ns * PACE_UNASKED;
        rest = rest < REST_UNASKED ? REST_UNASKED : rest > REST_LONGEST ? REST_LONGEST : rest;
    }
    if (all || !b->asked || now >= b->done_ns + rest) {
        // Where there is no queue, and the kernel's count is met, no waiter is missing.
        if (!all && b->asked && tables->queues.n == 0) {
            ask_known(b, round);
            if (sets_accounted(b, tables)) {
                b->print = print;
                return;
            }
        }
        b->print = print;
        ask_all(b, round);
        return;
    }
    ask_known(b, round);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct blocked_tasks *b = self;

    vec_copy(&snapshot->waiters, &b->waiters);
    snapshot->waiters_unseen = b->unseen;
    return true;
}

const struct collector blocked_tasks_collector = {
    .need = NEED_WAITERS,
    .size = sizeof(struct blocked_tasks),
    .release = release,
    .update = update,
    .fill = fill,
};
