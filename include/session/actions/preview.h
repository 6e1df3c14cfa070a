// What several actions will do together, as text. Pure.
#ifndef IPCTOP_SESSION_ACTIONS_PREVIEW_H
#define IPCTOP_SESSION_ACTIONS_PREVIEW_H

#include "session/prompt/prompt.h"

// Moves the actions that are impossible to *refused, and describes the rest: question and effect
// hold the totals; grave if any of them is. Returns the list to read, what is refused and what is
// grave first; caller frees. `hidden`: so many more are tagged and left alone.
char *preview_text(const struct snapshot *s, size_t hidden, struct action_vec *actions,
                   struct outcome_vec *refused, struct consequence *total);
// What a single one will do; a signal to a row that has no process is impossible.
void preview_one(const struct snapshot *s, const struct action *action, struct consequence *out);
void preview_among(const struct snapshot *s, const struct action *action, const struct among *among,
                   struct consequence *out); // one of those that `among` was made of
// "3 tagged are hidden here and left alone"; NULL where none is. Caller frees.
char *preview_hidden(struct session *s);

#endif
