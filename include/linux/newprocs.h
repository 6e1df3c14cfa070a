// The processes made since a moment ago, without reading the list of all: pids are given out in
// ascending order (kernel/pid.c alloc_pid), and /proc lists them from any of them on.
#ifndef IPCTOP_LINUX_NEWPROCS_H
#define IPCTOP_LINUX_NEWPROCS_H

#include "model/source.h"

struct newprocs;

// `ours`: procs_are_ours(); for another all is -ENOTSUP. Touches nothing yet.
struct newprocs *newprocs_new(const char *proc, bool ours);
void newprocs_free(struct newprocs *self);

// See struct source. Cannot hang; from any thread.
int newprocs_since(struct newprocs *self, struct pid_mark *mark, struct pid_entry_vec *out);

#endif
