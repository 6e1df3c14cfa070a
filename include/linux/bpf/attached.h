// Which process has attached which segment where, as far as tracing shows: shmdt(2) names an
// address only, and exit(2) names nothing.
#ifndef IPCTOP_LINUX_BPF_ATTACHED_H
#define IPCTOP_LINUX_BPF_ATTACHED_H

#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

struct attached_at {
    uint32_t tgid;
    int32_t shmid;
    uint64_t start; // of the process, nanoseconds since boot: a pid may be used again
    uint64_t base;  // where the segment's first byte lies, or would
};
VEC(attached_vec, struct attached_at);

struct attached; // all of them

struct attached *attached_new(void);
void attached_free(struct attached *attached); // NULL is fine

// Takes the place of what that process has known at that address.
void attached_add(struct attached *attached, const struct attached_at *one);
// Takes those of the process at `base` out, all where that is UINT64_MAX, and appends them to `out`.
void attached_take(struct attached *attached, uint32_t tgid, uint64_t start, uint64_t base,
                   struct attached_vec *out);
// A child has what its parent has. Appends the child's to `out`.
void attached_fork(struct attached *attached, uint32_t tgid, uint64_t start, uint32_t child,
                   uint64_t child_start, struct attached_vec *out);

#endif
