// The processes that an action on a row concerns.
#ifndef IPCTOP_SESSION_ACTIONS_TARGETS_H
#define IPCTOP_SESSION_ACTIONS_TARGETS_H

#include "session/prompt/prompt.h"

// Whether a signal can be sent to it: it is a process.
bool target_is_process(const struct identity *target);
// Processes one can signal from a row: holders of a segment, waiters and last users of a set or
// queue, a holder itself. Appends ACTION_SIGNAL entries (no signal yet) and a menu label for each
// that is not there yet. False: it has none.
bool targets_signal(const struct snapshot *s, const struct identity *row,
                    struct action_vec *actions, struct menu_vec *labels);
// Why there is none, in words.
void targets_none(const struct snapshot *s, const struct identity *row, char *dst, size_t cap);

#endif
