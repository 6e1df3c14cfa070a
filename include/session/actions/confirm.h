// From "this row" to actions the user has confirmed: who is meant, what it will do, yes or no.
#ifndef IPCTOP_SESSION_ACTIONS_CONFIRM_H
#define IPCTOP_SESSION_ACTIONS_CONFIRM_H

#include "session/prompt/prompt.h"

enum { CONFIRM_MANY = 10 }; // more targets than that: the word is typed

// The objects of the rows meant, tagged or selected, each once, as targets of `verb`. False: there
// is none, and it was said why. The caller frees.
bool choose_objects(struct session *s, enum action_verb verb, struct action_vec *actions);
// Asks whether to do it, after a list where there are several; says so where it cannot be done.
// Takes over `actions`.
void confirm_propose(struct session *s, struct action_vec actions);

// With a new picture: what is asked about a process says what is known of it only now.
void confirm_learn(struct session *s);

void choose_signal(struct session *s);
void choose_remove(struct session *s);
// Says why that is not done to the selected row, and has it logged.
void confirm_refuse(struct session *s, enum action_verb verb, const char *why);

#endif
