// The /dev/shm that a process sees, by its root.
#ifndef IPCTOP_LINUX_SHARED_PLACE_H
#define IPCTOP_LINUX_SHARED_PLACE_H

#include "model/source.h"

// What the directory `dir`, which may be O_PATH, is the root of: size, use, and whether it is ours.
// 0; -EOPNOTSUPP: of no tmpfs(5) or ramfs; -errno.
int shm_place_of(int dir, struct shm_place *out);

// PROBE_SHM: answer->shm_place; with `names` also answer->shared, what has a name there. Can hang,
// as the root of a process can.
void shm_place_probe(const char *proc, int32_t pid, bool names, struct answer *answer);

#endif
