#include "model/apps/pairs.h"

// Every set against every queue takes its time: beyond so many pairs nobody looks.
static const uint64_t PAIRS_MAX = 4 << 20;

bool semset_queue_searchable(const struct snapshot *s, const struct semset *set)
{
    return set->o.key < 2 || (uint64_t)s->semsets.n * s->queues.n <= PAIRS_MAX;
}

const struct queue *semset_queue(const struct snapshot *s, const struct semset *set)
{
    if (set->o.key < 2 || !semset_queue_searchable(s, set))
        return NULL;
    return vec_first(&s->queues, q, q->o.key == set->o.key - 1 && q->o.uid == set->o.uid);
}
