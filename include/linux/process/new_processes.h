// The processes made since a moment ago, without reading the list of all: pids are given out in
// ascending order (kernel/pid.c alloc_pid), and /proc lists them from any of them on.
#ifndef IPCTOP_LINUX_PROCESS_NEW_PROCESSES_H
#define IPCTOP_LINUX_PROCESS_NEW_PROCESSES_H

#include "model/source.h"

struct new_processes;

// `ours`: process_list_is_ours(); for another all is -ENOTSUP. Touches nothing yet.
struct new_processes *new_processes_new(const char *proc, bool ours);
void new_processes_free(struct new_processes *self);

// See struct source. Cannot hang; from any thread.
int new_processes_since(struct new_processes *self, struct pid_mark *mark,
                        struct pid_entry_vec *out);

#endif
