#include "base/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "base/vector.h"

struct run { // one thread
    struct worker *worker;
    void *job; // under way
    int64_t since;
    bool left; // it took too long; another one goes on
};

VEC(job_vec, void *);

struct worker {
    struct worker_options how;
    pthread_mutex_t lock;
    pthread_cond_t wake, changed;
    struct job_vec queue;
    size_t next;     // of the queue, to be begun
    struct run *run; // NULL: no thread goes on with the queue
    size_t left, refs;
    bool quit;
};

struct worker *worker_new(const struct worker_options *options)
{
    struct worker *w = mem_zero(1, sizeof *w);

    w->how = *options;
    w->refs = 1;
    pthread_mutex_init(&w->lock, NULL);
    thread_cond_init(&w->wake);
    thread_cond_init(&w->changed);
    return w;
}

void worker_lock(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
}

void worker_unlock(struct worker *w)
{
    pthread_mutex_unlock(&w->lock);
}

// With the lock held; releases it.
static void unref(struct worker *w)
{
    bool last = --w->refs == 0;

    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (!last)
        return;
    w->how.release(w->how.arg);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->changed);
    vec_free(&w->queue);
    free(w);
}

static void do_next(struct worker *w, struct run *run)
{
    run->job = worker_drop(w);
    run->since = clock_ns();
    pthread_mutex_unlock(&w->lock);
    w->how.run(w->how.arg, run->job);
    pthread_mutex_lock(&w->lock);
    void *job = run->job;
    run->job = NULL;
    w->how.done(w->how.arg, job, run->left);
    pthread_cond_broadcast(&w->changed);
}

static void *run_main(void *arg)
{
    struct run *run = arg;
    struct worker *w = run->worker;

    thread_name(w->how.name);
    pthread_mutex_lock(&w->lock);
    while (!run->left && !w->quit) {
        if (worker_waiting(w))
            do_next(w, run);
        else if (w->how.stays)
            thread_wait(&w->wake, &w->lock, INT64_MAX);
        else
            break;
    }
    if (run->left)
        w->left--;
    else
        w->run = NULL;
    free(run);
    unref(w);
    return NULL;
}

int worker_start(struct worker *w)
{
    if (w->run) {
        pthread_cond_signal(&w->wake);
        return 0;
    }
    struct run *run = mem_zero(1, sizeof *run);
    run->worker = w;
    int error = thread_start(NULL, run_main, run);
    if (error) {
        free(run);
        return error;
    }
    w->run = run;
    w->refs++;
    return 0;
}

void worker_push(struct worker *w, void *job)
{
    if (w->next == w->queue.n) {
        vec_clear(&w->queue);
        w->next = 0;
    }
    vec_push(&w->queue, job);
}

void *worker_drop(struct worker *w)
{
    return worker_waiting(w) ? w->queue.at[w->next++] : NULL;
}

size_t worker_waiting(const struct worker *w)
{
    return w->queue.n - w->next;
}

void *worker_job(const struct worker *w, int64_t *since)
{
    if (w->run && w->run->job && since)
        *since = w->run->since;
    return w->run ? w->run->job : NULL;
}

bool worker_busy(const struct worker *w)
{
    return w->run && (w->run->job || worker_waiting(w));
}

void worker_leave(struct worker *w)
{
    w->run->left = true;
    w->left++;
    w->run = NULL;
}

size_t worker_left(const struct worker *w)
{
    return w->left;
}

void worker_wait(struct worker *w, int64_t until_ns)
{
    thread_wait(&w->changed, &w->lock, until_ns);
}

void worker_end(struct worker *w, int64_t until_ns)
{
    w->quit = true;
    pthread_cond_broadcast(&w->wake);
    while (w->refs - 1 > w->left && clock_ns() < until_ns)
        worker_wait(w, until_ns);
}

size_t worker_free(struct worker *w)
{
    size_t threads = w->refs - 1;

    unref(w);
    return threads;
}

// --- once ---------------------------------------------------------------------------------------

struct attempt {
    void (*run)(void *arg), (*release)(void *arg);
    void *arg;
    bool done, left;
};

static void attempt_run(void *arg, void *job)
{
    struct attempt *attempt = job;

    (void)arg;
    attempt->run(attempt->arg);
}

static void attempt_done(void *arg, void *job, bool left)
{
    (void)arg;
    ((struct attempt *)job)->done = !left;
}

static void attempt_release(void *arg)
{
    struct attempt *attempt = arg;

    if (attempt->left)
        attempt->release(attempt->arg);
    free(attempt);
}

bool worker_try(const char *name, void (*run)(void *arg), void (*release)(void *arg), void *arg,
                int64_t patience_ns)
{
    struct attempt *attempt = mem_zero(1, sizeof *attempt);
    int64_t until = clock_ns() + patience_ns;

    *attempt = (struct attempt){.run = run, .release = release, .arg = arg};
    struct worker *w = worker_new(&(struct worker_options){.name = name,
                                                           .arg = attempt,
                                                           .run = attempt_run,
                                                           .done = attempt_done,
                                                           .release = attempt_release});
    worker_lock(w);
    worker_push(w, attempt);
    int error = worker_start(w);
    while (!error && !attempt->done && clock_ns() < until)
        worker_wait(w, until);
    bool done = attempt->done;
    attempt->left = !done;
    if (!done && !error)
        worker_leave(w);
    worker_free(w);
    errno = error ? error : ETIMEDOUT;
    return done;
}
