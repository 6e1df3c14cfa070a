// Which namespaces a task is in, and the inode numbers in links of /proc. namespaces(7),
// proc_pid_ns(5), proc_pid_fd(5).
#ifndef IPCTOP_LINUX_PROCESS_NAMESPACE_H
#define IPCTOP_LINUX_PROCESS_NAMESPACE_H

#include <stdint.h>

// The number in the text of a link: "ipc:[4026531839]" of the type "ipc", "socket:[1234]" of
// "socket". 0: it is none of that type.
uint64_t link_inode(const char *text, const char *type);

// The inode number of the namespace of that type ("ipc", "mnt", "net", "pid") that ns/TYPE below
// `home` names; `home` ("self", "42", "42/task/43") is below `dir`. 0, with errno set: it cannot be
// read. May hang on a process stuck in exec.
uint64_t namespace_of(int dir, const char *home, const char *type);
// The same of this program; 0 where it cannot be read.
uint64_t namespace_of_ours(const char *proc, const char *type);

#endif
