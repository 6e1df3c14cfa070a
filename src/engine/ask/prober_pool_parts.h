// What the parts of probers.c share: the pool, its workers, and the shares of users in them.
#ifndef IPCTOP_ENGINE_ASK_PROBER_POOL_PARTS_H
#define IPCTOP_ENGINE_ASK_PROBER_POOL_PARTS_H

#include <stdatomic.h>

#include "base/thread.h"
#include "engine/ask/prober_pool.h"

struct worker {
    struct prober_pool *pool;
    unsigned number;
    _Atomic uint64_t word; // what it is at: probers.c
    _Atomic pid_t tid;
    // The rest is the watching thread's, under the lock.
    uint64_t seen;
    int64_t since;
    unsigned helped; // hands sent to do its share, since `since`
    bool joined, left;
    int64_t user; // whose process it asks, where that was looked up; -1: not known
    struct probe stuck_at;
};

struct prober_pool {
    struct source source;
    size_t threads, max_left;
    bool polite;
    int64_t deadline;

    pthread_mutex_t lock;
    pthread_cond_t work, done; // for workers; for the caller
    struct worker *workers[PROBER_POOL_MAX];
    size_t live, left, refs; // threads at our disposal; left behind; all of them and the owner
    bool quit;

    // The batch under way. `next` is the only thing workers contend for.
    const struct batch *batch;
    size_t joinable, active; // workers that may still join; that have
    _Atomic bool crowded;    // so many are stuck or slow that each user gets his share of us only
    uint8_t *asked;
    _Atomic size_t next;
};

// Whose process a probe asks; -1: nobody's, or not known. Asks the source, which cannot hang then.
int64_t prober_pool_user(const struct prober_pool *pool, const struct probe *probe);
void prober_pool_count_crowd(struct prober_pool *pool); // sets `crowded`; with the lock held
// Whether that user's share has room for one more; notes on the worker whose it is.
bool prober_pool_may_ask(struct worker *w, const struct probe *probe);

#endif
