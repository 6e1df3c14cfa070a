#include "engine/ask/ask.h"

#include <stdlib.h>

#include "base/memory.h"

struct gathering {
    struct process_vec *out;
    bool *refused; // of each that was asked
};

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    const struct gathering *to = arg;
    struct process process = answer->process;

    process.strings = NULL; // what is left in the answer is freed
    if (!answer->error || answer->process.unreaped)
        vec_push(to->out, process);
    else
        to->refused[probe->of] = !answer_is_gone(answer);
}

void ask_processes(struct prober_pool *pool, const struct pid_vec *pids, uint64_t facts,
                   struct process_vec *out, struct pid_vec *silent)
{
    struct gathering to = {out, mem_zero(pids->n + 1, sizeof *to.refused)};
    struct asking asking = {.take = take, .arg = &to};

    vec_clear(out);
    for (size_t i = 0; i < pids->n; i++)
        ask_add(&asking,
                (struct probe){.what = PROBE_PROCESS, .id = pids->at[i], .facts = facts, .of = i});
    ask_each(pool, &asking);
    if (silent)
        vec_clear(silent);
    for (size_t i = 0; silent && i < pids->n; i++)
        if (asking.asked[i] != ASKED_DONE || to.refused[i])
            vec_push(silent, pids->at[i]);
    ask_end(&asking);
    free(to.refused);
}
