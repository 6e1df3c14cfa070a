// Limits of what is not System V's: /dev/shm, and fs.mqueue of the IPC namespace. mq_overview(7)
#ifndef IPCTOP_LINUX_SHARED_LIMITS_H
#define IPCTOP_LINUX_SHARED_LIMITS_H

#include "model/record/snapshot.h"

// Adds the use of fs.mqueue's limits to those that were read, where all queues can be read, and appends the
// row of /dev/shm, with nothing known where a tmpfs may be there and cannot be asked. `elsewhere`: the thread
// has entered another IPC namespace, whose processes may see another /dev/shm.
void shared_limits_read(bool elsewhere, struct limit_vec *limits);

#endif
