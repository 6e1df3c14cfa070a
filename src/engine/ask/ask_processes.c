#include "engine/ask/ask.h"

static void take(void *arg, size_t index, struct answer *answer)
{
    struct process process = answer->process;

    (void)index;
    process.strings = NULL; // what is left in the answer is freed
    if (!answer->error)
        vec_push((struct process_vec *)arg, process);
}

void ask_processes(struct prober_pool *pool, const struct pid_vec *pids, struct process_vec *out)
{
    struct asking asking = {.take = take, .arg = out};

    vec_clear(out);
    for (size_t i = 0; i < pids->n; i++)
        ask_add(&asking,
                (struct probe){.what = PROBE_PROCESS, .id = pids->at[i], .facts = NEED_PROCESSES});
    ask_each(pool, &asking);
    ask_end(&asking);
}
