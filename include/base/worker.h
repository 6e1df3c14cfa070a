// A thread that does jobs one after the other and may hang in one: it can be left behind, another one
// goes on with the rest, and the owner's end waits for none.
//
// The owner's own data is guarded by the worker's lock. But for worker_new, all functions are called
// with it held; so is `done`, while `run` is not.
#ifndef IPCTOP_BASE_WORKER_H
#define IPCTOP_BASE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;

struct worker_options {
    const char *name; // of the threads, at most 15 bytes
    bool stays;       // an idle thread waits for the next job; else it ends
    void *arg;        // for all of these:
    void (*run)(void *arg, void *job);
    void (*done)(void *arg, void *job,
                 bool left);    // takes the job; left: the thread was left behind
    void (*release)(void *arg); // the last call: neither the owner nor a thread is there any longer
};

struct worker *worker_new(const struct worker_options *options);
void worker_lock(struct worker *worker);
void worker_unlock(struct worker *worker);

// Has a thread at work. 0, or an errno value: out of threads.
int worker_start(struct worker *worker);
void worker_push(struct worker *worker, void *job); // does not start one
void *worker_drop(struct worker *worker);           // the next that has not begun; NULL: none
size_t worker_waiting(const struct worker *worker); // how many have not begun

// The job under way; NULL: none. When it began, by CLOCK_MONOTONIC; `since` may be NULL.
void *worker_job(const struct worker *worker, int64_t *since);
// Whether a thread is at work, or about to be.
bool worker_busy(const struct worker *worker);
// The thread goes on with its job alone. Start another one for the rest.
void worker_leave(struct worker *worker);
size_t worker_left(const struct worker *worker); // so many were, and hang still

// Until a job is done or a thread ends, or until then.
void worker_wait(struct worker *worker, int64_t until_ns);

// Nothing is begun any longer; waits until then for what is under way, not for those left behind.
void worker_end(struct worker *worker, int64_t until_ns);
// Gives it up, and the lock. Returns how many threads still hang: the last one calls `release`.
size_t worker_free(struct worker *worker);

// Has `run(arg)` done by a thread and waits so long for its end. False: it is left behind and calls
// `release(arg)` when it is through. ETIMEDOUT or, without a thread, another error in errno.
bool worker_try(const char *name, void (*run)(void *arg), void (*release)(void *arg), void *arg,
                int64_t patience_ns);

#endif
