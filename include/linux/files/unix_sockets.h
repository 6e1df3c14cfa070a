// The unix(7) sockets of a network namespace by sock_diag(7), which names the other end, where
// /proc/PID/net/unix does not, and whose names cannot be forged by a newline.
#ifndef IPCTOP_LINUX_FILES_UNIX_SOCKETS_H
#define IPCTOP_LINUX_FILES_UNIX_SOCKETS_H

#include "model/source.h"

// Appends those of answer->inodes, which ascend, to answer->sockets. -errno, with nothing appended, where
// the kernel has no such interface or the namespace may not be entered: then the table in /proc is left.
int unix_sockets_read(const char *proc, int32_t pid, struct answer *answer);

#endif
