// The kernel as witness: which process created, removed, changed, attached or detached what, exactly
// when, also where it has ended since.
//
// While it is on, every system call of the machine takes a little longer; how much is measured.
// Nothing of it lasts longer than the calling process, however that ends.
#ifndef IPCTOP_LINUX_BPF_WITNESS_H
#define IPCTOP_LINUX_BPF_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/record/trace.h"

struct witness;

struct witness_options {
    bool every_namespace; // else ours alone
    uint32_t ring_bytes;  // 0: as usual; a power of two of at least one page
};

// Starts it on a thread of its own and returns at once: the status shows how far it is, and why not.
struct witness *witness_start(const struct witness_options *options);
// Ends it, at once for the caller. NULL is fine.
void witness_stop(struct witness *witness);

void witness_status(struct witness *witness, struct trace_status *status);

// Appends what happened since the last call, oldest first. The attaches and detaches of the second
// that still runs come later, unless `all`. Takes no longer than reading the ring.
void witness_take(struct witness *witness, bool all, struct trace_vec *out);

#endif
