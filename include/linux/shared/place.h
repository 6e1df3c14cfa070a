// The /dev/shm that a process sees, by its root.
#ifndef IPCTOP_LINUX_SHARED_PLACE_H
#define IPCTOP_LINUX_SHARED_PLACE_H

#include "model/source.h"

// PROBE_SHM: answer->shm_place; with `names` also answer->shared, what has a name there. Can hang, as the
// root of a process can.
void shm_place_probe(const char *proc, int32_t pid, bool names, struct answer *answer);

#endif
