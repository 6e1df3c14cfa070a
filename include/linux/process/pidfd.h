// Processes by descriptor: pidfd_open(2), pidfd_send_signal(2). Pids as our own PID namespace
// numbers them. Nothing here waits, whatever the process is stuck in.
#ifndef IPCTOP_LINUX_PROCESS_PIDFD_H
#define IPCTOP_LINUX_PROCESS_PIDFD_H

#include <stdint.h>

// A descriptor, or -errno: -ENOSYS before Linux 5.3, -EPERM where seccomp filters it, -ESRCH where
// there is no such process, also for the id of a thread.
int pidfd_of(int32_t pid);
int pidfd_signal(int fd, int signal); // 0 or -errno

// A number no other process of this machine has or will have until it restarts: the inode number
// in pidfs (fs/pidfs.c), since Linux 6.9. 0: there is none.
uint64_t pidfd_instance(int fd);
uint64_t pidfd_instance_of(int32_t pid); // of the process that has that pid now

#endif
