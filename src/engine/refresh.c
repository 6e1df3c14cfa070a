#include "engine/refresh.h"

#include <stdlib.h>

#include "model/events/events.h"
#include "model/record/clock_steps.h"
#include "model/triage/trends.h"
#include "model/triage/triage.h"

struct refresh {
    struct source source;
    struct prober_pool *pool;
    struct process_list processes;
    struct tables tables;
    void **state;     // of each collector
    uint64_t current; // needs of the collectors that ran in this round, or in the last one
    struct trend *trend;
    struct clock_steps steps;
    struct events *events; // NULL: not wanted
};

struct refresh *refresh_new(const struct source *source, struct prober_pool *pool, bool follows)
{
    struct refresh *r = mem_zero(1, sizeof *r);

    r->source = *source;
    r->pool = pool;
    r->state = mem_zero(collectors_n, sizeof *r->state);
    for (size_t i = 0; i < collectors_n; i++)
        r->state[i] = mem_zero(1, collectors[i]->size);
    r->trend = trend_new();
    if (follows)
        r->events = events_new();
    return r;
}

void refresh_free(struct refresh *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < collectors_n; i++) {
        if (collectors[i]->release)
            collectors[i]->release(r->state[i]);
        free(r->state[i]);
    }
    free(r->state);
    process_list_free(&r->processes);
    tables_free(&r->tables);
    trend_free(r->trend);
    events_free(r->events);
    free(r);
}

struct want refresh_complete(struct want want)
{
    if (want.need & NEED_APPS) // the programs of an object show whose it is
        want.need |= NEED_SEGMENTS | NEED_PROCESSES;
    if (want.need & NEED_HOLDERS)
        want.need |= NEED_SEGMENTS | NEED_SYSTEM;
    if (want.need & NEED_NAMESPACES) // the one shown is counted from its tables
        want.need |= NEED_SEGMENTS | NEED_SEGMENT_USE | NEED_SEMSETS | NEED_QUEUES | NEED_SYSTEM;
    if (want.need & NEED_WAITERS)
        want.need |= NEED_SEMSETS | NEED_SEM_WAITERS | NEED_QUEUES;
    if (want.need & NEED_PROCESS_FACTS)
        want.need |= NEED_PROCESSES;
    if (want.need & NEED_TRACE) // traces are about these
        want.need |= NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_SYSTEM | NEED_NAMES;
    return want;
}

void refresh_tables(struct refresh *r, const struct want *want, const struct snapshot *last)
{
    tables_read(&r->tables, &r->source, want, last);
    clock_steps_note(&r->steps, r->tables.now); // collectors compare times, too
}

const struct tables *refresh_state(const struct refresh *r)
{
    return &r->tables;
}

// --- the collectors -----------------------------------------------------------------------------

static void fill_one(const struct refresh *r, size_t i, uint64_t need, struct snapshot *snapshot)
{
    need &= collectors[i]->need;
    if (need && collectors[i]->fill(r->state[i], snapshot))
        snapshot->has |= need;
}

static void fill_all(const struct refresh *r, uint64_t need, struct snapshot *snapshot)
{
    for (size_t i = 0; i < collectors_n; i++)
        fill_one(r, i, need, snapshot);
}

static void update_all(struct refresh *r, const struct round *round)
{
    uint64_t need = round->want->need;

    for (size_t i = 0; i < collectors_n; i++)
        if (need & collectors[i]->need && collectors[i]->join)
            collectors[i]->join(r->state[i], round);
    for (size_t i = 0; i < collectors_n; i++) {
        if (!(need & collectors[i]->need))
            continue;
        if (prober_pool_is_cancelled(r->pool))
            return; // the end: the snapshot goes nowhere
        collectors[i]->update(r->state[i], round);
        r->current |= need & collectors[i]->need;
        fill_one(r, i, need, round->tables);
        if (collectors[i]->need & NEED_PROCESSES) // with the holders these may prove a step
            clock_steps_note(&r->steps, round->tables);
    }
    r->current &= need; // what was not wanted this time is old from now on
}

// --- what follows from the snapshot -------------------------------------------------------------

size_t refresh_derive(struct refresh *r, struct snapshot *snapshot,
                      const struct outcome_vec *outcomes, const struct action_vec *begun)
{
    size_t fresh = 0;

    if (prober_pool_is_cancelled(r->pool))
        return 0;
    clock_steps_note(&r->steps, snapshot);
    trend_note(r->trend, snapshot);
    if (r->events && snapshot->partial) {
        events_keep(r->events, snapshot);
    } else if (r->events) {
        for (size_t i = 0; outcomes && i < outcomes->n; i++)
            if (outcomes->at[i].action.verb != ACTION_RESOLVE) // that is a question
                events_outcome(r->events, &outcomes->at[i]);
        for (size_t i = 0; begun && i < begun->n; i++)
            events_begun(r->events, &begun->at[i]);
        fresh = events_update(r->events, snapshot, &r->source);
    }
    triage_run(snapshot); // findings name who did it, where an event does
    return fresh;
}

struct snapshot *refresh_partial(struct refresh *r)
{
    struct snapshot *snapshot = tables_copy(&r->tables);

    snapshot->partial = true;
    fill_all(r, r->tables.want.need & r->current, snapshot);
    refresh_derive(r, snapshot, NULL, NULL);
    return snapshot;
}

struct snapshot *refresh_round(struct refresh *r, const struct want *want, enum effort effort)
{
    struct snapshot *tables = snapshot_ref(r->tables.now);
    struct ride ride = {0};
    const struct round round = {.source = &r->source,
                                .pool = r->pool,
                                .processes = &r->processes,
                                .want = want,
                                .effort = effort,
                                .tables = tables,
                                .ride = &ride};

    if (r->source.trace)
        r->source.trace(r->source.self, want->need & NEED_TRACE && !want->ipc_namespace);
    prober_pool_place(r->pool, want->ipc_namespace);
    update_all(r, &round);
    vec_free(&ride.unseen);
    if (tables != r->tables.now) // newer ones were read meanwhile
        fill_all(r, want->need, r->tables.now);
    snapshot_unref(tables);
    // They are no one else's: they become the snapshot, without a copy.
    struct snapshot *snapshot = r->tables.now;
    r->tables.now = NULL;
    return snapshot;
}
