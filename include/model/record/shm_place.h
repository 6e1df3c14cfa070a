// Header only. Each /dev/shm of the machine: one in every mount namespace, of which many may be the same
// file system. mount_namespaces(7), shm_overview(7).
#ifndef IPCTOP_MODEL_RECORD_SHM_PLACE_H
#define IPCTOP_MODEL_RECORD_SHM_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"

struct mount_namespace {
    uint64_t inode;
    int32_t pid; // the oldest process in it of those seen
    uint64_t start_ticks;
    bool shown; // processes of the IPC namespace that is shown live in it
};
VEC(mount_namespace_vec, struct mount_namespace);

struct shm_place {
    uint32_t dev_major, dev_minor;
    bool ours; // the one that this process sees
    // Processes of the IPC namespace that is shown see it; of our own namespace: it is ours.
    bool here;
    uint64_t mount_namespace; // one of those where it is
    int32_t pid;              // a process there
    uint64_t size, used;      // bytes; size 0: no bound
};
VEC(shm_place_vec, struct shm_place);

#endif
