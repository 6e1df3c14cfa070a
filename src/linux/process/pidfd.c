#include "linux/process/pidfd.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal // the same number everywhere (but on Alpha)
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum { PIDFS = 0x50494446 }; // include/uapi/linux/magic.h PID_FS_MAGIC

int pidfd_of(int32_t pid)
{
    if (pid <= 0)
        return -ESRCH;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd >= 0)
        return fd;
    return errno == EINVAL || errno == ENOENT ? -ESRCH : -errno; // so it says of a thread's id
}

int pidfd_signal(int fd, int signal)
{
    return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0 ? -errno : 0;
}

uint64_t pidfd_instance(int fd)
{
    struct statfs fs;
    struct stat st;

    // Before, all of them shared one anonymous inode.
    if (fstatfs(fd, &fs) < 0 || fs.f_type != PIDFS || fstat(fd, &st) < 0)
        return 0;
    return st.st_ino;
}

uint64_t pidfd_instance_of(int32_t pid)
{
    int fd = pidfd_of(pid);

    if (fd < 0)
        return 0;
    uint64_t instance = pidfd_instance(fd);
    close(fd);
    return instance;
}
