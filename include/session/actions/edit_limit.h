// Changing a limit of the kernel: a form with one field, then the confirmation.
#ifndef IPCTOP_SESSION_ACTIONS_EDIT_LIMIT_H
#define IPCTOP_SESSION_ACTIONS_EDIT_LIMIT_H

struct session;

void edit_limit(struct session *s);

#endif
