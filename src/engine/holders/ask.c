#include "engine/holders/ask.h"

#include <string.h>

#include "base/clock.h"

// Any user can attach a segment tens of thousands of times in each of hundreds of processes. Beyond
// so many mappings in all, those of the processes with most of them are left out: half of the most
// that one may have, as often as it takes.
enum { MAPPINGS_MAX = 1 << 17, OF_ONE_MAX = 1 << 16 };

void held_clear(struct held *held)
{
    vec_clear(&held->holdings);
    vec_clear(&held->mappings);
    vec_clear(&held->stuck);
    held->unasked = 0;
}

void held_free(struct held *held)
{
    vec_free(&held->holdings);
    vec_free(&held->mappings);
    vec_free(&held->stuck);
}

struct questions {
    struct holders_answers *answers;
    const struct pid_entry_vec *processes;
    const struct held *known; // NULL: all they hold is asked for
    struct ride *ride;        // NULL: none
    struct asking asking;
};

// By the asking thread, before it asks: the answer is its own, whatever becomes of the batch.
static void give_known(void *arg, const struct probe *probe, struct answer *answer)
{
    const struct held *known = ((const struct questions *)arg)->known;
    const struct holding *holding = holding_find(&known->holdings, (int32_t)probe->id);

    if (!holding || holding->stale)
        return;
    for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
        vec_push(&answer->mappings, known->mappings.at[i]);
    answer->namespace_differs = holding->namespace_differs;
}

static void cut(struct holders_answers *answers, struct holding *holding)
{
    if (holding->n <= answers->keep)
        return;
    answers->counts.left_out += holding->n - answers->keep;
    holding->n = answers->keep;
}

static void make_room(struct holders_answers *answers)
{
    struct mapping *at = answers->held.mappings.at;
    size_t kept = 0;

    answers->keep /= 2;
    for (size_t h = 0; h < answers->held.holdings.n; h++) { // as their mappings lie
        struct holding *holding = &answers->held.holdings.at[h];
        cut(answers, holding);
        memmove(at + kept, at + holding->first, holding->n * sizeof *at);
        holding->first = (uint32_t)kept;
        kept += holding->n;
    }
    answers->held.mappings.n = kept;
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct questions *questions = arg;
    struct holders_answers *answers = questions->answers;
    const struct pid_entry *entry = &questions->processes->at[probe->of];

    if (questions->ride)
        questions->ride->take(questions->ride->arg, probe, answer);
    if (answer_is_gone(answer))
        return;
    answers->counts.asked++;
    if (answer_is_refused(answer)) {
        answers->counts.unreadable++;
        return;
    }
    answers->counts.exiting += answer->exiting;
    answers->counts.method = answer->method;
    if (answer->mappings.n == 0)
        return;
    struct holding holding = {
        .pid = entry->pid,
        .task = answer->task,
        .instance = entry->instance,
        .start_ticks = answer->process.known & PROC_KNOWS_START ? answer->process.start_ticks : 0,
        .n = (uint32_t)answer->mappings.n,
        .namespace_differs = answer->namespace_differs,
    };
    cut(answers, &holding);
    holding_add(&answers->held.holdings, &answers->held.mappings, &holding, &answer->mappings);
    while (answers->held.mappings.n > MAPPINGS_MAX && answers->keep > 1)
        make_room(answers);
}

bool holders_ask(struct holders_answers *answers, struct prober_pool *pool, enum probe_what what,
                 const struct pid_entry_vec *processes, const struct held *known, struct ride *ride)
{
    struct questions questions = {
        .answers = answers,
        .processes = processes,
        .known = known,
        .ride = ride && ride->take && !ride->done ? ride : NULL,
        .asking = {.take = take, .prepare = known ? give_known : NULL, .arg = &questions},
    };
    struct asking *asking = &questions.asking;
    int64_t used = clock_used_ns();

    held_clear(&answers->held);
    answers->counts = (struct holders_counts){0};
    answers->keep = OF_ONE_MAX;
    for (size_t i = 0; i < processes->n; i++)
        ask_add(asking, (struct probe){.what = what,
                                       .id = processes->at[i].pid,
                                       .facts = questions.ride ? ride->facts : 0,
                                       .of = i});
    bool complete = ask_each(pool, asking);
    for (size_t i = 0; i < processes->n; i++) {
        if (asking->asked[i] != ASKED_DONE)
            vec_push(&answers->held.stuck, processes->at[i].pid);
        answers->held.unasked += asking->asked[i] == ASKED_NOT;
    }
    if (questions.ride) {
        vec_copy(&ride->unseen, &answers->held.stuck);
        ride->cost_ns = clock_used_ns() - used;
        ride->done = complete;
    }
    holding_sort(&answers->held.holdings);
    ask_end(asking);
    return complete;
}
