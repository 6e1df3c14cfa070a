// A key or a new snapshot comes in: the only place that knows every part of a session.
#ifndef IPCTOP_CONTROLLER_CONTROLLER_H
#define IPCTOP_CONTROLLER_CONTROLLER_H

#include "session/session.h"

void session_init(struct session *s, struct sampler *sampler, const struct session_options *o);
void session_free(struct session *s);

// A new snapshot: takes over the caller's reference, finds the selection of every view again.
void session_adopt(struct session *s, struct snapshot *snapshot);
void session_outcomes(struct session *s, const struct outcome_vec *outcomes);

// One key or mouse event, through the open prompt or the commands. Mouse events pass draw_mouse()
// first.
void session_key(struct session *s, const struct key_event *event);

#endif
