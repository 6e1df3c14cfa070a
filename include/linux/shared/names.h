// What has a name: segments and semaphores in /dev/shm, queues in /dev/mqueue.
#ifndef IPCTOP_LINUX_SHARED_NAMES_H
#define IPCTOP_LINUX_SHARED_NAMES_H

#include <sys/stat.h>

#include "model/record/shared.h"

// Both append rows and close `dir`, a directory that was opened for reading. Only entries of that
// very directory are looked at, by their names below the descriptor: no link is followed, nothing
// is attached, and no file is opened but regular ones on the same device. 0, or -errno where some could
// not be read: those that could are there all the same.
int names_in_shm(int dir, uint8_t status, struct shared_vec *out);
int names_in_mqueue(int dir, struct shared_vec *out);

// Directories opened for reading, or -errno: -EOPNOTSUPP where another file system is there, which
// may hang.
int names_open_shm(void);
// Ours as a place alone (O_PATH), whether it may be listed or not. The descriptor or -errno.
int names_find_shm(void);
// That of another mount namespace, by the root of a process in it, without following a symbolic link: it
// could lead into our own. Takes the right to trace the process; can hang, as its root can.
int names_open_shm_of(const char *proc, int32_t pid);
// The same as a place alone (O_PATH), on whatever file system: little is asked of that.
int names_find_shm_of(const char *proc, int32_t pid);
// The queues of this IPC namespace. Where none are mounted at /dev/mqueue, or the thread has `entered`
// the namespace and what is mounted is another's, by a mount that stands in no directory and goes with
// the descriptor (`unseen`): it is read only, no process sees it, and nothing is left of it. That takes
// CAP_SYS_ADMIN. mq_overview(7), fsmount(2).
int names_open_mqueue(bool entered, bool *unseen);
// Opens for reading the file that `at` (O_PATH) stands for, if it is the regular file of that id, else
// -ESTALE; or -errno. Nothing else is ever opened: what a name leads to may have become a device, whose
// driver would act on the opening. By /proc/self/fd: proc_pid_fd(5).
int names_open_file(int at, const struct shared_id *id, int flags);
// A name of that inode in `dir`, which stays open; of several the one that is shown as `shown`. `name`
// has room for NAME_MAX + 1. 0; -ENOENT: there is none; -errno of the directory.
int names_find(int dir, const struct shared_id *id, const char *shown, char *name);

// Whether a file is on the device of that id; whether it is the regular file of that id.
bool names_is_on(const struct stat *st, const struct shared_id *id);
bool names_is(const struct stat *st, const struct shared_id *id);

#endif
