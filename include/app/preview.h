// What several actions will do together, and what came of them, as text. Pure.
#ifndef IPCTOP_APP_PREVIEW_H
#define IPCTOP_APP_PREVIEW_H

#include "app/session.h"

// Drops the actions that are impossible, and describes the rest: question and effect hold the
// totals; grave if any of them is. Returns the list to read, targets and refusals; caller frees.
char *preview_text(struct session *s, struct action_vec *actions, struct consequence *total);

// Every outcome in words, and one line of totals in `summary`. Caller frees.
char *preview_results(const struct outcome_vec *outcomes, char *summary, size_t cap);

#endif
