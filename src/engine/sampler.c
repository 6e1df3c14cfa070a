#include "engine/sampler.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "sampler_parts.h"

static void acted(void *arg)
{
    struct sampler *s = arg;

    pthread_mutex_lock(&s->lock);
    s->acted = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

static int64_t interval_ns(double seconds)
{
    double bounded = seconds < 0.01 ? 0.01 : seconds > 1e6 ? 1e6 : seconds;

    return (int64_t)(bounded * (double)CLOCK_SECOND);
}

struct sampler *sampler_new(const struct source *source, const struct sampler_options *options)
{
    struct sampler *s = mem_zero(1, sizeof *s);
    const struct prober_pool_options threads = {.threads = options->probers,
                                                .deadline_ms = options->deadline_ms,
                                                .max_left = options->max_left,
                                                .join_ms = options->join_ms,
                                                .low_priority = !options->one_shot,
                                                .meanwhile = {sampler_meanwhile, s}};

    s->source = *source;
    s->one_shot = options->one_shot;
    s->interval = interval_ns(options->interval > 0 ? options->interval : 2);
    s->taken = true;
    s->fd = s->one_shot ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&s->lock, NULL);
    thread_cond_init(&s->wake);
    thread_cond_init(&s->fresh);
    s->pool = prober_pool_new(source, &threads);
    s->options = *options;
    s->actor = action_worker_new(source, options, acted, s);
    s->refresh = s->here = refresh_new(source, s->pool, !s->one_shot);
    s->elsewhere = elsewhere_new(source, s->pool);
    if (s->one_shot) // the caller that collects waits anyway
        return s;
    s->started = thread_start(&s->thread, sampler_main, s) == 0;
    if (s->fd >= 0 && s->started)
        return s;
    sampler_free(s);
    return NULL;
}

size_t sampler_free(struct sampler *s)
{
    if (!s)
        return 0;
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    prober_pool_cancel(s->pool);
    if (s->started)
        pthread_join(s->thread, NULL);
    size_t left = action_worker_free(s->actor) + prober_pool_free(s->pool);
    refresh_free(s->here);
    refresh_free(s->there);
    elsewhere_free(s->elsewhere);
    snapshot_unref(s->newest);
    vec_free(&s->outcomes);
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    pthread_cond_destroy(&s->fresh);
    free(s);
    return left;
}

int sampler_fd(const struct sampler *s)
{
    return s->fd;
}

// With the lock held.
static void request(struct sampler *s)
{
    s->asked++;
    pthread_cond_signal(&s->wake);
}

void sampler_want(struct sampler *s, const struct want *want)
{
    struct want whole = refresh_complete(*want);

    pthread_mutex_lock(&s->lock);
    bool same = sampler_same_want(&s->want, &whole);
    s->want = whole;
    if (!same && !s->paused)
        request(s);
    pthread_mutex_unlock(&s->lock);
}

void sampler_interval(struct sampler *s, double seconds)
{
    pthread_mutex_lock(&s->lock);
    s->interval = interval_ns(seconds);
    request(s);
    pthread_mutex_unlock(&s->lock);
}

void sampler_refresh(struct sampler *s)
{
    pthread_mutex_lock(&s->lock);
    s->promptly = true;
    request(s);
    pthread_mutex_unlock(&s->lock);
}

void sampler_pause(struct sampler *s, bool paused)
{
    pthread_mutex_lock(&s->lock);
    if (s->paused && !paused)
        request(s);
    s->paused = paused;
    pthread_mutex_unlock(&s->lock);
}

struct snapshot *sampler_take(struct sampler *s)
{
    struct snapshot *newest = NULL;
    uint64_t count;

    pthread_mutex_lock(&s->lock);
    if (!s->taken && s->newest)
        newest = snapshot_ref(s->newest);
    s->taken = true;
    if (read(s->fd, &count, sizeof count) < 0) {
        // nothing was written since
    }
    pthread_mutex_unlock(&s->lock);
    return newest;
}

void sampler_move(struct sampler *s, const struct move *move)
{
    if (!s->source.move)
        return;
    s->source.move(s->source.self, move);
    sampler_refresh(s);
}

void sampler_act(struct sampler *s, const struct action *actions, size_t n)
{
    action_worker_push(s->actor, actions, n);
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->wake); // to watch it
    pthread_mutex_unlock(&s->lock);
}

void sampler_note(struct sampler *s, const struct outcome *outcomes, size_t n)
{
    action_worker_note(s->actor, outcomes, n);
}

void sampler_cancel(struct sampler *s)
{
    action_worker_cancel(s->actor);
}

bool sampler_outcomes(struct sampler *s, struct outcome_vec *out)
{
    pthread_mutex_lock(&s->lock);
    size_t n = s->outcomes.n;
    for (size_t i = 0; i < n; i++)
        vec_push(out, s->outcomes.at[i]);
    vec_clear(&s->outcomes);
    pthread_mutex_unlock(&s->lock);
    return n > 0;
}

struct snapshot *sampler_collect(struct sampler *s, const struct want *want)
{
    pthread_mutex_lock(&s->lock);
    s->want = refresh_complete(*want);
    s->promptly = true;
    request(s);
    uint64_t mine = s->asked;
    if (s->one_shot)
        sampler_turn(s, &(struct turn){0});
    while (s->answered < mine)
        pthread_cond_wait(&s->fresh, &s->lock);
    s->taken = true;
    struct snapshot *newest = s->newest ? snapshot_ref(s->newest) : NULL;
    pthread_mutex_unlock(&s->lock);
    return newest;
}
