// Who still lives of those an object names, when they did something, and whether it is an orphan. Pure.
#ifndef IPCTOP_MODEL_ORPHANS_H
#define IPCTOP_MODEL_ORPHANS_H

#include "model/record/snapshot.h"

// Whether `pid` is still the process that did something at `time` (epoch seconds; 0: no check).
// A process that started more than two seconds later did not, unless that time is before the boot.
enum pid_state snapshot_pid_state(const struct snapshot *s, int32_t pid, int64_t time);
bool pid_state_ended(enum pid_state state);       // gone, or its pid is another's now
const char *pid_state_name(enum pid_state state); // "alive" …; NULL for PID_UNKNOWN

// When an object's creator surely existed: the earliest time it carries (ctime moves with IPC_SET).
int64_t segment_birth(const struct segment *segment);
// The last time lpid did something: the later of atime and dtime.
int64_t segment_last_use(const struct segment *segment);
// No later than this an element got the pid it names: by semop (otime), or by SETVAL, which moves
// ctime alone (ipc/sem.c).
int64_t semset_last_use(const struct semset *set);
int64_t queue_last_use(const struct queue *queue); // the later of stime and rtime; 0: never

// Whether an X server used it last, which lives: it attaches its clients' segments, and needs none
// after them.
bool segment_served(const struct snapshot *s, const struct segment *segment);

// True only when nothing uses the object and nobody who made or last used it lives; *known is
// false where that could not be found out. A pid outside this PID namespace may live: not known.
// Sets need NEED_ELEMENTS and NEED_SEM_WAITERS, queues NEED_WAITERS, all NEED_PROCESSES.
// Sets also need NEED_QUEUES: see semset_queue.
bool segment_orphan(const struct snapshot *s, const struct segment *segment, bool *known);
bool semset_orphan(const struct snapshot *s, const struct semset *set, bool *known);
bool queue_orphan(const struct snapshot *s, const struct queue *queue, bool *known);
// What is worth calling an orphan: known to be one, and idle for orphan_age. False of other kinds.
bool snapshot_orphan(const struct snapshot *s, enum kind_id kind, const void *object);
// The queue made together with a set: of the same user, by the key before. NULL where there is none.
const struct queue *semset_queue(const struct snapshot *s, const struct semset *set);

#endif
