// What certain processes hold, found in one pass over a scan: a question about each of thousands of
// holders must not look at all the others.
#ifndef IPCTOP_MODEL_CONSEQUENCE_HELD_H
#define IPCTOP_MODEL_CONSEQUENCE_HELD_H

#include "model/record/snapshot.h"

struct held { // a process and one segment
    int32_t pid;
    const struct holder *holder; // of the scan
    bool shared; // another process has the same memory: the segment stays attached until both end
    uint32_t children; // of the first of a process: children of it that hold one of its segments
};
VEC(held_vec, struct held);

// Ordered by pid, then segment. `pids` ascend. The caller frees; the snapshot (without a scan nothing is
// held) must last as long.
struct held_vec held_of(const struct snapshot *s, const struct pid_vec *pids);
// What one process holds: the first, *n of them.
const struct held *held_find(const struct held_vec *held, int32_t pid, size_t *n);

#endif
