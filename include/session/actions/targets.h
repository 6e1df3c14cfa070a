// The processes that an action on a row concerns.
#ifndef IPCTOP_SESSION_ACTIONS_TARGETS_H
#define IPCTOP_SESSION_ACTIONS_TARGETS_H

#include "model/record/identity_set.h"
#include "session/prompt/prompt.h"

// Whether a signal can be sent to it: it is a process.
bool target_is_process(const struct identity *target);
// Processes one can signal from n rows: holders of a segment, waiters and last users of a set or
// queue, a holder itself. Replaces *targets by each process once, and *labels (NULL: none are needed)
// by a menu label for each; appends the rows that have none to *without.
void targets_signal(const struct snapshot *s, const struct identity *rows, size_t n,
                    struct identity_vec *targets, struct menu_vec *labels,
                    struct identity_vec *without);
// What sends them the signal (0: not chosen yet); the caller owns it.
struct action_vec targets_actions(const struct identity_vec *targets, int signal);
// Why there is none, in words.
void targets_none(const struct snapshot *s, const struct identity *row, char *dst, size_t cap);

#endif
