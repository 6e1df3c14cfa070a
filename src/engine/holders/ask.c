#include "engine/holders/ask.h"

#include <errno.h>

// What one probing thread has gathered.
struct one_write {
    struct holding_vec holdings;
    struct mapping_vec mappings;
    uint32_t unreadable, exiting, answered;
    enum scan_method method;
    char apart[64]; // the counters of two threads are not on one cache line
};

struct errand { // what all threads of one roundup share
    struct one_write *gathers;
    const struct pid_entry *entries;
    struct known_holdings known;
    uint8_t *asked;
};

// By a probing thread, before it asks: the answer is its own, whatever becomes of the roundup.
static void tell_known(void *arg, size_t index, struct answer *answer)
{
    struct errand *errand = arg;
    const struct holding *holding =
        holding_find(errand->known.holdings, errand->entries[index].pid);

    if (!holding || holding->stale)
        return;
    for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
        vec_push(&answer->mappings, errand->known.mappings->at[i]);
    answer->namespace_differs = holding->namespace_differs;
}

static void take(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct errand *errand = arg;
    struct one_write *gather = &errand->gathers[worker];
    const struct pid_entry *entry = &errand->entries[index];

    if (answer->error == -ESRCH || answer->error == -ENOENT)
        return;
    if (answer->error == -EACCES || answer->error == -EPERM) {
        gather->unreadable++;
        return;
    }
    if (answer->error) { // too many open files, perhaps: that says nothing of the process
        errand->asked[index] = ASKED_NOT;
        return;
    }
    gather->answered++;
    gather->exiting += answer->exiting;
    gather->method = answer->method;
    if (answer->foreign || answer->mappings.n == 0)
        return;
    struct holding holding = {
        .pid = entry->pid,
        .task = answer->task,
        .instance = entry->instance,
        .start_ticks = answer->process.known & PROC_KNOWS_START ? answer->process.start_ticks : 0,
        .n = (uint32_t)answer->mappings.n,
        .namespace_differs = answer->namespace_differs,
    };
    holding_add(&gather->holdings, &gather->mappings, &holding, &answer->mappings);
}

// Joins what the threads gathered, and leaves their vectors empty.
static void join(struct holders_answers *roundup)
{
    for (size_t w = 0; w < PROBER_POOL_MAX; w++) {
        struct one_write *gather = &roundup->gathers[w];
        for (size_t i = 0; i < gather->holdings.n; i++)
            holding_add(&roundup->holdings, &roundup->mappings, &gather->holdings.at[i],
                        &gather->mappings);
        roundup->asked += gather->answered + gather->unreadable;
        roundup->unreadable += gather->unreadable;
        roundup->exiting += gather->exiting;
        if (gather->answered)
            roundup->method = gather->method;
        vec_free(&gather->holdings);
        vec_free(&gather->mappings);
        *gather = (struct one_write){0};
    }
    holding_sort(&roundup->holdings);
}

static void reset(struct holders_answers *roundup)
{
    if (!roundup->gathers)
        roundup->gathers = mem_zero(PROBER_POOL_MAX, sizeof *roundup->gathers);
    vec_clear(&roundup->holdings);
    vec_clear(&roundup->mappings);
    vec_clear(&roundup->stuck);
    roundup->unasked = roundup->asked = roundup->unreadable = roundup->exiting = 0;
}

bool holders_ask(struct holders_answers *roundup, struct prober_pool *probers, enum probe_what what,
                 const struct pid_entry *entries, size_t n, struct known_holdings known,
                 struct meanwhile meanwhile)
{
    struct probe *probes = mem_alloc(n * sizeof *probes);
    uint8_t *asked = mem_alloc(n);

    reset(roundup);
    struct errand errand = {roundup->gathers, entries, known, asked};
    for (size_t i = 0; i < n; i++)
        probes[i] = (struct probe){what, entries[i].pid};
    const struct batch batch = {.probes = probes,
                                .n = n,
                                .take = take,
                                .arg = &errand,
                                .prepare = known.holdings ? tell_known : NULL,
                                .meanwhile = meanwhile};
    bool complete = prober_pool_run(probers, &batch, asked);
    join(roundup);
    for (size_t i = 0; i < n; i++) {
        if (asked[i] != ASKED_DONE)
            vec_push(&roundup->stuck, entries[i].pid);
        roundup->unasked += asked[i] == ASKED_NOT;
    }
    free(probes);
    free(asked);
    return complete;
}

void holders_ask_free(struct holders_answers *roundup)
{
    vec_free(&roundup->holdings);
    vec_free(&roundup->mappings);
    vec_free(&roundup->stuck);
    free(roundup->gathers);
    roundup->gathers = NULL;
}
