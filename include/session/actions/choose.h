// Which rows a key means, tagged or selected, and the actions on them.
#ifndef IPCTOP_SESSION_ACTIONS_CHOOSE_H
#define IPCTOP_SESSION_ACTIONS_CHOOSE_H

#include "session/prompt/prompt.h"

// The objects of the rows meant, each once, as targets of `verb`. False: there are none, and the
// message says why. The caller frees.
bool choose_objects(struct session *s, enum action_verb verb, struct action_vec *actions);
// Leaves one action an object: rows that belong to it may share it.
void choose_distinct(struct action_vec *actions);
// Whether the rows meant have anything that could be done to them, as far as known: what is on the bar.
bool choose_may(struct session *s, enum action_verb verb);
void choose_signal(struct session *s);
void choose_remove(struct session *s);

#endif
