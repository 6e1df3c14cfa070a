// Semaphores of sets, for the modules that read them.
#ifndef IPCTOP_MODEL_KINDS_ELEMENTS_H
#define IPCTOP_MODEL_KINDS_ELEMENTS_H

#include "model/record/snapshot.h"

// The set in focus, itself or by one of its semaphores: its elements alone are wanted. NULL: all are.
const int32_t *elements_in_focus(const struct want *want);

#endif
