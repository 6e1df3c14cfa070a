// A process that holds what is attached, so that its users need not wait for the kernel to detach it.
//
// The last close of a tracepoint's descriptor waits for a grace period of RCU, 40 to 80 ms each. The
// keeper attaches, holds and closes; it ends when its user ends, however that happens, and nothing
// stays attached then.
#ifndef IPCTOP_LINUX_BPF_KEEPER_H
#define IPCTOP_LINUX_BPF_KEEPER_H

#include <stddef.h>

#include "linux/bpf/load.h"

struct attachment {
    const char *tracepoint; // a raw one's name; else its name in a message
    int id;                 // of the tracepoint; -1: a raw one
    int program;
};

enum { KEEPER_MAX = 32 };

// Starts it with copies of the programs' descriptors and waits until all is attached. A descriptor,
// or -errno with the reason. It is readable once the keeper has ended; closing it ends the keeper,
// at once for the caller. May be used by one of several threads.
int keeper_start(const struct attachment *attachments, size_t n, struct reason *reason);

#endif
