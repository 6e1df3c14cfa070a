#include "engine/holders/ask.h"

#include <errno.h>

struct questions {
    struct holders_answers *answers;
    const struct pid_entry_vec *processes;
    struct known_holdings known;
    struct asking asking;
};

// By the asking thread, before it asks: the answer is its own, whatever becomes of the batch.
static void give_known(void *arg, size_t index, struct answer *answer)
{
    const struct questions *questions = arg;
    const struct known_holdings *known = &questions->known;
    const struct holding *holding =
        holding_find(known->holdings, questions->processes->at[index].pid);

    if (!holding || holding->stale)
        return;
    for (uint32_t i = holding->first; i < holding->first + holding->n; i++)
        vec_push(&answer->mappings, known->mappings->at[i]);
    answer->namespace_differs = holding->namespace_differs;
}

static void take(void *arg, size_t index, struct answer *answer)
{
    struct questions *questions = arg;
    struct holders_answers *answers = questions->answers;
    const struct pid_entry *entry = &questions->processes->at[index];

    if (answer->error == -ESRCH || answer->error == -ENOENT)
        return;
    if (answer->error == -EACCES || answer->error == -EPERM) {
        answers->asked++;
        answers->unreadable++;
        return;
    }
    if (answer->error) { // too many open files, perhaps: that says nothing of the process
        questions->asking.asked[index] = ASKED_NOT;
        return;
    }
    answers->asked++;
    answers->exiting += answer->exiting;
    answers->method = answer->method;
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
    holding_add(&answers->holdings, &answers->mappings, &holding, &answer->mappings);
}

static void reset(struct holders_answers *answers)
{
    vec_clear(&answers->holdings);
    vec_clear(&answers->mappings);
    vec_clear(&answers->stuck);
    answers->unasked = answers->asked = answers->unreadable = answers->exiting = 0;
}

bool holders_ask(struct holders_answers *answers, struct prober_pool *pool, enum probe_what what,
                 const struct pid_entry_vec *processes, struct known_holdings known)
{
    struct questions questions = {
        .answers = answers,
        .processes = processes,
        .known = known,
        .asking = {.take = take, .prepare = known.holdings ? give_known : NULL, .arg = &questions},
    };
    struct asking *asking = &questions.asking;

    reset(answers);
    for (size_t i = 0; i < processes->n; i++)
        ask_add(asking, (struct probe){.what = what, .id = processes->at[i].pid});
    bool complete = ask_each(pool, asking);
    holding_sort(&answers->holdings);
    for (size_t i = 0; i < processes->n; i++) {
        if (asking->asked[i] != ASKED_DONE)
            vec_push(&answers->stuck, processes->at[i].pid);
        answers->unasked += asking->asked[i] == ASKED_NOT;
    }
    ask_end(asking);
    return complete;
}

void holders_answers_free(struct holders_answers *answers)
{
    vec_free(&answers->holdings);
    vec_free(&answers->mappings);
    vec_free(&answers->stuck);
}
