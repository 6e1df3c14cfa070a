// Heirs: living processes that may have inherited an object whose own processes are all gone. Pure.
//
// A daemon that makes its objects and then goes to the background (daemon(3)) is another process
// than the one they name: fork(2) hands ids down, and the kernel keeps no record of that. It shows
// in a living process of the same user that was forked, by a process that is gone, when the object
// was new.
#ifndef IPCTOP_MODEL_APPS_HEIRS_H
#define IPCTOP_MODEL_APPS_HEIRS_H

#include "model/record/snapshot.h"

//
// A server that makes its sets and queues and then forks its workers lives on, and the last worker that
// used them may have ended: to those it is an heir as well.

enum { HEIRS_NEAR = 4096 }; // an heir's pid is so near the maker's

struct left { // an object whose processes are all gone
    const struct owned *o;
    int32_t maker; // the lowest of their pids
    int64_t made;  // epoch seconds
    // A set or queue in use since: a process that used it may be another than the one that made it,
    // which the kernel does not name.
    bool used;
    // A queue whose last receiver may have been a thread of a process that lives: the kernel notes the id of
    // the thread where that waited for the message (ipc/msg.c pipelined_send()). Its id; 0: none.
    int32_t receiver;
    // Seconds by which steps of the clock may have moved the starts of processes.
    int64_t earlier, later;
};
VEC(left_vec, struct left);

// Appends the objects all of whose processes are known to be gone. Needs what orphans need.
void heirs_left(const struct snapshot *s, struct left_vec *out);

// Whether the process may have inherited the object. Its pid is taken to follow the maker's: an
// heir that was forked after pids wrapped is missed. A daemon, which began a session since, may have
// been forked some seconds later, and where root made the object may have become another user. Of
// one that does not answer only its pid and user count: any user can make such processes, and leaves the
// objects of others alone with them.
bool heir_fits(const struct left *left, const struct heir *heir);

// Whether that process is the daemon that the segment's creator became by daemon(3): forked by a
// process that is gone, in a session that began after the creator did. A worker whose parent is
// gone belongs to the creator's session, or to an older one. Where root made the segment, the
// daemon may have changed its user since.
bool segment_is_daemons(const struct snapshot *s, const struct segment *segment, int32_t pid);

// Until when (epoch seconds) new processes may fit.
int64_t heirs_until(const struct left *left);

// One that may have inherited the object, among the snapshot's, or NULL. A silent one where there is no
// other.
const struct heir *segment_heir(const struct snapshot *s, const struct segment *segment);
const struct heir *semset_heir(const struct snapshot *s, const struct semset *set);
const struct heir *queue_heir(const struct snapshot *s, const struct queue *queue);

#endif
