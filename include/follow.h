// Takes pictures one after the other, without a screen, until their number is reached or a signal ends
// it.
#ifndef IPCTOP_FOLLOW_H
#define IPCTOP_FOLLOW_H

#include "engine/sampler.h"

struct follower {
    struct want want;
    long ticks; // 0: without end
    // Each complete picture. 0, or -errno of the output, which ends it.
    int (*take)(void *arg, const struct snapshot *picture);
    void *arg;
};

// The exit status: 0 also where the reader of the output has closed it; 128 + n: signal n, after which
// one more picture was taken, unless another signal came.
int follow_run(const struct follower *follower, struct sampler *sampler);

#endif
