// Who goes on for the makers of objects that name nobody alive. Pure.
//
// A daemon that makes its objects and then goes to the background (daemon(3)) is another process than
// the one they name: fork(2) hands ids down, and the kernel keeps no record of that. It shows in a living
// process of the same user that was forked, by a process that is gone, when the object was new.
#ifndef IPCTOP_MODEL_APPS_HEIRS_H
#define IPCTOP_MODEL_APPS_HEIRS_H

#include "model/record/snapshot.h"

enum { HEIRS_NEAR = 4096 }; // an heir's pid is so near the maker's

struct left { // an object all whose processes are gone
    const struct owned *o;
    int32_t maker; // the lowest of their pids
    int64_t made;  // epoch seconds
};
VEC(left_vec, struct left);

// Appends the objects that name processes of which none is alive, nor unknown. Needs what orphans need.
void heirs_left(const struct snapshot *s, struct left_vec *out);

// Whether a process that was forked so may have inherited it. Its pid follows the maker's: where pids
// began again from the lowest in between, it is missed.
bool heir_fits(const struct left *left, const struct heir *heir);

// Whether that process is a daemon the segment's creator became by daemon(3): one such, by a process that is
// gone, and of a session that began after the creator. A worker that lost its parent is of the creator's
// session, or an older one. It may have become another user since, where root made the segment.
bool segment_is_daemons(const struct snapshot *s, const struct segment *segment, int32_t pid);

// Until when (epoch seconds) new processes may fit.
int64_t heirs_until(const struct left *left);

// One that may have inherited the object, among the snapshot's, or NULL.
const struct heir *segment_heir(const struct snapshot *s, const struct segment *segment);
const struct heir *semset_heir(const struct snapshot *s, const struct semset *set);
const struct heir *queue_heir(const struct snapshot *s, const struct queue *queue);

#endif
