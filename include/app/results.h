// What came of the actions under way: how far they are, at the end one line or a list.
#ifndef IPCTOP_APP_RESULTS_H
#define IPCTOP_APP_RESULTS_H

#include "app/session.h"

void results_add(struct session *s, const struct outcome *outcome);
// Says how far it is; once all outcomes are there, what came of it. Several end in a list.
void results_show(struct session *s);
// What has not begun is not tried any more. False: there is nothing of several actions to stop.
bool results_cancel(struct session *s);

#endif
