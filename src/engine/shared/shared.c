// What processes share besides System V's segments: NEED_SHARED_HOLDERS, and NEED_SHARED_OPEN.
//
// Nothing in the kernel counts these mappings: each look asks all processes, along with a scan for
// the holders of segments where one is made in the same round. After a look follows a rest
// of 800 times its cost, so that looking takes an eighth of a percent of a processor; asked for, it
// is sooner.
#include <stdlib.h>

#include "base/clock.h"
#include "sharing.h"

enum { PACE = 800, PACE_PROMPT = 4 };

struct shared_state {
    struct sharing now, fresh; // as seen last; while it is asked
    bool any;
    int64_t done_ns, cost_ns;
};

static void release(void *self)
{
    struct shared_state *state = self;

    sharing_free(&state->now);
    sharing_free(&state->fresh);
}

// --- the files behind mappings -------------------------------------------------------------------

// The first one of an object; NULL: there is none.
static const struct shared_mapping *mapping_of(const struct sharing *to,
                                               const struct shared *object)
{
    size_t at = vec_lower(&to->mappings, m, shared_order(&m->id, &object->id) < 0);

    return at < to->mappings.n && shared_order(&to->mappings.at[at].id, &object->id) == 0
               ? &to->mappings.at[at]
               : NULL;
}

static void give_mapping(void *arg, const struct probe *probe, struct answer *answer)
{
    const struct sharing *to = arg;

    vec_push(&answer->shared_maps, *mapping_of(to, &to->objects.at[probe->of]));
}

static void take_file(void *arg, const struct probe *probe, struct answer *answer)
{
    if (!answer->error && answer->shared.n)
        sharing_merge(&((struct sharing *)arg)->objects.at[probe->of], &answer->shared.at[0]);
}

// Of what has no name here, or none at all, one process that maps it is asked.
static void ask_files(const struct round *round, struct sharing *to)
{
    struct asking asking = {.prepare = give_mapping, .take = take_file, .arg = to};

    for (size_t i = 0; i < to->objects.n; i++) {
        const struct shared *object = &to->objects.at[i];
        const struct shared_mapping *mapping = mapping_of(to, object);
        if (mapping && !(object->known & SHARED_KNOWS_OWNER) &&
            !shared_find(round->tables, &object->id))
            ask_add(&asking,
                    (struct probe){.what = PROBE_SHARED_FILE, .id = mapping->pid, .of = i});
    }
    ask_each(round->pool, &asking);
    ask_end(&asking);
}

// --- names in other mount namespaces -------------------------------------------------------------

static void take_names(void *arg, const struct probe *probe, struct answer *answer)
{
    struct sharing *to = arg;

    (void)probe;
    to->look.places_unread += shm_place_is_unread(answer);
    for (size_t i = 0; i < answer->shared.n; i++)
        vec_push(&to->objects, answer->shared.at[i]);
}

// One process in each other /dev/shm than ours is asked what has a name there, whether it is mapped
// or not.
static bool ask_names(const struct round *round, struct sharing *to)
{
    struct asking asking = {.take = take_names, .arg = to};
    const struct shm_place_vec *places = &round->tables->shm_places;

    for (size_t i = 0; i < places->n; i++)
        if (!places->at[i].ours)
            ask_add(&asking, (struct probe){
                                 .what = PROBE_SHM, .id = places->at[i].pid, .facts = PROBE_NAMES});
    bool complete = ask_each(round->pool, &asking);
    to->look.places_unread += round->tables->shm_places_unread;
    for (size_t i = 0; i < asking.probes.n; i++)
        to->look.places_unread += asking.asked[i] != ASKED_DONE;
    ask_end(&asking);
    return complete;
}

// --- all processes --------------------------------------------------------------------------------

static void take_unseen(struct sharing *to, int32_t pid)
{
    to->look.stuck++;
    vec_push(&to->unseen, pid);
}

