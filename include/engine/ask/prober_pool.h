// Threads that ask processes, one at a time each, and may be left behind when one does not answer.
//
// The caller (one thread, always the same) runs a batch of probes and waits; it watches the threads
// meanwhile. One that stays on a probe beyond the deadline without running is abandoned: its probe
// counts as stuck, a new thread takes over, and the same probe is not tried again until the old
// thread comes back, which throws its answer away. Nothing here ever waits for such a thread.
// Threads once made are kept: a new one costs as much as ten answers.
// Collectors use engine/ask/ask.h, which runs the batches.
#ifndef IPCTOP_ENGINE_ASK_PROBER_POOL_H
#define IPCTOP_ENGINE_ASK_PROBER_POOL_H

#include "model/source.h"

struct prober_pool;

// What the waiting thread does every few milliseconds while it waits; `call` may be NULL. It runs no
// batch.
struct meanwhile {
    void (*call)(void *arg);
    void *arg;
};

struct prober_pool_options {
    int threads;     // that work at a time; 0: by the number of processors
    int deadline_ms; // 0: default (100)
    int max_left; // threads left behind; beyond, what gets stuck is not replaced, nor beyond half
                  // of them for the processes of one user. 0: default
    int join_ms;  // how long the end waits for threads that come to an end; 0: default (50)
    bool low_priority; // they yield to the user interface, and to a server in trouble
    struct meanwhile meanwhile;
};

enum { PROBER_POOL_MAX = 192 }; // all threads together

enum asked { ASKED_NOT, ASKED_DONE, ASKED_STUCK };

VEC(probe_vec, struct probe);

struct asking {
    // Called by the asking threads, one call at a time, with the answer to one of `probes`: no
    // error, or one that says something of the process: gone or refused. With any other (too many
    // open files) the process counts as not asked. What is left in the answer is freed afterwards.
    void (*take)(void *arg, const struct probe *probe, struct answer *answer);
    // Called by the asking thread before it asks: what is known may help. May be NULL.
    void (*prepare)(void *arg, const struct probe *probe, struct answer *answer);
    void *arg;       // for both
    bool one_by_one; // by one thread, and nothing more is asked once that one is stuck

    struct probe_vec probes;
    uint8_t *asked; // enum asked of each, from prober_pool_run() on
};

// Never NULL: threads are started when they are needed. `source` is copied; what is behind it must outlive
// the threads left behind: see prober_pool_free().
struct prober_pool *prober_pool_new(const struct source *source,
                                    const struct prober_pool_options *options);

// Stops the batch that runs, from any thread: prober_pool_run returns soon, and from then on at once.
void prober_pool_cancel(struct prober_pool *pool);
bool prober_pool_is_cancelled(struct prober_pool *pool);
// Batches ask about objects of that IPC namespace (inode) from now on; 0: our own. By the thread that runs
// them.
void prober_pool_place(struct prober_pool *pool, uint64_t ipc_namespace);

// Ends all threads that come to an end within join_ms. Returns how many are left behind; while there
// are any the source must stay.
size_t prober_pool_free(struct prober_pool *pool); // NULL is fine

// Runs a batch: asks all of the probes, and waits until each has answered or is left behind.
// `asked` has room for as many. False: cancelled.
bool prober_pool_run(struct prober_pool *pool, const struct asking *batch);
// Appends to *out the probes whose threads are left behind now.
void prober_pool_stuck(struct prober_pool *pool, struct probe_vec *out);

#endif
