#include "engine/action_worker.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/worker.h"
#include "model/consequence/outcomes.h"

enum { PATIENCE_MS = 1000, MAX_LEFT = 8, GOODBYE_MS = 50 };

struct job {
    struct action action;
    struct outcome outcome; // the thread's
};

struct report {
    struct outcome outcome;
    bool noted; // `acted` was called; it may block, so never with the lock held
};
VEC(report_vec, struct report);

struct action_worker {
    struct worker *worker;
    struct source source;
    void (*acting)(void *arg, const struct action *action);
    void (*acted)(void *arg, struct outcome *outcome);
    void *acted_arg;
    int64_t patience_ns;
    // With the worker's lock held:
    void (*done)(void *arg); // NULL: the owner is gone
    void *arg;
    struct report_vec reports; // in order
};

// With the lock held.
static void report(struct action_worker *a, const struct outcome *outcome, bool noted)
{
    vec_push(&a->reports, (struct report){*outcome, noted});
    if (a->done)
        a->done(a->arg);
}

static void note(const struct action_worker *a, struct outcome *outcome)
{
    if (a->acted && outcome->action.verb != ACTION_RESOLVE)
        a->acted(a->acted_arg, outcome);
}

// --- on the thread ------------------------------------------------------------------------------

static void act(void *arg, void *job)
{
    struct action_worker *a = arg;
    const struct action *action = &((struct job *)job)->action;
    struct outcome *outcome = &((struct job *)job)->outcome;

    if (a->acting && action->verb != ACTION_RESOLVE)
        a->acting(a->acted_arg, action);
    outcome->action = *action;
    a->source.act(a->source.self, action, outcome);
    outcome_say(outcome);
    note(a, outcome);
}

static void acted(void *arg, void *job, bool left)
{
    struct outcome *outcome = &((struct job *)job)->outcome;

    outcome->extra = left;
    report(arg, outcome, true); // late ones too: it is what happened
    free(job);
}

static void release(void *arg)
{
    struct action_worker *a = arg;

    vec_free(&a->reports);
    free(a);
}

struct action_worker *action_worker_new(const struct source *source,
                                        const struct sampler_options *options,
                                        void (*done)(void *arg), void *arg)
{
    struct action_worker *a = mem_zero(1, sizeof *a);

    a->source = *source;
    a->acting = options->acting;
    a->acted = options->acted;
    a->acted_arg = options->acted_arg;
    a->patience_ns = (options->patience_ms ? options->patience_ms : PATIENCE_MS) * CLOCK_MS;
    a->done = done;
    a->arg = arg;
    a->worker = worker_new(&(struct worker_options){
        .name = "ipctop-actor", .arg = a, .run = act, .done = acted, .release = release});
    return a;
}

static struct outcome said(const struct action *action, enum outcome_code code, int error)
{
    struct outcome outcome = outcome_of(action, code, error);

    outcome_say(&outcome);
    return outcome;
}

// With the lock held: what waits for its turn has this for an outcome.
static void drop_queue(struct action_worker *a, enum outcome_code code, int error)
{
    struct job *waiting;

    while ((waiting = worker_drop(a->worker))) {
        struct outcome outcome = said(&waiting->action, code, error);
        report(a, &outcome, false);
        free(waiting);
    }
}

// With the lock held.
static void start(struct action_worker *a)
{
    int error = worker_waiting(a->worker) ? worker_start(a->worker) : 0;

    if (error)
        drop_queue(a, OUTCOME_NO_THREAD, error);
}

void action_worker_push(struct action_worker *a, const struct action *actions, size_t n)
{
    worker_lock(a->worker);
    for (size_t i = 0; i < n; i++) {
        struct job *job = mem_zero(1, sizeof *job);
        job->action = actions[i];
        worker_push(a->worker, job);
    }
    if (worker_left(a->worker) > MAX_LEFT)
        drop_queue(a, OUTCOME_TOO_MANY_HANG, EAGAIN);
    else
        start(a);
    worker_unlock(a->worker);
}

void action_worker_note(struct action_worker *a, const struct outcome *outcomes, size_t n)
{
    worker_lock(a->worker);
    for (size_t i = 0; i < n; i++)
        report(a, &outcomes[i], false);
    worker_unlock(a->worker);
}

void action_worker_cancel(struct action_worker *a)
{
    worker_lock(a->worker);
    drop_queue(a, OUTCOME_CANCELLED_BY_USER, 0);
    worker_unlock(a->worker);
}

void action_worker_outcomes(struct action_worker *a, struct outcome_vec *out)
{
    worker_lock(a->worker);
    struct report_vec reports = a->reports;
    a->reports = (struct report_vec){0};
    worker_unlock(a->worker);
    for (size_t i = 0; i < reports.n; i++) {
        if (!reports.at[i].noted)
            note(a, &reports.at[i].outcome);
        vec_push(out, reports.at[i].outcome);
    }
    vec_free(&reports);
}

void action_worker_begun(struct action_worker *a, struct action_vec *out)
{
    worker_lock(a->worker);
    const struct job *under_way = worker_job(a->worker, NULL);
    if (under_way)
        vec_push(out, under_way->action);
    for (size_t i = 0; i < a->reports.n; i++)
        vec_push(out, a->reports.at[i].outcome.action);
    worker_unlock(a->worker);
}

// --- what hangs ---------------------------------------------------------------------------------

// With the lock held: the one under way took too long.
static void leave(struct action_worker *a, const struct job *job)
{
    struct outcome outcome =
        said(&job->action,
             job->action.verb == ACTION_SIGNAL ? OUTCOME_NO_ANSWER_OF_PROCESS : OUTCOME_NO_ANSWER,
             ETIMEDOUT);

    worker_leave(a->worker);
    report(a, &outcome, false);
    start(a);
}

// When the one under way has taken too long. The last thread that may hang goes on doing so where
// others wait for their turn: but for it they could be cancelled only.
static int64_t too_long(const struct action_worker *a)
{
    int64_t since = clock_ns(); // of a thread that has not begun

    if (!worker_busy(a->worker) ||
        (worker_left(a->worker) >= MAX_LEFT && worker_waiting(a->worker)))
        return INT64_MAX;
    worker_job(a->worker, &since);
    return since + a->patience_ns;
}

int64_t action_worker_watch(struct action_worker *a)
{
    worker_lock(a->worker);
    if (too_long(a) <= clock_ns())
        leave(a, worker_job(a->worker, NULL));
    int64_t next = too_long(a);
    worker_unlock(a->worker);
    return next;
}

// What was not reported yet when the owner went. With the lock held: nothing else waits for it.
static void note_rest(struct action_worker *a)
{
    const struct job *under_way = worker_job(a->worker, NULL);

    for (size_t i = 0; i < a->reports.n; i++)
        if (!a->reports.at[i].noted)
            note(a, &a->reports.at[i].outcome);
    if (under_way) {
        struct outcome outcome = said(&under_way->action, OUTCOME_UNFINISHED, ETIMEDOUT);
        note(a, &outcome);
    }
}

size_t action_worker_free(struct action_worker *a)
{
    if (!a)
        return 0;
    worker_lock(a->worker);
    a->done = NULL;
    drop_queue(a, OUTCOME_CANCELLED_BY_END, 0);
    worker_end(a->worker, clock_ns() + GOODBYE_MS * CLOCK_MS);
    note_rest(a);
    return worker_free(a->worker);
}
