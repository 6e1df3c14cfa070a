// Which IPC namespace a task is in. ipc_namespaces(7).
#ifndef IPCTOP_LINUX_PROCESS_IPC_NAMESPACE_H
#define IPCTOP_LINUX_PROCESS_IPC_NAMESPACE_H

#include <stdint.h>

// The inode number that ns/ipc below `home` names; `home` ("self", "42", "42/task/43") is below
// `dir`. 0: it cannot be read. May hang on a process stuck in exec.
uint64_t ipc_namespace_of(int dir, const char *home);
uint64_t mount_namespace_of(int dir, const char *home); // the same of ns/mnt: mount_namespaces(7)

#endif
