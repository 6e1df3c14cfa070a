#include "linux/shared/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/statx.h"
#include "linux/shared/names.h"

// By the device: nothing is asked of a file system that may hang.
static bool is_ours(const struct stat *there)
{
    struct statx st;

    return statx_cached(AT_FDCWD, "/dev/shm", AT_NO_AUTOMOUNT, STATX_INO, &st) == 0 &&
           st.stx_dev_major == major(there->st_dev) && st.stx_dev_minor == minor(there->st_dev);
}

// Without a bound tmpfs shows 0 blocks: mm/shmem.c shmem_statfs(). So does ramfs.
int shm_place_of(int dir, struct shm_place *out)
{
    struct statfs fs;
    struct stat st;

    if (fstatfs(dir, &fs) < 0 || fstat(dir, &st) < 0)
        return -errno;
    if (fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC)
        return -EOPNOTSUPP;
    *out = (struct shm_place){.dev_major = major(st.st_dev),
                              .dev_minor = minor(st.st_dev),
                              .ours = is_ours(&st),
                              .size = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize,
                              .used = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize};
    return 0;
}

void shm_place_probe(const char *proc, int32_t pid, bool names, struct answer *answer)
{
    int dir = names ? names_open_shm_of(proc, pid) : names_find_shm_of(proc, pid);

    answer->error = dir < 0 ? dir : shm_place_of(dir, &answer->shm_place);
    answer->shm_place.pid = pid;
    if (!answer->error && names) {
        answer->error = names_in_shm(dir, SHARED_ELSEWHERE, &answer->shared); // closes it
        for (size_t i = 0; i < answer->shared.n; i++) {
            answer->shared.at[i].found = true;
            answer->shared.at[i].via = pid;
        }
    } else if (dir >= 0) {
        close(dir);
    }
}
