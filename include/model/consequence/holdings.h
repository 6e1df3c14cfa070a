// What certain processes hold, found in one pass over a scan: a question about each of thousands of
// holders must not look at all the others.
#ifndef IPCTOP_MODEL_CONSEQUENCE_HOLDINGS_H
#define IPCTOP_MODEL_CONSEQUENCE_HOLDINGS_H

#include "model/record/scan.h"

struct holding { // a process and one segment
    int32_t pid;
    const struct holder *holder; // of the scan
    bool shared; // another process has the same memory: the segment stays attached until both end
};
VEC(holding_vec, struct holding);

// Ordered by pid, then segment. `pids` ascend. The caller frees; the scan (NULL: nothing is held) must
// last as long.
struct holding_vec holdings_of(const struct scan *scan, const struct pid_vec *pids);
// What one process holds: the first, *n of them.
const struct holding *holdings_find(const struct holding_vec *holdings, int32_t pid, size_t *n);

#endif
