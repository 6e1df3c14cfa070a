// The sockets of a network namespace, as the tables in /proc/PID/net of a process in it have them: any
// user may read them. proc_pid_net(5).
#ifndef IPCTOP_LINUX_FILES_SOCKETS_H
#define IPCTOP_LINUX_FILES_SOCKETS_H

#include "model/source.h"

// Fills answer->sockets, ascending by inode, with those of answer->inodes, which ascend; sockets_unread
// where some tables are there and could not be read. answer->error: -errno where none could. `is_procfs`: the
// kernel may be asked otherwise, too. `internet`: TCP and UDP alone.
void sockets_probe(const char *proc, int32_t pid, bool is_procfs, bool internet,
                   struct answer *answer);

#endif
