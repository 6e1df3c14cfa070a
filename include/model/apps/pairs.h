// Objects that a program makes together. Pure.
#ifndef IPCTOP_MODEL_APPS_PAIRS_H
#define IPCTOP_MODEL_APPS_PAIRS_H

#include "model/record/snapshot.h"

// The queue made together with a set: of the same user, by the key before. NULL where there is none.
const struct queue *semset_queue(const struct snapshot *s, const struct semset *set);
// False where the search would take too long: beyond 4 million pairs semset_queue() returns NULL.
bool semset_queue_searchable(const struct snapshot *s, const struct semset *set);

#endif
