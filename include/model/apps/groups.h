// Objects made together: a server makes its segments, sets and queues within seconds, and may use some of
// them rarely. Pure.
#ifndef IPCTOP_MODEL_APPS_GROUPS_H
#define IPCTOP_MODEL_APPS_GROUPS_H

#include "model/record/snapshot.h"

// Marks each object that shows no use of its own (nobody attached, waiting or alive of the processes it
// names), but was made together with one that is in use: by the same creator for the same owner, next to
// it by key within five seconds (ftok(3) of one file counts), or next to it by id within two. Two
// segments must have been made by the same process. O(n log n). To be called once, before the snapshot is
// published.
void groups_mark(struct snapshot *snapshot);

// The object in use made together with this one; NULL where there is none.
const struct owned *group_mate(const struct snapshot *s, const struct owned *o);

#endif
