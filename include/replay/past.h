// What happened before a picture: the events of the pictures before it.
#ifndef IPCTOP_REPLAY_PAST_H
#define IPCTOP_REPLAY_PAST_H

#include "model/record/snapshot.h"
#include "replay/tape.h"

// Puts those of the last few hundred pictures, as far as they are not too large to be looked through at once,
// before the picture's own.
void past_add(struct tape *tape, const struct span *line, struct snapshot *s);

#endif
