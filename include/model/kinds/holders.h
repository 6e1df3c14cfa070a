// Processes that hold segments, for the modules that look at one of them.
#ifndef IPCTOP_MODEL_KINDS_HOLDERS_H
#define IPCTOP_MODEL_KINDS_HOLDERS_H

#include "model/record/snapshot.h"

// Whether the process is in focus, itself or as a holder of the segment in focus.
bool holder_in_focus(const struct snapshot *s, const struct want *want, int32_t pid);

#endif
