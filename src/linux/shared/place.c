#include "linux/shared/place.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "linux/shared/names.h"

static bool is_ours(dev_t device)
{
    int dir = names_open_shm();
    struct stat st;
    bool is = dir >= 0 && fstat(dir, &st) == 0 && st.st_dev == device;

    if (dir >= 0)
        close(dir);
    return is;
}

// Without a bound tmpfs shows 0 blocks: mm/shmem.c shmem_statfs().
static int look(int dir, struct shm_place *out)
{
    struct statfs fs;
    struct stat st;

    if (fstat(dir, &st) < 0 || fstatfs(dir, &fs) < 0)
        return -errno;
    *out = (struct shm_place){.dev_major = major(st.st_dev),
                              .dev_minor = minor(st.st_dev),
                              .here = is_ours(st.st_dev),
                              .size = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize,
                              .used = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize};
    return 0;
}

void shm_place_probe(const char *proc, int32_t pid, bool names, struct answer *answer)
{
    int dir = names_open_shm_of(proc, pid);

    answer->error = dir < 0 ? dir : look(dir, &answer->shm_place);
    answer->shm_place.pid = pid;
    if (!answer->error && names) {
        names_in_shm(dir, SHARED_ELSEWHERE, &answer->shared); // closes it
        for (size_t i = 0; i < answer->shared.n; i++) {
            answer->shared.at[i].found = true;
            answer->shared.at[i].via = pid;
        }
    } else if (dir >= 0) {
        close(dir);
    }
}
