// The witness's programs. No file is opened here but their own.
//
// A call's arguments wait in a map until it returns; what failed leaves no record. The records of
// other IPC namespaces are dropped in the kernel.
#ifndef IPCTOP_LINUX_BPF_WITNESS_PROGRAMS_H
#define IPCTOP_LINUX_BPF_WITNESS_PROGRAMS_H

#include "linux/bpf/load.h"
#include "linux/bpf/record.h"

enum witness_program {
    PROGRAM_LEAVE = CALL_SYSTEM_CALLS, // the exit of every call; before it, the entry of each
    PROGRAM_FORK,
    PROGRAM_EXEC,
    PROGRAM_EXIT,
    WITNESS_PROGRAMS
};

struct witness_programs {
    int calls;   // map: arguments by thread, while the call runs
    int ring;    // map: records
    int lost;    // map: how many records found no room, one uint64_t
    int holders; // map: processes with attachments, by tgid; a uint8_t each
    int fd[WITNESS_PROGRAMS];
};

enum { WITNESS_HOLDERS = 16384 };

// 0 or -errno with the reason. Only records of IPC namespace `ipc_ns` (inode; 0: of any).
// `ring_bytes`: a power of two of at least one page.
int witness_programs_load(struct witness_programs *p, const struct layout *k,
                          const struct bpf_self *self, uint32_t ipc_ns, uint32_t ring_bytes,
                          struct reason *reason);
void witness_programs_close(struct witness_programs *p);

#endif
