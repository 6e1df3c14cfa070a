// Whether an object is an orphan: nothing uses it, and no process that made or used it lives. Pure.
#ifndef IPCTOP_MODEL_ORPHANS_H
#define IPCTOP_MODEL_ORPHANS_H

#include "model/record/snapshot.h"

// Whether an X server used it last, which lives: it attaches its clients' segments, and needs none
// after them.
bool segment_served(const struct snapshot *s, const struct segment *segment);

// True only when nothing uses the object and no process that made or last used it lives; *known is
// false where that could not be found out. A pid outside this PID namespace may live: not known.
// Sets need NEED_ELEMENTS and NEED_SEM_WAITERS, queues NEED_WAITERS, all NEED_PROCESSES.
// Sets also need NEED_QUEUES: see semset_queue.
bool segment_orphan(const struct snapshot *s, const struct segment *segment, bool *known);
bool semset_orphan(const struct snapshot *s, const struct semset *set, bool *known);
bool queue_orphan(const struct snapshot *s, const struct queue *queue, bool *known);
// What is worth calling an orphan: known to be one, and idle for orphan_age.
bool segment_abandoned(const struct snapshot *s, const struct segment *segment);
bool semset_abandoned(const struct snapshot *s, const struct semset *set);
bool queue_abandoned(const struct snapshot *s, const struct queue *queue);

#endif
