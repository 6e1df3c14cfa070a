// Outcomes of actions in words. The functions that act answer codes and numbers alone.
#ifndef IPCTOP_MODEL_CONSEQUENCE_OUTCOMES_H
#define IPCTOP_MODEL_CONSEQUENCE_OUTCOMES_H

#include "model/record/action.h"

// An outcome of `action` with that code, and the state that belongs to it. `error` is an errno value;
// 0 unless the state is OUTCOME_FAILED.
struct outcome outcome_of(const struct action *action, enum outcome_code code, int error);
// Another code for the same, with its state.
void outcome_become(struct outcome *outcome, enum outcome_code code, int error);

// Fills outcome->text from the code and the facts. OUTCOME_TEXT has its text.
void outcome_say(struct outcome *outcome);

#endif
