#include "app/actor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/thread.h"
#include "base/clock.h"

static const int64_t PATIENCE_NS = CLOCK_SECOND;
enum { MAX_LEFT = 8, GOODBYE_MS = 50 };

struct run { // one thread, until nothing is left to do
    struct actor *actor;
    struct action action; // under way
    int64_t since;
    bool left; // it took too long; another one goes on
};

VEC(action_queue, struct action);

struct actor {
    struct source source;
    void (*acted)(void *arg, struct outcome *outcome);
    void *acted_arg;
    void (*done)(void *arg); // NULL: the owner is gone
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct action_queue queue;
    struct outcome_vec outcomes;
    struct outcome_vec unnoted; // `acted` was not called for these: it may block
    struct run *run; // NULL: nobody works
    size_t left, refs;
};

struct actor *actor_new(const struct source *source, const struct sampler_options *options,
                        void (*done)(void *arg), void *arg)
{
    struct actor *actor = mem_zero(1, sizeof *actor);

    actor->source = *source;
    actor->acted = options->acted;
    actor->acted_arg = options->acted_arg;
    actor->done = done;
    actor->arg = arg;
    actor->refs = 1;
    pthread_mutex_init(&actor->lock, NULL);
    thread_cond_init(&actor->ended);
    return actor;
}

// With the lock held; releases it.
static void release(struct actor *actor)
{
    bool last = --actor->refs == 0;

    pthread_cond_signal(&actor->ended);
    pthread_mutex_unlock(&actor->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&actor->lock);
    pthread_cond_destroy(&actor->ended);
    vec_free(&actor->queue);
    vec_free(&actor->outcomes);
    vec_free(&actor->unnoted);
    free(actor);
}

// With the lock held.
static void report(struct actor *actor, const struct outcome *outcome)
{
    vec_push(&actor->outcomes, *outcome);
    if (actor->done)
        actor->done(actor->arg);
}

// With the lock held, of what was not done, or not yet.
static void report_unnoted(struct actor *actor, const struct outcome *outcome)
{
    vec_push(&actor->unnoted, *outcome);
    if (actor->done)
        actor->done(actor->arg);
}

static void *run_main(void *arg)
{
    struct run *run = arg;
    struct actor *actor = run->actor;
    struct outcome outcome;

    thread_name("ipctop-actor");
    pthread_mutex_lock(&actor->lock);
    while (!run->left && actor->queue.n) {
        run->action = actor->queue.at[0];
        run->since = clock_ns();
        memmove(actor->queue.at, actor->queue.at + 1, --actor->queue.n * sizeof run->action);
        pthread_mutex_unlock(&actor->lock);
        outcome = (struct outcome){.action = run->action};
        actor->source.act(actor->source.self, &run->action, &outcome);
        if (actor->acted && run->action.verb != ACTION_RESOLVE)
            actor->acted(actor->acted_arg, &outcome);
        pthread_mutex_lock(&actor->lock);
        report(actor, &outcome); // late ones too: it is what happened
    }
    if (run->left)
        actor->left--;
    else
        actor->run = NULL;
    free(run);
    release(actor);
    return NULL;
}

// With the lock held.
static void start(struct actor *actor)
{
    struct run *run = mem_zero(1, sizeof *run);

    run->actor = actor;
    run->since = INT64_MAX;
    int error = thread_start(NULL, run_main, run);
    if (error == 0) {
        actor->run = run;
        actor->refs++;
        return;
    }
    free(run);
    for (size_t i = 0; i < actor->queue.n; i++) {
        struct outcome outcome = {
            .action = actor->queue.at[i], .state = OUTCOME_FAILED, .error = error};
        snprintf(outcome.text, sizeof outcome.text, "no thread to do it");
        report_unnoted(actor, &outcome);
    }
    vec_clear(&actor->queue);
}

void actor_push(struct actor *actor, const struct action *actions, size_t n)
{
    pthread_mutex_lock(&actor->lock);
    for (size_t i = 0; i < n; i++)
        vec_push(&actor->queue, actions[i]);
    if (!actor->run && actor->queue.n)
        start(actor);
    pthread_mutex_unlock(&actor->lock);
}

void actor_outcomes(struct actor *actor, struct outcome_vec *out)
{
    pthread_mutex_lock(&actor->lock);
    struct outcome_vec unnoted = actor->unnoted;
    actor->unnoted = (struct outcome_vec){0};
    for (size_t i = 0; i < actor->outcomes.n; i++)
        vec_push(out, actor->outcomes.at[i]);
    vec_clear(&actor->outcomes);
    pthread_mutex_unlock(&actor->lock);
    for (size_t i = 0; i < unnoted.n; i++) {
        if (actor->acted && unnoted.at[i].action.verb != ACTION_RESOLVE)
            actor->acted(actor->acted_arg, &unnoted.at[i]);
        vec_push(out, unnoted.at[i]);
    }
    vec_free(&unnoted);
}

int64_t actor_watch(struct actor *actor)
{
    int64_t next = INT64_MAX;

    pthread_mutex_lock(&actor->lock);
    struct run *run = actor->run;
    if (run && run->since != INT64_MAX && clock_ns() - run->since >= PATIENCE_NS &&
        actor->left < MAX_LEFT) {
        struct outcome outcome = {
            .action = run->action, .state = OUTCOME_FAILED, .error = ETIMEDOUT};
        snprintf(outcome.text, sizeof outcome.text,
                 "no answer from the kernel yet; the result follows if there is one");
        run->left = true;
        actor->left++;
        actor->run = NULL;
        report_unnoted(actor, &outcome);
        if (actor->queue.n)
            start(actor);
    }
    if (actor->run)
        next = (actor->run->since == INT64_MAX ? clock_ns() : actor->run->since) + PATIENCE_NS;
    if (actor->left >= MAX_LEFT)
        next = INT64_MAX;
    pthread_mutex_unlock(&actor->lock);
    return next;
}

size_t actor_free(struct actor *actor)
{
    if (!actor)
        return 0;
    pthread_mutex_lock(&actor->lock);
    actor->done = NULL;
    vec_clear(&actor->queue);
    int64_t end = clock_ns() + GOODBYE_MS * CLOCK_MS;
    while (actor->refs - 1 > actor->left && clock_ns() < end)
        thread_wait(&actor->ended, &actor->lock, end);
    size_t left = actor->refs - 1;
    release(actor);
    return left;
}
