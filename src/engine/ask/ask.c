#include "engine/ask/ask.h"

void ask_add(struct asking *asking, struct probe probe)
{
    vec_push(&asking->probes, probe);
}

bool ask_each(struct prober_pool *pool, struct asking *asking)
{
    free(asking->asked);
    asking->asked = mem_alloc(asking->probes.n);
    return prober_pool_run(pool, asking);
}

void ask_end(struct asking *asking)
{
    free(asking->asked);
    asking->asked = NULL;
    vec_free(&asking->probes);
}

// --- one question --------------------------------------------------------------------------------

static void give(void *arg, const struct probe *probe, struct answer *answer)
{
    (void)probe;
    *answer = *(struct answer *)arg;
    *(struct answer *)arg = (struct answer){0};
}

static void keep(void *arg, const struct probe *probe, struct answer *answer)
{
    give(answer, probe, arg);
}

enum asked ask_one(struct prober_pool *pool, struct probe probe, struct answer *answer)
{
    struct asking asking = {.prepare = give, .take = keep, .arg = answer};

    ask_add(&asking, probe);
    ask_each(pool, &asking);
    enum asked asked = asking.asked[0];
    ask_end(&asking);
    return asked;
}
