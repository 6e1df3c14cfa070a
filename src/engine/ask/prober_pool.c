// How a process that does not answer is left behind.
//
// The caller gives a batch and waits in prober_pool_run(). Workers share the batch by one counter,
// `next`. Each worker has one atomic word: a sequence number, and the index of the probe it is
// asking, or IDLE.
//   worker:  word = (seq, index); probe(); compare-and-swap word (seq, index) -> (seq, IDLE)
//   watcher: for a word that did not change for a deadline, while its thread does not run:
//            compare-and-swap word (seq, index) -> (seq, ABANDONED)
// Exactly one of the two succeeds. If it is the worker, its answer is delivered; if it is the
// watcher, the probe counts as stuck, another worker takes over, and the late answer is thrown away
// by the thread itself, which touches nothing of the batch any more and then works on: rejoin().
// Long before the deadline each silent worker has another one added beside it, so that the number
// of workers doubles while processes hang: many sick ones cost little more time than one.
#include "prober_pool_parts.h"

#include <string.h>

#include "base/clock.h"

enum {
    DEADLINE_MS = 100, // a healthy target can take 80 ms: its memory map is locked while it forks
    MAX_LEFT = 128,    // a dead file server takes many along; up to three for each process
    PATIENCE = 25,     // deadlines a thread gets that is not blocked but slow
    JOIN_MS = 50,
    LOOK_MS = 12, // between two looks at the workers
    // Probes, of 10 us each, that a further thread is woken for, or started.
    EACH_WAKES = 64,
    EACH_STARTS = 256,
};

static size_t default_threads(void)
{
    int n = thread_processors();

    return n < 1 ? 1 : n > 4 ? 4 : (size_t)n; // a second thread buys a third, a fifth nothing
}

struct prober_pool *prober_pool_new(const struct source *source,
                                    const struct prober_pool_options *options)
{
    struct prober_pool *pool = mem_zero(1, sizeof *pool);

    pool->source = *source;
    pool->threads = options->threads > 0 ? (size_t)options->threads : default_threads();
    if (pool->threads > PROBER_POOL_MAX / 4)
        pool->threads = PROBER_POOL_MAX / 4;
    pool->max_left = options->max_left > 0 ? (size_t)options->max_left : MAX_LEFT;
    if (pool->max_left > PROBER_POOL_MAX - 2 * pool->threads)
        pool->max_left = PROBER_POOL_MAX - 2 * pool->threads;
    pool->join_ns = CLOCK_MS * (options->join_ms > 0 ? options->join_ms : JOIN_MS);
    pool->deadline = CLOCK_MS * (options->deadline_ms > 0 ? options->deadline_ms : DEADLINE_MS);
    pool->low_priority = options->low_priority;
    pool->meanwhile = options->meanwhile;
    pool->refs = 1;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_mutex_init(&pool->taking, NULL);
    pthread_cond_init(&pool->work, NULL);
    thread_cond_init(&pool->done);
    return pool;
}

// --- the watching thread ------------------------------------------------------------------------

// Leaves a worker behind unless it answered just now. With the lock held.
static void abandon(struct prober_pool *pool, struct worker *w, uint64_t word)
{
    size_t index = prober_low(word) - 1;

    if (!atomic_compare_exchange_strong(&w->word, &word, prober_word(word >> 32, PROBER_ABANDONED)))
        return;
    pool->batch->asked[index] = ASKED_STUCK;
    w->stuck_at = pool->batch->probes.at[index];
    w->left = true;
    w->joined = false;
    pool->active--;
    pool->live--;
    pool->left++;
}

static bool may_start(const struct prober_pool *pool)
{
    return pool->live + pool->left < pool->threads + pool->max_left;
}

// One more worker for the batch, where there is something left to do.
static void add_worker(struct prober_pool *pool)
{
    if (pool->batch->one_by_one || atomic_load(&pool->next) >= pool->batch->probes.n)
        return;
    bool idle = pool->live > pool->active + pool->joinable;
    if (!idle && (!may_start(pool) || !prober_worker_start(pool)))
        return;
    pool->joinable++;
    pthread_cond_signal(&pool->work);
    prober_pool_count_quota(pool);
}

// Looks at every worker of the batch. Every quarter of the deadline a silent one has another added.
static void watch(struct prober_pool *pool)
{
    int64_t now = clock_ns();

    for (size_t i = 0; i < PROBER_POOL_MAX; i++) {
        struct worker *w = pool->workers[i];
        if (!w || !w->joined)
            continue;
        uint64_t word = atomic_load(&w->word);
        if (prober_low(word) == PROBER_IDLE || word != w->seen) {
            w->seen = word;
            w->since = now;
            w->added = 0;
            continue;
        }
        int64_t silent = now - w->since;
        if (silent < pool->deadline / 4 * (w->added + 1))
            continue;
        if (!w->added++)
            w->user = prober_pool_user(pool, &pool->batch->probes.at[prober_low(word) - 1]);
        // One that waits for a processor is not blocked, and more of them would only wait as well.
        bool blocked = !thread_is_running(atomic_load(&w->tid));
        if (blocked)
            add_worker(pool);
        if (silent >= pool->deadline * (blocked ? 1 : PATIENCE))
            abandon(pool, w, word);
    }
}

