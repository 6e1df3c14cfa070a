#include "engine/ask/ask.h"

void ask_add(struct asking *asking, struct probe probe)
{
    vec_push(&asking->probes, probe);
}

static void take(void *arg, size_t index, struct answer *answer)
{
    struct asking *asking = arg;

    if (!answer->error || answer_is_gone(answer) || answer_is_refused(answer))
        asking->take(asking->arg, index, answer);
    else
        asking->asked[index] = ASKED_NOT;
}

static void prepare(void *arg, size_t index, struct answer *answer)
{
    struct asking *asking = arg;

    if (asking->prepare)
        asking->prepare(asking->arg, index, answer);
}

bool ask_each(struct prober_pool *pool, struct asking *asking)
{
    const struct batch batch = {.probes = asking->probes.at,
                                .n = asking->probes.n,
                                .one_by_one = asking->one_by_one,
                                .prepare = prepare,
                                .take = take,
                                .arg = asking};

    free(asking->asked);
    asking->asked = mem_alloc(batch.n);
    return prober_pool_run(pool, &batch, asking->asked);
}

void ask_end(struct asking *asking)
{
    free(asking->asked);
    asking->asked = NULL;
    vec_free(&asking->probes);
}
