// The quota of each user in the threads that may be left behind.
//
// Any user can make processes that hang their readers (a fault on a file of a fuse(4) server), as
// many as the user may start. One user's processes can tie up at most half of the threads that may
// be left behind: the rest is for others.
#include "prober_pool_parts.h"

int64_t prober_pool_user(const struct prober_pool *pool, const struct probe *probe)
{
    uint32_t uid;

    if (!pool->source.owner || probe->what == PROBE_USER || probe->what == PROBE_GROUP ||
        probe->what == PROBE_PLACES || probe->what == PROBE_SAME_MEMORY ||
        pool->source.owner(pool->source.self, (int32_t)probe->id, &uid))
        return -1;
    return uid;
}

void prober_pool_count_quota(struct prober_pool *pool)
{
    atomic_store(&pool->over_quota,
                 pool->left + pool->active >= pool->max_left / 4 + pool->threads);
}

bool prober_pool_may_ask(struct worker *w, const struct probe *probe)
{
    struct prober_pool *pool = w->pool;
    int64_t user = prober_pool_user(pool, probe);
    size_t used = 0;

    pthread_mutex_lock(&pool->lock);
    w->user = -1;
    for (size_t i = 0; user >= 0 && i < PROBER_POOL_MAX; i++) {
        const struct worker *other = pool->workers[i];
        used += other && (other->left || other->joined) && other->user == user;
    }
    bool may = used < (pool->max_left + 1) / 2;
    if (may)
        w->user = user;
    pthread_mutex_unlock(&pool->lock);
    return may;
}
