#include "engine/action_worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "model/table/kind.h"

enum { PATIENCE_MS = 1000, MAX_LEFT = 8, GOODBYE_MS = 50 };

struct run { // one thread, until nothing is left to do
    struct action_worker *actor;
    struct action action; // under way
    int64_t since;
    bool left; // it took too long; another one goes on
};

VEC(action_queue, struct action);

struct escape {
    struct outcome outcome;
    bool noted; // `acted` was called; it may block, so never with the lock held
};
VEC(report_vec, struct escape);

struct action_worker {
    struct source source;
    void (*acted)(void *arg, struct outcome *outcome);
    void *acted_arg;
    int64_t patience_ns;
    void (*done)(void *arg); // NULL: the owner is gone
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct action_queue queue;
    size_t next;               // of the queue, to be begun
    struct report_vec reports; // in order
    struct run *run;           // NULL: nobody works
    size_t left, refs;
};

struct action_worker *action_worker_new(const struct source *source,
                                        const struct sampler_options *options,
                                        void (*done)(void *arg), void *arg)
{
    struct action_worker *actor = mem_zero(1, sizeof *actor);

    actor->source = *source;
    actor->acted = options->acted;
    actor->acted_arg = options->acted_arg;
    actor->patience_ns = (options->patience_ms ? options->patience_ms : PATIENCE_MS) * CLOCK_MS;
    actor->done = done;
    actor->arg = arg;
    actor->refs = 1;
    pthread_mutex_init(&actor->lock, NULL);
    thread_cond_init(&actor->ended);
    return actor;
}

// With the lock held; releases it.
static void release(struct action_worker *actor)
{
    bool last = --actor->refs == 0;

    pthread_cond_signal(&actor->ended);
    pthread_mutex_unlock(&actor->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&actor->lock);
    pthread_cond_destroy(&actor->ended);
    vec_free(&actor->queue);
    vec_free(&actor->reports);
    free(actor);
}

// With the lock held.
static void report(struct action_worker *actor, const struct outcome *outcome, bool noted)
{
    vec_push(&actor->reports, (struct escape){*outcome, noted});
    if (actor->done)
        actor->done(actor->arg);
}

static void *run_main(void *arg)
{
    struct run *run = arg;
    struct action_worker *actor = run->actor;
    struct outcome outcome;

    thread_name("ipctop-actor");
    pthread_mutex_lock(&actor->lock);
    while (!run->left && actor->next < actor->queue.n) {
        run->action = actor->queue.at[actor->next++];
        run->since = clock_ns();
        pthread_mutex_unlock(&actor->lock);
        outcome = (struct outcome){.action = run->action};
        actor->source.act(actor->source.self, &run->action, &outcome);
        if (actor->acted && run->action.verb != ACTION_RESOLVE)
            actor->acted(actor->acted_arg, &outcome);
        pthread_mutex_lock(&actor->lock);
        outcome.extra = run->left;
        report(actor, &outcome, true); // late ones too: it is what happened
    }
    if (run->left)
        actor->left--;
    else
        actor->run = NULL;
    free(run);
    release(actor);
    return NULL;
}

// With the lock held: what waits for its turn has this for an outcome.
static void drop_queue(struct action_worker *actor, enum outcome_state state, int error,
                       const char *why)
{
    for (; actor->next < actor->queue.n; actor->next++) {
        struct outcome outcome = {
            .action = actor->queue.at[actor->next], .state = state, .error = error};
        char name[80];
        snprintf(outcome.text, sizeof outcome.text, "%s: %s",
                 identity_text(&outcome.action.target, name, sizeof name), why);
        report(actor, &outcome, false);
    }
}

// With the lock held.
static void start(struct action_worker *actor)
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
    drop_queue(actor, OUTCOME_FAILED, error, "no thread to do it");
}

void action_worker_push(struct action_worker *actor, const struct action *actions, size_t n)
{
    pthread_mutex_lock(&actor->lock);
    if (actor->next == actor->queue.n) {
        vec_clear(&actor->queue);
        actor->next = 0;
    }
    for (size_t i = 0; i < n; i++)
        vec_push(&actor->queue, actions[i]);
    if (actor->left > MAX_LEFT)
        drop_queue(actor, OUTCOME_FAILED, EAGAIN, "too many actions hang already");
    else if (!actor->run && n)
        start(actor);
    pthread_mutex_unlock(&actor->lock);
}

