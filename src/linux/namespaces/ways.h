// Which processes live in which IPC namespace, as far as they were asked, and which mounts keep one:
// the ways in. Locked within.
#ifndef IPCTOP_LINUX_NAMESPACES_WAYS_H
#define IPCTOP_LINUX_NAMESPACES_WAYS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/source.h"

enum { WAY_PIDS = 4 };

struct way { // into one namespace
    uint64_t inode;
    int32_t pids[WAY_PIDS]; // of those asked last
    size_t n;
    char *mount;         // NULL: none; owned
    int64_t avoid_until; // CLOCK_MONOTONIC: it did not answer
};
VEC(way_vec, struct way);
void way_free(struct way *way);

struct ways {
    pthread_mutex_t lock;
    struct way_vec known; // ordered by inode
};

void ways_init(struct ways *ways);
void ways_free(struct ways *ways);
void ways_add_process(struct ways *ways, uint64_t inode, int32_t pid);
// Replaces the mounts by those of proc/self/mountinfo; their inodes, ascending, each once. 0, or -errno:
// then some may be missing.
int ways_read_mounts(struct ways *ways, const char *proc, struct inode_vec *inodes);
void ways_avoid(struct ways *ways, uint64_t inode, int64_t until);
// A copy of what is known, which may be nothing. False: it is to be avoided now.
bool ways_find(struct ways *ways, uint64_t inode, int64_t now, struct way *out);

#endif
