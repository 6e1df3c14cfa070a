#include "linux/shared/names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/memory.h"
#include "base/statx.h"
#include "base/text.h"
#include "linux/holders/descriptors.h"
#include "linux/process/mapped_ids.h"
#include "linux/process/proc_file.h"

static const int DIRECTORY = O_PATH | O_DIRECTORY | O_CLOEXEC;

// For reading, the directory that `at` stands for, which is closed; a negative one is its error.
static int list_dir(int at, long magic, long other)
{
    struct statfs fs;

    if (at < 0)
        return at;
    bool known = fstatfs(at, &fs) == 0;
    bool meant = known && ((long)fs.f_type == magic || (long)fs.f_type == other);
    int dir = meant ? openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int error = known && !meant ? EOPNOTSUPP : errno;
    close(at);
    return dir < 0 ? -error : dir;
}

int names_find_shm_of(const char *proc, int32_t pid)
{
    int root = proc_file_open(O_PATH | O_DIRECTORY, proc, "%" PRId32 "/root", pid);
    int dev = root < 0 ? root : error_or(openat(root, "dev", DIRECTORY | O_NOFOLLOW));
    int shm = dev < 0 ? dev : error_or(openat(dev, "shm", DIRECTORY | O_NOFOLLOW));

    if (root >= 0)
        close(root);
    if (dev >= 0)
        close(dev);
    return shm;
}

int names_open_shm_of(const char *proc, int32_t pid)
{
    return list_dir(names_find_shm_of(proc, pid), TMPFS_MAGIC, RAMFS_MAGIC);
}

int names_find_shm(void)
{
    return error_or(open("/dev/shm", DIRECTORY));
}

int names_open_shm(void)
{
    return list_dir(names_find_shm(), TMPFS_MAGIC, RAMFS_MAGIC);
}

#ifdef SYS_fsopen
// By the calls' numbers: the C library may be older than the kernel.
static int unseen_mount(void)
{
    enum {
        CREATE = 6,
        MOUNT_CLOEXEC = 1,
        FS_CLOEXEC = 1
    };                                               // linux/mount.h FSCONFIG_CMD_CREATE, ...
    const unsigned none = 0x01 | 0x02 | 0x04 | 0x08; // MOUNT_ATTR_RDONLY, NOSUID, NODEV, NOEXEC
    int fs = (int)syscall(SYS_fsopen, "mqueue", FS_CLOEXEC);

    if (fs < 0)
        return -errno;
    int mount = syscall(SYS_fsconfig, fs, CREATE, NULL, NULL, 0) < 0
                    ? -1
                    : (int)syscall(SYS_fsmount, fs, MOUNT_CLOEXEC, none);
    int error = errno;
    close(fs);
    if (mount < 0)
        return -error;
    int dir = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    error = errno;
    close(mount);
    return dir < 0 ? -error : dir;
}
#else
static int unseen_mount(void)
{
    return -ENOSYS;
}
#endif

// Whether a queue of that name in our own IPC namespace may be the one in `dir`. The name alone says so
// where the queue may not be opened; opened, the device does.
static bool may_be_ours(const char *name, dev_t dev, bool *sure)
{
    char path[NAME_MAX + 2];
    struct stat st;

    snprintf(path, sizeof path, "/%s", name);
    mqd_t queue = mq_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (queue < 0)
        return errno == EACCES;
    *sure = true;
    bool same = fstat(queue, &st) == 0 && st.st_dev == dev;
    mq_close(queue);
    return same;
}

// Without the right to mount: by the queues themselves. An empty directory shows nothing wrong.
static bool is_ours_by_queues(int dir, dev_t dev)
{
    DIR *stream = proc_file_entries(dir, ".");
    const struct dirent *entry;
    bool any = false, ours = false, sure = false;

    while (stream && !sure && (entry = readdir(stream)))
        if (entry->d_type == DT_REG) {
            bool may_be = may_be_ours(entry->d_name, dev, &sure);
            ours = sure ? may_be : ours || may_be;
            any = true;
        }
    if (stream)
        closedir(stream);
    return stream && (ours || !any);
}