static bool ask_all(struct shared_state *state, const struct round *round, bool open)
{
    const struct process_list *list = round->processes;
    struct asking asking = {.take = sharing_take, .arg = &state->fresh};

    process_list_update(round->processes, round->source);
    for (size_t i = 0; i < list->list.n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_SHARED,
                                        .id = list->list.at[i].pid,
                                        .facts = open ? PROBE_OPEN : 0});
    bool complete = ask_each(round->pool, &asking);
    for (size_t i = 0; i < asking.probes.n; i++)
        if (asking.asked[i] != ASKED_DONE)
            take_unseen(&state->fresh, (int32_t)asking.probes.at[i].id);
    ask_end(&asking);
    return complete;
}

static bool rode(const struct shared_state *state, const struct round *round)
{
    return round->ride->arg == &state->fresh && round->ride->done;
}

static bool look(struct shared_state *state, const struct round *round, bool open)
{
    bool complete = rode(state, round);

    if (complete) {
        for (size_t i = 0; i < round->ride->unseen.n; i++)
            take_unseen(&state->fresh, round->ride->unseen.at[i]);
    } else {
        sharing_free(&state->fresh);
        complete = ask_all(state, round, open);
    }
    state->fresh.look.unreadable += process_list_unseen(round->processes);
    complete = complete && ask_names(round, &state->fresh);
    pids_settle(&state->fresh.unseen);
    sharing_settle(&state->fresh);
    state->fresh.open = open;
    state->fresh.beside = round->want->others != OTHERS_FINDINGS;
    state->fresh.queues_only = shared_queues_only(round->want);
    if (state->fresh.queues_only)
        sharing_keep_named(&state->fresh, round->tables);
    state->fresh.look.known = SHARED_LOOK_KNOWN;
    if (complete)
        ask_files(round, &state->fresh);
    if (complete)
        makers_ask(round, &state->fresh);
    return complete;
}

static bool is_due(const struct shared_state *state, const struct round *round)
{
    bool open = round->want->need & NEED_SHARED_OPEN;
    int64_t pace = round->effort == EFFORT_AS_NEEDED ? PACE : PACE_PROMPT;

    return round->effort == EFFORT_FULL || !state->any || (open && !state->now.open) ||
           clock_ns() >= state->done_ns + pace * state->cost_ns;
}

// Descriptors are asked for apart: they cost more than all else, and others may hang on them.
static void join(void *self, const struct round *round)
{
    struct shared_state *state = self;
    struct ride *ride = round->ride;

    if (ride->take || round->want->need & NEED_SHARED_OPEN || !is_due(state, round))
        return;
    sharing_free(&state->fresh);
    ride->facts = PROBE_WITH_SHARED;
    ride->take = sharing_take;
    ride->arg = &state->fresh;
}

static void update(void *self, const struct round *round)
{
    struct shared_state *state = self;
    bool open = round->want->need & NEED_SHARED_OPEN;

    if (!rode(state, round) && !is_due(state, round))
        return;
    int64_t used = clock_used_ns() - (rode(state, round) ? round->ride->cost_ns : 0);
    if (look(state, round, open)) {
        sharing_free(&state->now);
        state->now = state->fresh;
        state->fresh = (struct sharing){0};
        state->any = true;
    }
    state->cost_ns = clock_used_ns() - used;
    state->done_ns = clock_ns();
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct shared_state *state = self;
    const struct sharing *now = &state->now;

    if (!state->any)
        return false;
    snapshot->shared_look = now->look;
    snapshot->shared_look.names_unread = (snapshot->in_part & NEED_SHARED) != 0;
    rows_fill(now, snapshot);
    table_copy(&snapshot->tables[kind_shared_holders.id],
               &(struct table){now->holders.at, now->holders.n, sizeof *now->holders.at});
    table_copy(&snapshot->tables[kind_shared_maps.id],
               &(struct table){now->mappings.at, now->mappings.n, sizeof *now->mappings.at});
    return true;
}

const struct collector shared_collector = {
    .need = NEED_SHARED_HOLDERS | NEED_SHARED_OPEN,
    .size = sizeof(struct shared_state),
    .release = release,
    .update = update,
    .join = join,
    .fill = fill,
};
