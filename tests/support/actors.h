// Processes that attach, split, move, fork, exec and end as a test tells them to; every command has
// taken effect when it returns.
//
// Make them before the test starts threads.
#ifndef IPCTOP_TESTS_ACTORS_H
#define IPCTOP_TESTS_ACTORS_H

#include <stdbool.h>
#include <sys/types.h>

enum { ACTORS = 16, ACTOR_PAGES = 8 }; // pages of a segment

enum actor_op {
    OP_ATTACH,      // `which`: the shmid; `how`: 0 rw, 1 read-only, 2 executable
    OP_DETACH,      // the rest on one of its attachments, `which` counted around; `how` varies it
    OP_SPLIT,       // mprotect of some pages
    OP_UNMAP,       // munmap of head, middle, tail or all
    OP_PROTECT,     // mprotect of the whole: leaves no trace
    OP_MOVE,        // mremap
    OP_DUPLICATE,   // mremap with an old size of 0
    OP_FORK,        // into the slot `which`
    OP_SHARE,       // a clone on the same memory, as vfork makes it: leaves no trace
    OP_UNSHARE,     // ends one of those: no trace either
    OP_LEADER_EXIT, // its main thread ends, another goes on: no trace
    OP_LEAVE,       // for another IPC namespace: no trace
    OP_EXEC,        // becomes sleep(1): can do no more but end
    OP_EXIT,
    OP_COUNT
};
const char *actor_op_name(enum actor_op op);

struct actors;
struct actors *actors_new(void);         // one process, in slot 0; NULL where it failed
void actors_free(struct actors *actors); // ends all

bool actors_alive(const struct actors *actors, int slot); // can do something
int actors_free_slot(const struct actors *actors);        // -1: none
// False where there was nothing to do it on, or it failed.
bool actors_do(struct actors *actors, int slot, enum actor_op op, int which, int how);

#endif
