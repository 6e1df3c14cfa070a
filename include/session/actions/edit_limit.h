// Changing a limit of the kernel: a form with one field, then the confirmation.
#ifndef IPCTOP_SESSION_ACTIONS_EDIT_LIMIT_H
#define IPCTOP_SESSION_ACTIONS_EDIT_LIMIT_H

#include <stdbool.h>

struct session;

// Whether the selected limit can be changed from here: others are the whole machine's, or no kernel
// parameter.
bool edit_limit_may(struct session *s);
void edit_limit(struct session *s);

#endif
