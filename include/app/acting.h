// From "this row" to actions the user has confirmed: who is meant, what it will do, yes or no.
#ifndef IPCTOP_APP_ACTING_H
#define IPCTOP_APP_ACTING_H

#include "app/session.h"

enum { ACTING_MANY = 10 }; // more targets than that: the word is typed

void acting_signal(struct session *s);
void acting_remove(struct session *s);
// Shows what came of actions once all of their outcomes are there.
void acting_results(struct session *s);

#endif