void action_worker_note(struct action_worker *actor, const struct outcome *outcomes, size_t n)
{
    pthread_mutex_lock(&actor->lock);
    for (size_t i = 0; i < n; i++)
        report(actor, &outcomes[i], false);
    pthread_mutex_unlock(&actor->lock);
}

void action_worker_cancel(struct action_worker *actor)
{
    pthread_mutex_lock(&actor->lock);
    drop_queue(actor, OUTCOME_CANCELLED, 0, "cancelled before its turn");
    pthread_mutex_unlock(&actor->lock);
}

void action_worker_outcomes(struct action_worker *actor, struct outcome_vec *out)
{
    pthread_mutex_lock(&actor->lock);
    struct report_vec reports = actor->reports;
    actor->reports = (struct report_vec){0};
    pthread_mutex_unlock(&actor->lock);
    for (size_t i = 0; i < reports.n; i++) {
        struct outcome *outcome = &reports.at[i].outcome;
        if (!reports.at[i].noted && actor->acted && outcome->action.verb != ACTION_RESOLVE)
            actor->acted(actor->acted_arg, outcome);
        vec_push(out, *outcome);
    }
    vec_free(&reports);
}

// With the lock held: the one under way took too long.
static void leave(struct action_worker *actor)
{
    struct run *run = actor->run;
    struct outcome outcome = {.action = run->action, .state = OUTCOME_FAILED, .error = ETIMEDOUT};
    char name[80];

    identity_text(&run->action.target, name, sizeof name);
    if (run->action.verb == ACTION_SIGNAL)
        snprintf(outcome.text, sizeof outcome.text,
                 "%s: cannot check who that is: its files do not answer; the signal follows when "
                 "they do",
                 name);
    else
        snprintf(outcome.text, sizeof outcome.text,
                 "%s: no answer from the kernel yet; the result follows if there is one", name);
    run->left = true;
    actor->left++;
    actor->run = NULL;
    report(actor, &outcome, false);
    if (actor->next < actor->queue.n)
        start(actor);
}

// When the one under way has taken too long. The last thread that may hang goes on doing so where
// others wait for their turn: but for it they could be cancelled only.
static int64_t too_long(const struct action_worker *actor)
{
    const struct run *run = actor->run;

    if (!run || (actor->left >= MAX_LEFT && actor->next < actor->queue.n))
        return INT64_MAX;
    return (run->since == INT64_MAX ? clock_ns() : run->since) + actor->patience_ns;
}

int64_t action_worker_watch(struct action_worker *actor)
{
    pthread_mutex_lock(&actor->lock);
    if (too_long(actor) <= clock_ns())
        leave(actor);
    int64_t next = too_long(actor);
    pthread_mutex_unlock(&actor->lock);
    return next;
}

// What nobody was told of when the owner went. With the lock held: nobody else wants it any more.
static void note_rest(struct action_worker *actor)
{
    struct run *run = actor->run;

    if (!actor->acted)
        return;
    for (size_t i = 0; i < actor->reports.n; i++)
        if (!actor->reports.at[i].noted &&
            actor->reports.at[i].outcome.action.verb != ACTION_RESOLVE)
            actor->acted(actor->acted_arg, &actor->reports.at[i].outcome);
    if (run && run->since != INT64_MAX && run->action.verb != ACTION_RESOLVE) {
        struct outcome outcome = {
            .action = run->action, .state = OUTCOME_FAILED, .error = ETIMEDOUT};
        snprintf(outcome.text, sizeof outcome.text, "still under way when the monitor ended");
        actor->acted(actor->acted_arg, &outcome);
    }
}

size_t action_worker_free(struct action_worker *actor)
{
    if (!actor)
        return 0;
    pthread_mutex_lock(&actor->lock);
    actor->done = NULL;
    drop_queue(actor, OUTCOME_CANCELLED, 0, "the monitor ended before its turn");
    int64_t end = clock_ns() + GOODBYE_MS * CLOCK_MS;
    while (actor->refs - 1 > actor->left && clock_ns() < end)
        thread_wait(&actor->ended, &actor->lock, end);
    note_rest(actor);
    size_t left = actor->refs - 1;
    release(actor);
    return left;
}
