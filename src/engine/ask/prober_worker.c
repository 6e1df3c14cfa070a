// The asking threads of a pool: each takes probes of the batch until there are none, or until it is left
// behind, which it finds out when it comes back: prober_pool.c.
#include "prober_pool_parts.h"

void prober_pool_release(struct prober_pool *pool)
{
    bool last = --pool->refs == 0;

    pthread_cond_signal(&pool->done);
    pthread_mutex_unlock(&pool->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->taking);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->done);
    free(pool);
}

// Takes probes until there are none. False where this thread was left behind meanwhile: then
// neither the batch nor its owner may be touched any more.
static bool ask(struct worker *w, struct prober *prober, const struct asking *batch, uint64_t place)
{
    struct prober_pool *pool = w->pool;
    struct answer answer = {0};
    uint32_t sequence = (uint32_t)(atomic_load_explicit(&w->word, memory_order_relaxed) >> 32);

    for (;;) {
        size_t i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (i >= batch->probes.n)
            return true;
        if (batch->asked[i] == ASKED_STUCK) // known before
            continue;
        struct probe probe = batch->probes.at[i];
        probe.ipc_namespace = place;
        if (atomic_load_explicit(&pool->over_quota, memory_order_relaxed) &&
            !prober_pool_may_ask(w, &probe))
            continue; // not asked
        uint64_t word = prober_word(++sequence, (uint32_t)i + 1);
        if (batch->prepare)
            batch->prepare(batch->arg, &batch->probes.at[i], &answer);
        atomic_store_explicit(&w->word, word, memory_order_release);
        pool->source.probe(pool->source.self, prober, &probe, &answer);
        bool mine = atomic_compare_exchange_strong_explicit(
            &w->word, &word, prober_word(sequence, PROBER_IDLE), memory_order_acq_rel,
            memory_order_acquire);
        bool says = !answer.error || answer_is_gone(&answer) || answer_is_refused(&answer);
        if (mine && says) {
            batch->asked[i] = ASKED_DONE;
            pthread_mutex_lock(&pool->taking);
            batch->take(batch->arg, &batch->probes.at[i], &answer);
            pthread_mutex_unlock(&pool->taking);
        }
        answer_clear(&answer);
        if (!mine)
            return false;
    }
}

// A thread that was left behind is back: its probe may be asked again, and it may work again.
static void rejoin(struct worker *w)
{
    struct prober_pool *pool = w->pool;

    atomic_store(&w->word, prober_word(atomic_load(&w->word) >> 32,
                                       PROBER_IDLE)); // the count never goes back
    w->left = false;
    pool->left--;
    pool->live++;
    prober_pool_count_quota(pool);
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;
    struct prober_pool *pool = w->pool;
    struct prober *prober = pool->source.prober_new(pool->source.self);

    thread_name("ipctop-prober");
    atomic_store(&w->tid, thread_id());
    if (pool->low_priority)
        thread_be_polite();
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        if (pool->quit)
            break;
        if (!pool->joinable) {
            pthread_cond_wait(&pool->work, &pool->lock);
            continue;
        }
        const struct asking *batch = pool->batch;
        uint64_t place = pool->place;
        pool->joinable--;
        pool->active++;
        w->joined = true;
        pthread_mutex_unlock(&pool->lock);
        bool finished = ask(w, prober, batch, place);
        pthread_mutex_lock(&pool->lock);
        if (!finished) {
            rejoin(w);
            continue;
        }
        w->joined = false;
        pool->active--;
        // Where one worker finds nothing left, there is nothing for the others.
        pool->joinable = 0;
        if (pool->active == 0)
            pthread_cond_signal(&pool->done);
    }
    pool->live--; // from here on no batch relies on it
    pthread_mutex_unlock(&pool->lock);
    if (prober)
        pool->source.prober_free(pool->source.self, prober);
    pthread_mutex_lock(&pool->lock);
    pool->workers[w->number] = NULL;
    free(w);
    prober_pool_release(pool);
    return NULL;
}

bool prober_worker_start(struct prober_pool *pool)
{
    unsigned number = 0;

    while (number < PROBER_POOL_MAX && pool->workers[number])
        number++;
    if (number == PROBER_POOL_MAX)
        return false;
    struct worker *w = mem_zero(1, sizeof *w);
    w->pool = pool;
    w->number = number;
    w->user = -1;
    if (thread_start(NULL, worker_main, w) != 0) {
        free(w);
        return false;
    }
    pool->workers[number] = w;
    pool->live++;
    pool->refs++;
    return true;
}
