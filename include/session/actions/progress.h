// Progress of the submitted actions, and their outcomes: at the end one line or a list.
#ifndef IPCTOP_SESSION_ACTIONS_PROGRESS_H
#define IPCTOP_SESSION_ACTIONS_PROGRESS_H

#include "engine/sampler.h"

struct session;

// So many are handed over, which is said: `doing` as in model/record/action.h, NULL: none will be tried.
void progress_begin(struct session *s, size_t n, const char *doing);
void progress_add(struct session *s, const struct outcome *outcome);
// Shows how many are done; once all outcomes are there, the results: one line, or a list of several.
void progress_show(struct session *s);
// What has not begun is not tried any more. False: there is nothing of several actions to stop.
bool progress_cancel(struct session *s);

#endif
