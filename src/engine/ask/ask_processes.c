#include "engine/ask/ask.h"

static void take(void *arg, size_t index, struct answer *answer)
{
    struct process process = answer->process;

    (void)index;
    process.strings = NULL; // what is left in the answer is freed
    if (!answer->error)
        vec_push((struct process_vec *)arg, process);
}

bool ask_processes(struct prober_pool *pool, const struct pid_vec *pids, uint64_t facts,
                   struct process_vec *out)
{
    struct asking asking = {.take = take, .arg = out};

    vec_clear(out);
    for (size_t i = 0; i < pids->n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_PROCESS, .id = pids->at[i], .facts = facts});
    bool whole = ask_each(pool, &asking);
    for (size_t i = 0; i < pids->n; i++)
        whole &= asking.asked[i] == ASKED_DONE;
    ask_end(&asking);
    return whole;
}
