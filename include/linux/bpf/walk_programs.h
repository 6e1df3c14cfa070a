// The walker's programs: one finds a segment, one moves along its tree of mappings.
#ifndef IPCTOP_LINUX_BPF_WALK_PROGRAMS_H
#define IPCTOP_LINUX_BPF_WALK_PROGRAMS_H

#include "linux/bpf/load.h"
#include "linux/bpf/probe.h"
#include "linux/bpf/walk.h"

enum {
    WALK_MOVES = 24,    // of one run before Linux 6.9, where the verifier follows each
    WALK_WINDOW = 1024, // mappings in the output map: those of one run fit. A power of two
};

struct walk_state {            // what the programs go on with, from run to run
    uint64_t segment, mapping; // the kernel's addresses
    uint64_t node;             // of the tree, where we are; 0: done
    uint64_t from;             // the child we climb from; 0: we arrive
    uint64_t nattch, nattch_after;
    uint64_t pid_ns, ipc_ns; // ours, addresses
    int32_t shmid;
    uint32_t index_mask; // which bits of an id are its index
    uint32_t n;          // mappings so far; the last is at (n - 1) % WALK_WINDOW of the output
    uint32_t strange;    // mappings that are not of this segment
    uint32_t moves;
    uint32_t until; // a run ends at the latest when n is that many,
    uint32_t most;  // or moves are
    uint32_t found; // whether there is such a segment
    uint32_t device, pad;
    char name[16];
};

// Descriptors or -errno, with the reason. `find` starts a state of which shmid and index_mask are
// set; `move` goes on from there to its end, to `until` or to `most`; on an old kernel for WALK_MOVES
// moves.
int walk_load_find(const struct layout *k, const struct bpf_self *self, struct reason *reason);
int walk_load_move(const struct layout *k, const struct bpf_self *self, int output,
                   struct reason *reason);

#endif
