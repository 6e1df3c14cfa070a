// Header only. Shared memory and its kin that System V does not number: what shm_open(3), sem_open(3),
// memfd_create(2), mmap(2) with MAP_SHARED|MAP_ANONYMOUS, mq_open(3) and hugetlbfs make. All of them
// are files: device and inode number identify one for as long as the machine runs.
#ifndef IPCTOP_MODEL_RECORD_SHARED_H
#define IPCTOP_MODEL_RECORD_SHARED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"

enum shared_type {
    SHARED_POSIX,
    SHARED_MEMFD,
    SHARED_ANONYMOUS,
    SHARED_HUGETLBFS,
    SHARED_MQUEUE,
    SHARED_SEMAPHORE,
    SHARED_TYPES
};

enum {                    // status
    SHARED_DELETED = 1,   // it had a name, which is gone: it stays as long as it is held
    SHARED_ELSEWHERE = 2, // its name is in another mount namespace
    SHARED_FULL = 4,      // a queue whose next sender waits
};

enum {                      // known
    SHARED_KNOWS_OWNER = 1, // and perms
    SHARED_KNOWS_SIZE = 2,
    SHARED_KNOWS_RSS = 4,
    SHARED_KNOWS_ATTACHED = 8,
    SHARED_KNOWS_OPEN = 16,
    SHARED_KNOWS_MESSAGES = 32,
    SHARED_KNOWS_VALUE = 64,
};

enum { SHARED_NAME = 256 };

struct shared {
    uint64_t inode;
    uint32_t dev_major, dev_minor;
    enum shared_type type;
    uint8_t status, known;
    uint32_t uid, gid, mode;         // mode: 0777 alone
    uint64_t size;                   // of a queue: what it may hold
    uint64_t rss;                    // in memory or swapped out; of a queue: what it holds
    uint32_t attached;               // processes that map it
    uint32_t open;                   // descriptors
    uint32_t messages, max_messages; // of a queue
    uint32_t value;                  // of a semaphore
    int64_t mtime;                   // written or resized last; 0: not known
    char name[SHARED_NAME];          // as its maker names it, without a directory; escaped
};
VEC(shared_vec, struct shared);

#endif
