// /proc/sysvipc/{shm,sem,msg} → segments, sets and queues of our IPC namespace. sysvipc(7).
//
// Readable by everyone whatever an object's mode, never blocks. `proc` is "/proc" or the root of a
// fixture. 0, -ENOENT and the like where the file cannot
// be read (a kernel without System V IPC), -EPROTO where its columns are not the kernel's.
// Lines that are cut or no numbers are left out; the others stay.
#ifndef IPCTOP_LINUX_OBJECTS_SYSVIPC_H
#define IPCTOP_LINUX_OBJECTS_SYSVIPC_H

#include "model/record/objects.h"

// Replaces the rows of that kind, a vector of struct segment, semset or queue, ordered by id.
int sysvipc_read(const char *proc, enum kind_id kind, void *rows);

#endif
