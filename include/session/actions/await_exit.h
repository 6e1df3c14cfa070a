// After SIGTERM and SIGKILL: whether the process ended, or what keeps it.
#ifndef IPCTOP_SESSION_ACTIONS_AWAIT_EXIT_H
#define IPCTOP_SESSION_ACTIONS_AWAIT_EXIT_H

#include "model/record/action.h"
#include "model/record/snapshot.h"

struct session;

// Of the actions handed over, those whose end is awaited. At most WANT_FOLLOWED at a time.
void await_exit_begin(struct session *s, const struct action *actions, size_t n);
void await_exit_outcome(struct session *s, const struct outcome *outcome);
// What a new picture says of them, in the message line.
void await_exit_look(struct session *s, const struct snapshot *picture);
// Adds them to what is read.
void await_exit_want(const struct session *s, struct want *want);

#endif
