// What /proc/sysvipc does not say of sets and queues, by semctl(2) and msgctl(2). Never blocks.
//
// What this user may not read, or what vanished meanwhile, stays unknown.
#ifndef IPCTOP_LINUX_OBJECTS_SEMCTL_H
#define IPCTOP_LINUX_OBJECTS_SEMCTL_H

#include "model/record/snapshot.h"

// s->semsets is read and ordered. Appends the elements of the set `only` or, where that is NULL, of
// all sets, to s->elements, and links each set to its own; gives those sets waiters and pids. Of all,
// those are left out, whole and marked so, that are beyond half a million semaphores.
void semctl_elements(struct snapshot *s, const int32_t *only);

// ncount + zcount summed, of the sets that do not know it yet: two calls a semaphore. The same are
// left out.
void semctl_waiters(struct semset_vec *sets);

// max_bytes of every queue: a call each.
void semctl_max_bytes(struct queue_vec *queues);

#endif
