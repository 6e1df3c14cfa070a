// When an object was made and last used, in epoch seconds, from the times the kernel keeps. Pure.
#ifndef IPCTOP_MODEL_RECORD_OBJECT_TIMES_H
#define IPCTOP_MODEL_RECORD_OBJECT_TIMES_H

#include "model/record/objects.h"

// When an object's creator surely existed: the earliest time it carries (ctime moves with IPC_SET).
int64_t segment_birth(const struct segment *segment);
// The last time lpid did something: the later of atime and dtime.
int64_t segment_last_use(const struct segment *segment);
// No later than this an element got the pid it names: by semop (otime), or by SETVAL, which moves
// ctime alone (ipc/sem.c).
int64_t semset_last_use(const struct semset *set);
int64_t queue_last_use(const struct queue *queue); // the later of stime and rtime; 0: never

#endif
