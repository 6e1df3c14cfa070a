// A picture from a line of a recording, as it is shown: what cannot be read of it is noted.
#ifndef IPCTOP_REPLAY_PICTURE_H
#define IPCTOP_REPLAY_PICTURE_H

#include "model/source.h"
#include "replay/damage.h"
#include "replay/document.h"

// `text` NULL: the line is too long, or cannot be read. NULL: the line is no picture, and the report says why;
// that is for the caller to note. One reference.
struct snapshot *picture_read(const char *text, size_t n, struct damage *damage,
                              const struct want *want, struct document_report *report);

#endif
