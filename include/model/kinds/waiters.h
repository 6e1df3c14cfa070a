// Tasks that wait, for the modules that look for them.
#ifndef IPCTOP_MODEL_KINDS_WAITERS_H
#define IPCTOP_MODEL_KINDS_WAITERS_H

#include "model/record/snapshot.h"

// Whether an object is in focus whose waiters the kernel does not count: only asking shows them.
bool waiters_in_focus(const struct want *want);

#endif
