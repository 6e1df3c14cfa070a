// Actions on objects: each checks that the target is still the one that was chosen, acts, and
// reports.
#ifndef IPCTOP_LINUX_ACTIONS_OBJECTS_H
#define IPCTOP_LINUX_ACTIONS_OBJECTS_H

#include "model/record/action.h"

// ACTION_REMOVE, SET, LOCK, UNLOCK on objects, ACTION_REMOVE on shared memory with a name,
// ACTION_SIGNAL on the process of any kind that has one. Fills *outcome, whatever happens. Signals
// may hang (linux/actions/signal.h); the rest never blocks.
void objects_act(const char *proc, const struct action *action, struct outcome *outcome);

#endif
