// Removing what POSIX names: shm_unlink(3), sem_unlink(3), mq_unlink(3), in the mount namespace where the
// name is.
//
// No path is built of a name that somebody else chose: the directory is opened, the entry found in it by
// the inode number, opened without following anything, compared with what was shown, and unlinked below
// the directory's descriptor.
#ifndef IPCTOP_LINUX_ACTIONS_UNLINK_H
#define IPCTOP_LINUX_ACTIONS_UNLINK_H

#include "model/record/action.h"

// ACTION_REMOVE. Can hang where the name is in another mount namespace: the root of a process there is
// walked. Queues are looked for in the IPC namespace of the calling thread.
//
// With unused_only, segments and semaphores are refused that are in use, or of which the user may not check
// that: it takes the right to read the file, and to own it or CAP_LEASE. Queues are not: nothing shows
// whether one is in use.
void unlink_act(const char *proc, const struct action *action, struct outcome *outcome);

#endif
