// What the witness's programs have in common: a record of the calling process, and where their stack
// keeps what.
#ifndef IPCTOP_LINUX_BPF_WITNESS_RECORD_H
#define IPCTOP_LINUX_BPF_WITNESS_RECORD_H

#include "linux/bpf/probe.h"
#include "linux/bpf/witness_programs.h"

struct call { // value of the map `calls`
    uint64_t args[3];
    uint64_t call;
};

enum {                         // on the stack
    THREAD = -PROBE_STACK - 8, // key of the map `calls`
    PROCESS = THREAD - 8,      // key of the map `holders`
    ZERO = PROCESS - 8,        // key of the map `lost`; value in `holders`
    CALL = ZERO - (int)sizeof(struct call),
};

struct builder {
    struct assembler *a;
    const struct layout *k;
    const struct bpf_self *self;
    struct witness_programs *p;
    uint32_t ipc_ns, ring_bytes;
};

void witness_return(struct assembler *a); // ends the program
void witness_count_loss(struct builder *b);

// R6 = inode of the caller's IPC namespace; on to `other` where it is not the one asked for.
void witness_check_namespace(struct builder *b, int other);
// R9 = room for a record; where there is none it is counted, and `full` goes on.
void witness_reserve(struct builder *b, int full);
// The same for a record of no system call, which has the namespace and no arguments. Uses R8.
void witness_reserve_event(struct builder *b, enum witness_call call, int full);
// Completes the record at R9 and gives it to the reader, which is woken only past half a ring: a
// wakeup costs the calling process more than all the rest.
void witness_submit(struct builder *b);

#endif