static void abandon_all(struct prober_pool *pool)
{
    for (size_t i = 0; i < PROBER_POOL_MAX; i++) {
        struct worker *w = pool->workers[i];
        if (w && w->joined && prober_low(atomic_load(&w->word)) != PROBER_IDLE)
            abandon(pool, w, atomic_load(&w->word));
    }
}

// Whether it hangs where the other one does. Of attachments the same file is read, whatever the facts.
static bool is_same_question(const struct probe *a, const struct probe *b)
{
    return a->id == b->id && a->what == b->what &&
           (a->facts == b->facts || a->what == PROBE_ATTACHMENTS);
}

// What is known to be stuck is not asked again while its reader is.
static void mark_known(const struct prober_pool *pool, const struct asking *batch)
{
    for (size_t k = 0; pool->left && k < PROBER_POOL_MAX; k++) {
        const struct worker *w = pool->workers[k];
        if (!w || !w->left)
            continue;
        for (size_t i = 0; i < batch->probes.n; i++)
            if (is_same_question(&w->stuck_at, &batch->probes.at[i]))
                batch->asked[i] = ASKED_STUCK;
    }
}

// One more for so many probes each.
static size_t workers_for(const struct prober_pool *pool, const struct asking *batch, size_t each)
{
    size_t workers = batch->one_by_one ? 1 : 1 + batch->probes.n / each;

    return workers < pool->threads ? workers : pool->threads;
}

static void begin(struct prober_pool *pool, const struct asking *batch)
{
    memset(batch->asked, ASKED_NOT, batch->probes.n);
    mark_known(pool, batch);
    prober_pool_count_quota(pool);
    size_t workers = workers_for(pool, batch, EACH_WAKES),
           started = workers_for(pool, batch, EACH_STARTS);
    while (pool->live < started && may_start(pool) && prober_worker_start(pool))
        continue;
    pool->batch = batch;
    atomic_store(&pool->next, 0);
    pool->joinable = workers < pool->live ? workers : pool->live;
    for (size_t i = 0; i < pool->joinable; i++)
        pthread_cond_signal(&pool->work);
}

bool prober_pool_run(struct prober_pool *pool, const struct asking *batch)
{
    int64_t pause = LOOK_MS * CLOCK_MS;

    if (pause > pool->deadline / 8)
        pause = pool->deadline / 8;
    if (batch->probes.n == 0)
        return true;
    pthread_mutex_lock(&pool->lock);
    if (pool->quit) {
        memset(batch->asked, ASKED_NOT, batch->probes.n);
        pthread_mutex_unlock(&pool->lock);
        return false;
    }
    begin(pool, batch);
    int64_t give_up = INT64_MAX;
    while (pool->active || pool->joinable) {
        int64_t now = clock_ns();
        thread_wait(&pool->done, &pool->lock, now + pause);
        if (!pool->active && !pool->joinable)
            break;
        if (pool->quit && give_up == INT64_MAX) {
            atomic_store(&pool->next, batch->probes.n);
            pool->joinable = 0;
            give_up = now + pool->join_ns / 2;
        }
        if (pool->quit && clock_ns() >= give_up)
            abandon_all(pool);
        watch(pool);
        if (pool->meanwhile.call && !pool->quit) {
            pthread_mutex_unlock(&pool->lock);
            pool->meanwhile.call(pool->meanwhile.arg);
            pthread_mutex_lock(&pool->lock);
        }
    }
    pool->batch = NULL;
    bool complete = !pool->quit;
    pthread_mutex_unlock(&pool->lock);
    return complete;
}

void prober_pool_place(struct prober_pool *pool, uint64_t ipc_namespace)
{
    pthread_mutex_lock(&pool->lock);
    pool->place = ipc_namespace;
    pthread_mutex_unlock(&pool->lock);
}

void prober_pool_cancel(struct prober_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->quit = true;
    pthread_cond_broadcast(&pool->work);
    pthread_cond_broadcast(&pool->done);
    pthread_mutex_unlock(&pool->lock);
}

bool prober_pool_is_cancelled(struct prober_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool cancelled = pool->quit;
    pthread_mutex_unlock(&pool->lock);
    return cancelled;
}

size_t prober_pool_free(struct prober_pool *pool)
{
    if (!pool)
        return 0;
    prober_pool_cancel(pool);
    int64_t end = clock_ns() + pool->join_ns;
    pthread_mutex_lock(&pool->lock);
    while (pool->refs - 1 > pool->left && clock_ns() < end)
        thread_wait(&pool->done, &pool->lock, end);
    size_t left = pool->refs - 1;
    prober_pool_release(pool);
    return left;
}

void prober_pool_stuck(struct prober_pool *pool, struct probe_vec *out)
{
    pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; i < PROBER_POOL_MAX && pool->left; i++)
        if (pool->workers[i] && pool->workers[i]->left)
            vec_push(out, pool->workers[i]->stuck_at);
    pthread_mutex_unlock(&pool->lock);
}
