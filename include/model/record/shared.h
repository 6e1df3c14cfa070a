// Shared memory and its kin that System V does not number: what shm_open(3), sem_open(3),
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

enum {                  // status
    SHARED_DELETED = 1, // it had a name, which is gone: it stays as long as it is held
    SHARED_ELSEWHERE =
        2,           // its name is in another mount namespace, of a queue in another IPC namespace
    SHARED_FULL = 4, // a queue whose next sender waits
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

// Whether what made it, by the rules for names (model/apps/shared_names.h), still runs. GONE: nor does
// any process of its owner that could not be looked at, and none of the others holds it.
enum shared_maker { MAKER_UNKNOWN, MAKER_LIVES, MAKER_GONE };

enum { SHARED_NAME = 256 };

struct shared_id {
    uint32_t dev_major, dev_minor;
    uint64_t inode;
};

struct shared {
    struct shared_id id;
    enum shared_type type;
    uint8_t status, known;
    uint8_t maker; // enum shared_maker
    bool found;    // in processes alone: it has no name here
    int32_t via;   // a process whose /dev/shm has the name; 0: ours has, or it is not known
    uint32_t uid, gid, mode;         // mode: 0777 alone
    uint64_t size;                   // of a queue: what it may hold
    uint64_t rss;                    // in memory or swapped out; of a queue: what it holds
    uint32_t attached;               // processes that map it
    uint32_t open;                   // descriptors
    uint32_t messages, max_messages; // of a queue
    uint32_t value;                  // of a semaphore
    uint32_t links;                  // names of the same file; 0: not known
    int64_t mtime;                   // written or resized last; 0: not known
    char name[SHARED_NAME];          // as its maker names it, without a directory; escaped
};
VEC(shared_vec, struct shared);

struct shared_mapping { // one VMA of one process
    struct shared_id id;
    int32_t pid;
    uint8_t perms; // MAP_*
    uint64_t start, end, offset;
};
VEC(shared_mapping_vec, struct shared_mapping);

struct shared_holder { // a process and one object that it maps or has open
    int32_t pid;
    struct shared_id id;
    uint32_t attaches;    // mappings
    uint32_t open;        // descriptors; known where NEED_SHARED_OPEN was read
    uint8_t access;       // union of the mappings' MAP_R|W|X
    uint64_t start_ticks; // 0: not known
};
VEC(shared_holder_vec, struct shared_holder);

enum { SHARED_LOOK_KNOWN = 1 };

// Whose mappings and descriptors were seen, of one look at all processes: a row of a table.
struct shared_look {
    uint32_t processes, unreadable, stuck;
    uint32_t left_out;      // processes with more mappings than are kept
    uint32_t places_unread; // /dev/shm of other mount namespaces whose names could not be read
    uint32_t names_unread;  // 1: some names in our own /dev/shm, or queues, could not be read
    uint8_t known;          // SHARED_LOOK_KNOWN, where any were asked
};
// Whether all processes were seen: where not, none seen to use an object means nothing.
bool shared_look_is_whole(const struct shared_look *look);

// What an action is done to: its name and how it is reached, besides device, inode and owner.
struct shared_target {
    const char *what; // "POSIX segment"; NULL: the target is none of these
    enum shared_type type;
    int32_t via;            // a process in whose mount namespace the name is; 0: ours, or not known
    char name[SHARED_NAME]; // escaped; empty: it has none
};

const char *shared_type_title(enum shared_type type); // "POSIX segment"
// Whether such have names that unlinking takes away (hugetlbfs aside), and whether this one has.
bool shared_type_has_names(enum shared_type type);
bool shared_has_name(const struct shared *row);
int shared_order(const struct shared_id *a, const struct shared_id *b); // <0, 0, >0
int shared_by_id(const void *a,
                 const void *b); // the same, for qsort(3), of what begins with its id
// NULL where it is none of them. `rows` ascend by id.
const struct shared *shared_among(const struct shared_vec *rows, const struct shared_id *id);

#endif
