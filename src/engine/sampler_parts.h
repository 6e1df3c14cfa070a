// What the two files of the sampler share: sampler.c is the owner's side, sampler_thread.c the thread's.
#ifndef IPCTOP_ENGINE_SAMPLER_PARTS_H
#define IPCTOP_ENGINE_SAMPLER_PARTS_H

#include <pthread.h>

#include "engine/action_worker.h"
#include "engine/elsewhere.h"
#include "engine/refresh.h"
#include "engine/sampler.h"

struct sampler {
    bool one_shot, started;
    int fd;
    pthread_t thread;
    struct prober_pool *pool;
    struct action_worker *actor;
    struct source source;
    // The thread's: of our own IPC namespace, of the other one that is wanted (NULL: none was yet), and
    // the one of them whose turn it is; what is known of the rest.
    struct refresh *here, *there, *refresh;
    uint64_t there_is;
    bool looks_elsewhere; // the tables have become a picture that is about to be published
    struct elsewhere *elsewhere;
    struct sampler_options options;

    pthread_mutex_t lock;       // for all that follows
    pthread_cond_t wake, fresh; // for the thread; for a caller that waits for a snapshot
    struct want want;
    int64_t interval, next; // the next tick, CLOCK_MONOTONIC
    bool paused, promptly, quit;
    bool acted;               // there are outcomes for the next picture
    uint64_t asked;           // requests so far;
    uint64_t begun, answered; // the last one a round was begun for, and ended for
    struct snapshot *newest;  // published last; replaced by the thread alone
    bool taken;
    uint64_t number;
    struct outcome_vec outcomes;
};

struct turn { // one bringing up to date of all that is wanted
    struct want want;
    uint64_t asked;
    enum effort effort;
    bool acted;
    struct outcome_vec outcomes; // what its picture will show
};

bool sampler_same_want(const struct want *a, const struct want *b);
// One turn in the calling thread, with the lock held, which is released meanwhile.
void sampler_turn(struct sampler *s, struct turn *turn);
// Between answers of processes: of the thread that asks them. `arg`: the sampler.
void sampler_meanwhile(void *arg);
void *sampler_main(void *arg); // the thread

#endif
