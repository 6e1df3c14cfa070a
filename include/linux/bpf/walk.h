// The holders of a segment from the segment itself: its file's tree of mappings (i_mmap), each
// mapping's address space, and that one's owner. mm/memory.c, ipc/shm.c.
//
// No process is asked and no lock is taken: a process that is stuck is found like any other. What was
// read while the tree changed is not given out.
#ifndef IPCTOP_LINUX_BPF_WALK_H
#define IPCTOP_LINUX_BPF_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"
#include "linux/bpf/load.h"
#include "linux/bpf/probe.h"

struct walk_mapping {
    uint64_t start, end;
    uint64_t page_offset; // pages
    uint64_t mm;          // the address space, as an opaque number
    uint64_t started;     // its owner, nanoseconds since boot
    uint64_t flags;       // VM_READ 1, VM_WRITE 2, VM_EXEC 4: include/linux/mm.h
    uint32_t tgid;        // 0: its owner is gone
    uint32_t pid;         // in our PID namespace; 0: outside
    uint32_t euid;        // of the initial user namespace
    uint32_t users;       // of the address space; more than `threads`: other processes share it, or
    uint32_t threads;     // somebody reads its /proc files at the moment
    uint32_t elsewhere;   // its owner is in another IPC namespace than ours
    uint32_t state;       // of its owner: __state | exit_state, include/linux/sched.h
    char comm[COMM];      // raw
};
VEC(walk_mapping_vec, struct walk_mapping);

struct walk_segment {
    uint64_t address; // of the kernel's record: differs from that of any other that lives
    uint32_t device;  // as the kernel encodes it: 20 bits of minor
    char name[16];    // of its file: "SYSV%08x" with the key it was created with
};

struct walker; // for one thread at a time

// Loads the programs. NULL with the reason, and *error, where that is not possible; before Linux 5.14
// it never is.
struct walker *walker_open(struct reason *reason, int *error);
void walker_close(struct walker *walker); // NULL is fine

// The mappings of a segment of our IPC namespace, appended to `out` in no order. 0 where they are
// complete: as many as nattch says before and after, all of this segment, none twice. -EAGAIN where
// that was not so, twice; -EINVAL: there is no such segment. `segment` may be NULL.
int walker_segment(struct walker *walker, int32_t shmid, struct walk_segment *segment,
                   struct walk_mapping_vec *out);

#endif
