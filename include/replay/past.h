// What happened before a picture: the events of the pictures before it.
#ifndef IPCTOP_REPLAY_PAST_H
#define IPCTOP_REPLAY_PAST_H

#include "model/record/snapshot.h"
#include "replay/tape.h"

// What is remembered of pictures that were looked at, so that the next step finds it: some 2000 at most.
struct past;
struct past *past_new(void);
void past_free(struct past *past); // NULL is fine

// Puts those of the last few hundred pictures, as far as they are not too large to be looked through at
// once, before the picture's own.
void past_add(struct past *past, struct tape *tape, const struct span *line, struct snapshot *s);

#endif
