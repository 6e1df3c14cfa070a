// What has a name: segments and semaphores in /dev/shm, queues in /dev/mqueue.
#ifndef IPCTOP_LINUX_SHARED_NAMES_H
#define IPCTOP_LINUX_SHARED_NAMES_H

#include "model/record/shared.h"

// Both append rows and close `dir`, a directory that was opened for reading. Only entries of that
// very directory are looked at, by their names below the descriptor: no link is followed, nothing
// is attached, and no file is opened but regular ones on the same device.
void names_in_shm(int dir, uint8_t status, struct shared_vec *out);
void names_in_mqueue(int dir, struct shared_vec *out);

// Directories opened for reading, or -errno: -EOPNOTSUPP where another file system is there, which
// may hang.
int names_open_shm(void);
// The queues of this IPC namespace. Where none are mounted at /dev/mqueue, by a mount that stands in
// no directory and goes with the descriptor: nobody sees it, and nothing is left of it. That takes
// CAP_SYS_ADMIN. mq_overview(7), fsmount(2).
int names_open_mqueue(void);

#endif
