// Whether a process is the main process of a service of systemd, the system's or a user's, and what its unit
// says of its end. systemd.service(5), proc_pid_cgroup(5), cgroups(7).
#ifndef IPCTOP_LINUX_PROCESS_SERVICE_H
#define IPCTOP_LINUX_PROCESS_SERVICE_H

#include <stddef.h>

#include "model/record/process.h"

// `text`: the `n` bytes of its /proc/PID/cgroup; `root`: of the unit files, "": the machine's. Sets
// process->restart and PROC_KNOWS_RESTART where both are sure: systemd is pid 1, or is a user's manager
// that it made, and it has made no other process of the unit. process->parent must be known.
void service_read(const char *proc, const char *root, const char *text, size_t n,
                  struct process *process);

#endif
