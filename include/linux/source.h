// The real source: Linux's own tables and /proc.
#ifndef IPCTOP_LINUX_SOURCE_H
#define IPCTOP_LINUX_SOURCE_H

#include "model/source.h"

struct linux_source;

struct linux_source_options {
    const char *proc; // "/proc", or the root of a fixture
    bool text_only;   // do not use PROCMAP_QUERY even where the kernel has it
    bool no_walk;     // find holders by asking processes alone
    bool read_only;   // nobody will act: no start times of holders, no instances, and no pids
                      // in other namespaces
};

// Copies the options; reads little, and cannot fail: what is lacking shows when it is read. Never NULL.
struct linux_source *linux_source_new(const struct linux_source_options *options);
// No thread may use its seam any longer: sampler_free(). NULL is fine.
void linux_source_free(struct linux_source *self);
struct source linux_source_seam(struct linux_source *self); // good until then; free() is that

#endif
