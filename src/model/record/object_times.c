#include "model/record/object_times.h"

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier_known(int64_t a, int64_t b) // 0: never, so no time at all
{
    if (a <= 0 || b <= 0)
        return later(a, b);
    return a < b ? a : b;
}

int64_t segment_birth(const struct segment *segment)
{
    return earlier_known(segment->o.ctime, earlier_known(segment->atime, segment->dtime));
}

int64_t segment_last_use(const struct segment *segment)
{
    return later(segment->atime, segment->dtime);
}

int64_t semset_last_use(const struct semset *set)
{
    return later(set->otime, set->o.ctime);
}

int64_t queue_last_use(const struct queue *queue)
{
    return later(queue->stime, queue->rtime);
}
