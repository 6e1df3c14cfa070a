// The open files of a process. proc_pid_fd(5).
#ifndef IPCTOP_LINUX_FILES_DESCRIPTORS_H
#define IPCTOP_LINUX_FILES_DESCRIPTORS_H

#include "model/source.h"

// Fills answer->files (ascending by descriptor; sockets by inode alone), files_left_out, files_unread
// and net_namespace; answer->error is of the list. Facts: PROBE_SOCKETS_ONLY leaves all other files out, and
// costs half as much; PROBE_NET_ONLY all of them. Files on a file system that does not answer are shown as
// far as that need not be asked.
void descriptors_probe(const char *proc, int32_t pid, uint64_t facts, struct answer *answer);

#endif