// A mount outlives unshare(2) and setns(2): that at /dev/mqueue may be of another IPC namespace. Each
// namespace has one file system, ipc/mqueue.c mqueue_get_tree(), so that the device says which it is.
static bool is_ours(int dir, int *own)
{
    static _Thread_local struct stat space, device; // of the namespace that was looked at last
    struct stat now, at, mounted;

    if (fstat(dir, &at) < 0 || stat("/proc/self/ns/ipc", &now) < 0)
        return false;
    if (device.st_dev == at.st_dev && space.st_ino == now.st_ino)
        return true;
    *own = unseen_mount();
    bool ours = *own < 0 ? is_ours_by_queues(dir, at.st_dev)
                         : fstat(*own, &mounted) == 0 && mounted.st_dev == at.st_dev;
    if (ours && *own >= 0) {
        space = now;
        device = at;
    }
    return ours;
}

int names_open_mqueue(bool entered, bool *unseen)
{
    int at = entered ? -ENOENT : error_or(open("/dev/mqueue", DIRECTORY));
    int dir = list_dir(at, MQUEUE_SUPER, MQUEUE_SUPER), own = -EPERM;

    *unseen = dir < 0;
    if (dir < 0)
        return unseen_mount();
    bool ours = is_ours(dir, &own);
    *unseen = !ours;
    if (ours && own < 0)
        return dir;
    close(ours ? own : dir);
    return ours ? dir : own;
}

// --- rows ---------------------------------------------------------------------------------------

bool names_is_on(const struct stat *st, const struct shared_id *id)
{
    return major(st->st_dev) == id->dev_major && minor(st->st_dev) == id->dev_minor;
}

bool names_is(const struct stat *st, const struct shared_id *id)
{
    return names_is_on(st, id) && st->st_ino == id->inode && S_ISREG(st->st_mode);
}

int names_open_file(int at, const struct shared_id *id, int flags)
{
    char path[32];
    struct stat st;

    if (fstat(at, &st) < 0)
        return -errno;
    if (!names_is(&st, id))
        return -ESTALE;
    snprintf(path, sizeof path, "/proc/self/fd/%d", at);
    return error_or(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags));
}

// What is mounted over a name, a file of another file system, is no entry of the directory. 1; 0: it is
// none, or gone; -errno.
static int row_of(int dir, const char *name, struct shared *out)
{
    struct statx st;
    struct stat own;

    if (statx_cached(dir, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &st) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(dir, &own) < 0)
        return -errno;
    if (!S_ISREG(st.stx_mode) || st.stx_dev_major != major(own.st_dev) ||
        st.stx_dev_minor != minor(own.st_dev))
        return 0;
    *out = (struct shared){.id = {st.stx_dev_major, st.stx_dev_minor, st.stx_ino},
                           .known = SHARED_KNOWS_OWNER | SHARED_KNOWS_SIZE | SHARED_KNOWS_RSS,
                           .uid = mapped_user(st.stx_uid),
                           .gid = mapped_group(st.stx_gid),
                           .mode = st.stx_mode & 0777,
                           .size = st.stx_size,
                           .rss = st.stx_blocks * 512,
                           .links = st.stx_nlink,
                           .mtime = st.stx_mtime.tv_sec};
    text_escape(out->name, sizeof out->name, name, strlen(name));
    return 1;
}

// The file that the row is of, and no other that has its name by now. Negative: it is not opened.
static int open_row(int dir, const char *name, const struct shared *row, int flags)
{
    int at = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (at < 0)
        return -errno;
    int fd = names_open_file(at, &row->id, flags);
    close(at);
    return fd;
}

// glibc nptl/semaphoreP.h: on machines of 64 bits the value is the lower half of the first word, and
// the number of waiters the upper one. No trace is left: without the right to O_NOATIME it stays unread.
static void read_value(int dir, const char *name, struct shared *row)
{
    uint64_t word;
    int fd;

    if (sizeof(void *) != sizeof word || row->size < sizeof word ||
        (fd = open_row(dir, name, row, O_NOATIME)) < 0)
        return;
    if (pread(fd, &word, sizeof word, 0) == sizeof word) {
        row->value = (uint32_t)word;
        row->known |= SHARED_KNOWS_VALUE;
    }
    close(fd);
}

