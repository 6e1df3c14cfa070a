#include "engine/blocked_tasks.h"

#include <errno.h>

#include "base/clock.h"

enum { PACE = 50, PACE_UNASKED = 2000 }; // rest after a round, in times of its cost: 2 %, 0.05 %
static const int64_t REST_UNASKED = 10 * CLOCK_SECOND, REST_LONGEST = 120 * CLOCK_SECOND;

struct blocked_tasks {
    struct source source;
    struct prober_pool *probers;
    struct process_list *census;
    struct waiter_vec waiters;  // ordered as in the snapshot
    struct waiter_vec *gathers; // one for each probing thread
    uint32_t *refusals;         // the same: who may not be asked
    uint32_t unseen;            // of everybody, at the last round: refused or stuck
    uint64_t print;             // of the tables at the last round
    int64_t done_ns, cost_ns;
    bool asked;
};

struct blocked_tasks *blocked_tasks_new(const struct source *source, struct prober_pool *probers,
                                        struct process_list *census)
{
    struct blocked_tasks *w = mem_zero(1, sizeof *w);

    w->source = *source;
    w->probers = probers;
    w->census = census;
    w->gathers = mem_zero(PROBER_POOL_MAX, sizeof *w->gathers);
    w->refusals = mem_zero(PROBER_POOL_MAX, sizeof *w->refusals);
    return w;
}

void blocked_tasks_free(struct blocked_tasks *w)
{
    if (!w)
        return;
    vec_free(&w->waiters);
    free(w->gathers);
    free(w->refusals);
    free(w);
}

static int waiter_order(const void *a, const void *b)
{
    const struct waiter *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->tid > y->tid) - (x->tid < y->tid);
}

static void take(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct blocked_tasks *w = arg;

    (void)index;
    w->refusals[worker] += answer->error == -EACCES || answer->error == -EPERM;
    for (size_t i = 0; !answer->error && i < answer->waiters.n; i++)
        vec_push(&w->gathers[worker], answer->waiters.at[i]);
}

// Asks these processes, and replaces what was known. Returns how many could not be asked.
static uint32_t ask(struct blocked_tasks *w, const struct pid_vec *pids, struct meanwhile meanwhile)
{
    uint32_t unseen = 0;
    struct probe *probes = mem_alloc(pids->n * sizeof *probes);
    uint8_t *asked = mem_alloc(pids->n);

    for (size_t i = 0; i < pids->n; i++)
        probes[i] = (struct probe){PROBE_WAITERS, pids->at[i]};
    const struct batch batch = {
        .probes = probes, .n = pids->n, .take = take, .arg = w, .meanwhile = meanwhile};
    prober_pool_run(w->probers, &batch, asked);
    vec_clear(&w->waiters);
    for (size_t k = 0; k < PROBER_POOL_MAX; k++) {
        for (size_t i = 0; i < w->gathers[k].n; i++)
            vec_push(&w->waiters, w->gathers[k].at[i]);
        vec_free(&w->gathers[k]);
        unseen += w->refusals[k];
        w->refusals[k] = 0;
    }
    for (size_t i = 0; i < pids->n; i++)
        unseen += asked[i] != ASKED_DONE;
    if (w->waiters.n > 1)
        qsort(w->waiters.at, w->waiters.n, sizeof *w->waiters.at, waiter_order);
    free(probes);
    free(asked);
    return unseen;
}

static void ask_all(struct blocked_tasks *w, struct meanwhile meanwhile)
{
    struct pid_vec pids = {0};
    int64_t cost = clock_used_ns();

    process_list_update(w->census, &w->source);
    vec_reserve(&pids, w->census->list.n);
    for (size_t i = 0; i < w->census->list.n; i++)
        vec_push(&pids, w->census->list.at[i].pid);
    w->unseen = ask(w, &pids, meanwhile);
    vec_free(&pids);
    w->asked = true;
    w->cost_ns = clock_used_ns() - cost;
    w->done_ns = clock_ns();
}

static void ask_known(struct blocked_tasks *w, struct meanwhile meanwhile)
{
    struct pid_vec pids = {0};

    for (size_t i = 0; i < w->waiters.n; i++) {
        size_t k = 0;
        while (k < pids.n && pids.at[k] != w->waiters.at[i].pid)
            k++;
        if (k == pids.n)
            vec_push(&pids, w->waiters.at[i].pid);
    }
    if (pids.n)
        ask(w, &pids, meanwhile);
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

// Whether somebody may wait at all; *counted receives how many the kernel counts on sets.
static bool possible(const struct snapshot *s, uint64_t *counted)
{
    bool unknown = s->queues.n > 0;

    *counted = 0;
    for (size_t i = 0; i < s->semsets.n; i++)
        if (s->semsets.at[i].known & SET_KNOWS_WAITERS)
            *counted += s->semsets.at[i].waiters;
        else
            unknown = true;
    return unknown || *counted;
}

// Whether exactly those are known that the kernel counts on each set: a stopped one it does not.
static bool sets_accounted(const struct blocked_tasks *w, const struct snapshot *s)
{
    size_t k = 0;

    for (size_t i = 0; i < s->semsets.n; i++) {
        const struct semset *set = &s->semsets.at[i];
        uint64_t found = 0;
        while (k < w->waiters.n && w->waiters.at[k].kind == KIND_SEMSET &&
               w->waiters.at[k].id < set->o.id)
            k++;
        for (; k < w->waiters.n && w->waiters.at[k].kind == KIND_SEMSET &&
               w->waiters.at[k].id == set->o.id;
             k++)
            found += !w->waiters.at[k].stopped;
        if (set->known & SET_KNOWS_WAITERS && found != set->waiters)
            return false;
    }
    return true;
}

void blocked_tasks_update(struct blocked_tasks *w, const struct snapshot *tables,
                          const struct want *want, bool all, struct meanwhile meanwhile)
{
    uint64_t counted, print = fingerprint(tables);
    int64_t now = clock_ns(), rest = w->cost_ns * PACE;

    if (!possible(tables, &counted)) {
        vec_clear(&w->waiters);
        w->unseen = 0;
        w->print = print;
        return;
    }
    bool looked_at = want->focused && want->focus.kind == KIND_QUEUE;
    if (!all && w->asked && !looked_at && print == w->print) {
        // Nothing happened: who waited is asked again, others seldom.
        rest = w->cost_ns * PACE_UNASKED;
        rest = rest < REST_UNASKED ? REST_UNASKED : rest > REST_LONGEST ? REST_LONGEST : rest;
    }
    if (all || !w->asked || now >= w->done_ns + rest) {
        // Where there is no queue, and the kernel's count is met, nobody is missing.
        if (!all && w->asked && tables->queues.n == 0) {
            ask_known(w, meanwhile);
            if (sets_accounted(w, tables)) {
                w->print = print;
                return;
            }
        }
        w->print = print;
        ask_all(w, meanwhile);
        return;
    }
    ask_known(w, meanwhile);
}

void blocked_tasks_fill(const struct blocked_tasks *w, struct snapshot *snapshot)
{
    vec_copy(&snapshot->waiters, &w->waiters);
    snapshot->waiters_unseen = w->unseen;
}
