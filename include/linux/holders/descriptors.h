// What a process has open of shared memory, and what the kernel says of a file it maps.
#ifndef IPCTOP_LINUX_HOLDERS_DESCRIPTORS_H
#define IPCTOP_LINUX_HOLDERS_DESCRIPTORS_H

#include "model/record/shared.h"

// The file system of POSIX queues, by statfs(2): MQUEUE_MAGIC of ipc/mqueue.c, which no header has.
enum { MQUEUE_SUPER = 0x19800202 };

// Adds to `open` of those listed, and appends others. A descriptor is looked at where its name is of
// /dev/shm, of memfd_create(2) or of a queue: nothing else is asked for anything. `proc`: O_PATH.
// 0, or -errno of the list; *unread becomes true where a descriptor in it could not be looked at.
int descriptors_of_shared(int proc, int32_t pid, struct shared_vec *out, bool *unread);

// Owner, size and use of the file behind a mapping, by the link that the kernel keeps to it
// (map_files): no path is followed. Needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE. proc_pid_map_files(5)
int descriptors_map_file(int proc, int32_t pid, const struct shared_mapping *mapping,
                         struct shared_vec *out);

#endif
