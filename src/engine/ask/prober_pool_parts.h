// Private to the prober pool: the pool (prober_pool.c), its threads (prober_worker.c), and the
// quota of users in them (prober_quota.c).
#ifndef IPCTOP_ENGINE_ASK_PROBER_POOL_PARTS_H
#define IPCTOP_ENGINE_ASK_PROBER_POOL_PARTS_H

#include <stdatomic.h>

#include "base/thread.h"
#include "engine/ask/prober_pool.h"

// What a worker is at, in one word, so that it and the watching thread cannot disagree on whether
// it was left behind: the upper half counts its probes, the lower half is the index it asks + 1, or
// one of these.
enum { PROBER_IDLE = 0 };
static const uint32_t PROBER_ABANDONED = UINT32_MAX;

static inline uint64_t prober_word(uint64_t sequence, uint32_t low)
{
    return sequence << 32 | low;
}

static inline uint32_t prober_low(uint64_t word)
{
    return (uint32_t)word;
}

struct worker {
    struct prober_pool *pool;
    unsigned number;
    _Atomic uint64_t word; // what it asks
    _Atomic pid_t tid;
    // The rest is the watching thread's, under the lock.
    uint64_t seen;
    int64_t since;
    unsigned added; // workers added beside it since `since`
    bool joined, left;
    int64_t user; // whose process it asks, where that was looked up; -1: not known
    struct probe stuck_at;
};

struct prober_pool {
    struct source source;
    size_t threads, max_left;
    bool low_priority;
    int64_t deadline, join_ns;
    struct meanwhile meanwhile;
    pthread_mutex_t taking; // held while an answer is delivered

    pthread_mutex_t lock;
    pthread_cond_t work, done; // for workers; for the caller
    struct worker *workers[PROBER_POOL_MAX];
    size_t live, left, refs; // threads at our disposal; left behind; all of them and the owner
    bool quit;

    // The batch under way. `next` is the only thing workers contend for.
    const struct asking *batch;
    uint64_t place;          // IPC namespace that batches ask about; 0: our own
    size_t joinable, active; // workers that may still join; that have
    _Atomic bool over_quota; // so many are stuck or slow that each user gets a quota only
    _Atomic size_t next;
};

// One more thread, which waits for a batch. With the lock held. False where the system has no
// thread for us.
bool prober_worker_start(struct prober_pool *pool);
// Drops a reference, with the lock held, which is released: the last one frees the pool.
void prober_pool_release(struct prober_pool *pool);

// The user whose process a probe asks; -1: no process, or not known. Asks the source, which cannot
// hang then.
int64_t prober_pool_user(const struct prober_pool *pool, const struct probe *probe);
void prober_pool_count_quota(struct prober_pool *pool); // sets `over_quota`; with the lock held
// Whether that user's quota has room for one more; notes the user on the worker.
bool prober_pool_may_ask(struct worker *w, const struct probe *probe);

#endif
