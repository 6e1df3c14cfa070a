// Pieces of programs that read the kernel's memory, by the one helper that may fail:
// bpf_probe_read_kernel, bpf-helpers(7). What cannot be read is 0.
//
// They use R0 to R3 and the last eight bytes of the stack.
#ifndef IPCTOP_LINUX_BPF_PROBE_H
#define IPCTOP_LINUX_BPF_PROBE_H

#include <stddef.h>

#include "linux/bpf/assembler.h"
#include "linux/bpf/layout.h"

enum { PROBE_STACK = 8, COMM = 16 };

// This process in the kernel's terms: needed to translate pids.
struct bpf_self {
    uint32_t pid_level;      // depth of our PID namespace
    uint32_t pid_ns, ipc_ns; // inodes
};

// R0 = the member of the structure at `src`.
void probe_follow(struct assembler *a, const struct layout *k, int src, enum layout_member member);
// The same, and *(dst + offset) = its first `size` bytes.
void probe_member(struct assembler *a, const struct layout *k, int src, enum layout_member member,
                  int size, int dst, int offset);
// R0 = what is at an offset, of 1, 2, 4 or 8 bytes.
void probe_load(struct assembler *a, int src, int offset, int size);
// *(dst + dst_offset) = `size` bytes at src + offset, as they are.
void probe_copy(struct assembler *a, int dst, int dst_offset, int size, int src, int offset);
// Several members of the structure at `src`, to at most `room` bytes of the stack from R10 + base:
// by one read where they lie together. at[i] is where member i is then, from R10.
void probe_block(struct assembler *a, const struct layout *k, int src,
                 const enum layout_member *members, size_t n, int base, int room, int *at);
// R0 = pid, as our PID namespace has it, of the process the task at R0 belongs to; 0: it is outside.
// Also uses `spare`.
void probe_pid(struct assembler *a, const struct layout *k, const struct bpf_self *self, int spare);

#endif
