// /proc/sysvipc/{shm,sem,msg} → segments, sets and queues of our IPC namespace. sysvipc(7).
//
// Readable by everyone whatever an object's mode, never blocks. `proc` is "/proc" or the root of a
// fixture. Each replaces *out by rows ordered by id. 0, -ENOENT and the like where the file cannot
// be read (a kernel without System V IPC), -EPROTO where its columns are not the kernel's.
// Lines that are cut or no numbers are left out; the others stay.
#ifndef IPCTOP_LINUX_OBJECTS_SYSVIPC_H
#define IPCTOP_LINUX_OBJECTS_SYSVIPC_H

#include "model/record/objects.h"

int sysvipc_segments(const char *proc, struct segment_vec *out);
int sysvipc_semsets(const char *proc, struct semset_vec *out);
int sysvipc_queues(const char *proc, struct queue_vec *out);

#endif
