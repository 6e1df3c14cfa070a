#include "engine/ask/ask.h"

static void take(void *arg, size_t index, struct answer *answer)
{
    struct process process = answer->process;

    (void)index;
    process.strings = NULL; // what is left in the answer is freed
    if (!answer->error || answer->process.unreaped)
        vec_push((struct process_vec *)arg, process);
}

void ask_processes(struct prober_pool *pool, const struct pid_vec *pids, uint64_t facts,
                   struct process_vec *out, struct pid_vec *silent)
{
    struct asking asking = {.take = take, .arg = out};

    vec_clear(out);
    for (size_t i = 0; i < pids->n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_PROCESS, .id = pids->at[i], .facts = facts});
    ask_each(pool, &asking);
    if (silent)
        vec_clear(silent);
    for (size_t i = 0; silent && i < pids->n; i++)
        if (asking.asked[i] != ASKED_DONE)
            vec_push(silent, pids->at[i]);
    ask_end(&asking);
}
