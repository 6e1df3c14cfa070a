// Carries out actions one after the other on a thread of its own: reading what a target still is
// can hang on a sick one, and the rest must go on.
#ifndef IPCTOP_ENGINE_ACTION_WORKER_H
#define IPCTOP_ENGINE_ACTION_WORKER_H

#include "engine/sampler.h"

struct action_worker;

// `done(arg)` is called by another thread whenever there is a new outcome. Of the options only
// `acting`, `acted` and `patience_ms` count. Never NULL; no thread is started before there is something to do.
struct action_worker *action_worker_new(const struct source *source,
                                        const struct sampler_options *options,
                                        void (*done)(void *arg), void *arg);
// Does not wait for an action that hangs; nothing is called afterwards. Returns how many
// threads are left behind: while there are any the source must stay.
size_t action_worker_free(struct action_worker *actor); // NULL is fine

// Copies them. Where there is no thread for them, or too many hang, each has that for its outcome.
void action_worker_push(struct action_worker *actor, const struct action *actions, size_t n);
// Outcomes of actions refused before they were handed over: reported, and logged, as others are.
void action_worker_note(struct action_worker *actor, const struct outcome *outcomes, size_t n);
// What has not begun yet is not tried: each is reported as OUTCOME_CANCELLED.
void action_worker_cancel(struct action_worker *actor);
// Appends the outcomes so far to *out, each once; what was not logged yet is logged before, which may block.
void action_worker_outcomes(struct action_worker *actor, struct outcome_vec *out);
// Appends the actions that have begun and whose outcomes were not taken yet.
void action_worker_begun(struct action_worker *actor, struct action_vec *out);
// An action that hangs is reported as failed, and the next ones go on. Call it at the time
// returned (CLOCK_MONOTONIC); INT64_MAX: there is nothing to watch.
int64_t action_worker_watch(struct action_worker *actor);

#endif
