// What each process holds in sum: made from what the collectors before this one filled in, without
// asking a process.
#include "model/holders/process_totals.h"

#include "engine/ask/collector.h"

struct totals {
    struct want want; // of the round before
};

static void *create(void)
{
    return mem_zero(1, sizeof(struct totals));
}

static void destroy(void *self)
{
    free(self);
}

static void update(void *self, const struct round *round)
{
    ((struct totals *)self)->want = *round->want;
}

static bool fill(const void *self, uint64_t need, struct snapshot *snapshot)
{
    const struct totals *totals = self;

    (void)need;
    process_totals_build(snapshot, &totals->want, &snapshot->totals);
    return true;
}

const struct collector process_totals_collector = {
    .name = "process totals",
    .need = NEED_TOTALS,
    .create = create,
    .destroy = destroy,
    .update = update,
    .fill = fill,
};
