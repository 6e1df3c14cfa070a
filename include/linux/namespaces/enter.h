// Work done in another IPC namespace, by a thread that enters it (setns(2), CLONE_NEWIPC) and ends with
// the work: no other thread of the program ever leaves its own. ipc_namespaces(7).
//
// Nothing here keeps a descriptor of a namespace: one held open would keep its objects, and their
// memory, after its last process has ended.
#ifndef IPCTOP_LINUX_NAMESPACES_ENTER_H
#define IPCTOP_LINUX_NAMESPACES_ENTER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/source.h"

struct namespaces; // which ways lead into which namespace; may be used by several threads

// `proc` is copied. `pidfds`: its pids are those of pidfd_open(2). Never NULL.
struct namespaces *namespaces_new(const char *proc, bool pidfds);
void namespaces_free(struct namespaces *self); // NULL is fine

// The IPC and the mount namespace a process lives in, into answer->ipc_namespace and mount_namespace (0: not
// readable); the start of the process, into answer->process, in clock ticks since boot. answer->error is 0 or
// -errno. Can hang, as all reading of a process can. proc_pid_ns(5)
void namespaces_probe(struct namespaces *self, int32_t pid, struct answer *answer);
// Those that a bind mount of /proc/PID/ns/ipc in our mount namespace keeps, into answer->inodes, ascending;
// answer->error where the mounts could not be read. proc_pid_mountinfo(5)
void namespaces_probe_mounts(struct namespaces *self, struct answer *answer);

// Runs work(arg) in that namespace, and waits for it; in the calling thread where it is our own. The work
// must not hang. 0; -ENOENT: no process is known to live there now, and no mount; -EPERM, -EACCES;
// -ETIMEDOUT: the way did not answer; another -errno.
int namespaces_run(struct namespaces *self, uint64_t inode, void (*work)(void *arg), void *arg);

#endif