// "QSIZE:129 NOTIFY:0 ...": ipc/mqueue.c mqueue_read_file(). The file's own size says nothing.
static void read_queue(int dir, const char *name, struct shared *row)
{
    char text[128];
    struct mq_attr attr;
    uint64_t bytes;
    int fd = open_row(dir, name, row, 0);

    row->known &= (uint8_t) ~(SHARED_KNOWS_SIZE | SHARED_KNOWS_RSS);
    if (fd < 0)
        return;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    if (sscanf(text, "QSIZE:%" SCNu64, &bytes) == 1) {
        row->rss = bytes;
        row->known |= SHARED_KNOWS_RSS;
    }
    if (syscall(SYS_mq_getsetattr, fd, NULL, &attr) == 0) {
        row->messages = (uint32_t)attr.mq_curmsgs;
        row->max_messages = (uint32_t)attr.mq_maxmsg;
        row->size = (uint64_t)attr.mq_maxmsg * (uint64_t)attr.mq_msgsize;
        row->known |= SHARED_KNOWS_SIZE | SHARED_KNOWS_MESSAGES;
        if (attr.mq_curmsgs >= attr.mq_maxmsg)
            row->status |= SHARED_FULL;
    }
    close(fd);
}

static int each_name(int dir, bool queues, uint8_t status, struct shared_vec *out)
{
    DIR *stream = fdopendir(dir);
    const struct dirent *entry;
    int first = 0;

    if (!stream) {
        int error = errno;
        close(dir);
        return -error;
    }
    while (errno = 0, (entry = readdir(stream))) {
        struct shared row;
        int is = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN
                     ? row_of(dir, entry->d_name, &row)
                     : 0;
        if (is < 0 && !first)
            first = is;
        if (is <= 0)
            continue;
        row.status = status;
        row.type = queues                                   ? SHARED_MQUEUE
                   : strncmp(entry->d_name, "sem.", 4) == 0 ? SHARED_SEMAPHORE // sem_overview(7)
                                                            : SHARED_POSIX;
        if (queues)
            read_queue(dir, entry->d_name, &row);
        else if (row.type == SHARED_SEMAPHORE)
            read_value(dir, entry->d_name, &row);
        vec_push(out, row);
    }
    int error = errno ? -errno : first;
    closedir(stream);
    return error;
}

int names_in_shm(int dir, uint8_t status, struct shared_vec *out)
{
    return each_name(dir, false, status, out);
}

int names_in_mqueue(int dir, struct shared_vec *out)
{
    return each_name(dir, true, 0, out);
}

// Most names are shown as they are: the directory, which has as many as strangers like, is not read then.
static bool is_as_shown(int dir, const struct shared_id *id, const char *shown)
{
    struct stat st;
    char text[SHARED_NAME];
    size_t n = strlen(shown);

    return n > 0 && n <= NAME_MAX && !strchr(shown, '/') &&
           text_escape(text, sizeof text, shown, n) == n && strcmp(text, shown) == 0 &&
           fstatat(dir, shown, &st, AT_SYMLINK_NOFOLLOW) == 0 && names_is(&st, id);
}

int names_find(int dir, const struct shared_id *id, const char *shown, char *name)
{
    if (is_as_shown(dir, id, shown)) {
        memcpy(name, shown, strlen(shown) + 1);
        return 0;
    }
    DIR *stream = proc_file_entries(dir, ".");
    const struct dirent *entry;
    bool found = false, exact = false;

    if (!stream)
        return -errno;
    while (!exact && (errno = 0, entry = readdir(stream))) {
        char text[SHARED_NAME];
        if (entry->d_ino != id->inode)
            continue;
        text_escape(text, sizeof text, entry->d_name, strlen(entry->d_name));
        exact = strcmp(text, shown) == 0;
        if (exact || !found)
            memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
        found = true;
    }
    int error = exact || !errno ? 0 : -errno;
    closedir(stream);
    return error ? error : found ? 0 : -ENOENT;
}
