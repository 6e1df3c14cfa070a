// What each process holds in sum: made from what the collectors before this one filled in, without
// asking a process.
#include "model/holders/process_totals.h"

#include "engine/ask/collector.h"

struct totals {
    struct want want; // of the round before
};

static void update(void *self, const struct round *round)
{
    ((struct totals *)self)->want = *round->want;
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct totals *totals = self;

    process_totals_build(snapshot, &totals->want, &snapshot->totals);
    return true;
}

const struct collector process_totals_collector = {
    .need = NEED_TOTALS,
    .size = sizeof(struct totals),
    .update = update,
    .fill = fill,
};
