// Changing a limit of the kernel: a form with one field, then the confirmation.
#ifndef IPCTOP_APP_LIMITING_H
#define IPCTOP_APP_LIMITING_H

struct session;

void limiting_change(struct session *s);

#endif
