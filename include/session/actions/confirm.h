// The confirmation of actions: a question with its consequence, after a preview where there are several.
#ifndef IPCTOP_SESSION_ACTIONS_CONFIRM_H
#define IPCTOP_SESSION_ACTIONS_CONFIRM_H

#include "session/prompt/prompt.h"

enum { CONFIRM_MANY = 10 }; // more targets than that: the word is typed

// Asks whether to do it, after a list where there are several; says so where it cannot be done.
// Takes over `actions`.
void confirm_propose(struct session *s, struct action_vec actions);

// Asks once more about what was refused as changed, once the outcomes are shown.
void confirm_changed(struct session *s);

// Refuses an action: says why, and logs it as an attempt where its target is something it could act on.
void confirm_refuse_action(struct session *s, const struct action *action, const char *why);
// Refuses `verb` on the selected row.
void confirm_refuse(struct session *s, enum action_verb verb, const char *why);

// Notes what the object is now, to be compared with, should it turn out to have been changed.
void confirm_note_state(const struct snapshot *s, struct action *action);

// What an action will do, in words that name the IPC namespace where that is not our own.
void confirm_foresee(const struct session *s, const struct action *action, struct consequence *out);
// What the consequence rests on and is not known yet: the arguments of a process may change what a signal
// means to it, open descriptors who uses shared memory, sockets whom its end hits.
enum { UNKNOWN_WHAT = 1, UNKNOWN_SERVED = 2 };
unsigned confirm_unknown(const struct snapshot *s, enum action_verb verb,
                         const struct identity *target);

#endif
