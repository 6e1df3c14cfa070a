// A picture from a line of a recording, as it is shown: what cannot be read of it is noted.
#ifndef IPCTOP_REPLAY_PICTURE_H
#define IPCTOP_REPLAY_PICTURE_H

#include "model/source.h"
#include "replay/damage.h"

// `text` NULL: the line is too long, or cannot be read. `place` as damage_leave_out() has it. NULL, which is
// noted: the line is no picture. One reference.
struct snapshot *picture_read(const char *text, size_t n, int64_t place, struct damage *damage,
                              const struct want *want);

#endif
