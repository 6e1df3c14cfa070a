#include "engine/ask/ask.h"

void ask_add(struct asking *asking, struct probe probe)
{
    vec_push(&asking->probes, probe);
}

bool ask_each(struct prober_pool *pool, struct asking *asking)
{
    const struct batch batch = {.probes = asking->probes.at,
                                .n = asking->probes.n,
                                .one_by_one = asking->one_by_one,
                                .prepare = asking->prepare,
                                .take = asking->take,
                                .arg = asking->arg};

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
