// Ids of tracepoints, from a tracefs of our own that is mounted nowhere.
#ifndef IPCTOP_LINUX_BPF_TRACEPOINTS_H
#define IPCTOP_LINUX_BPF_TRACEPOINTS_H

#include "linux/bpf/load.h"

// A directory of tracefs: that of the machine where it is mounted, else a detached mount, which
// ends with the descriptor (fsopen(2), Linux 5.2). The descriptor or -errno with the reason.
int tracefs_open(struct reason *reason);

// The id of "sys_enter_shmget" of the group "syscalls". -ENOENT where the kernel has none
// (CONFIG_FTRACE_SYSCALLS).
int tracepoint_id(int tracefs, const char *group, const char *name, struct reason *reason);

// Attaches a program of BPF_PROG_TYPE_TRACEPOINT, for every processor. The descriptor or -errno.
// Async-signal-safe.
int tracepoint_attach(int id, int program);

#endif
