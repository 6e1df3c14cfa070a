// Whether an object is an orphan: nothing uses it, and no process that made or used it lives. Pure.
#ifndef IPCTOP_MODEL_ORPHANS_H
#define IPCTOP_MODEL_ORPHANS_H

#include "model/record/snapshot.h"

// What an orphan's verdict takes: what was made together with an object may be of any kind, and in use in
// any way (model/apps/groups.h).
enum {
    NEED_ORPHANS = NEED_PROCESSES | NEED_SYSTEM | NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES |
                   NEED_ELEMENTS | NEED_SEM_WAITERS | NEED_WAITERS | NEED_SERVERS
};

// Whether an X server used it last, which lives: it attaches its clients' segments, and needs none
// after them.
bool segment_served(const struct snapshot *s, const struct segment *segment);

// True only when nothing uses the object and no process that made or last used it lives; *known is
// false where that could not be found out. A pid outside this PID namespace may live: not known. All need
// NEED_ORPHANS. kind->orphan of these.
bool segment_orphan(const struct snapshot *s, const void *segment, bool *known);
bool semset_orphan(const struct snapshot *s, const void *set, bool *known);
bool queue_orphan(const struct snapshot *s, const void *queue, bool *known);

#endif
