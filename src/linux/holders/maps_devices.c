// Which devices SysV segments lie on, learned from mappings of our own on the same internal
// mounts: mm/shmem.c shm_mnt, fs/hugetlbfs/inode.c hugetlbfs_vfsmount[].
#include "linux/holders/maps.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/errors.h"

#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif

// The device of the mapping that starts at `address` in this process.
static int device_at(uintptr_t address, uint32_t *major, uint32_t *minor)
{
    FILE *file = fopen("/proc/self/maps", "re");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int error = -ENOENT;

    if (!file)
        return -errno;
    while (error && (len = getline(&line, &cap, file)) > 0) {
        struct mapping mapping;
        const char *name;
        size_t name_len;
        if (line[len - 1] == '\n')
            len--;
        if (!maps_parse_line(line, (size_t)len, &mapping, &name, &name_len) ||
            mapping.start != address)
            continue;
        *major = mapping.dev_major;
        *minor = mapping.dev_minor;
        error = 0;
    }
    free(line);
    fclose(file);
    return error;
}

static int learn(struct maps_devices *out, size_t size, int flags, bool hugetlb)
{
    // Shared anonymous memory nobody may touch costs an inode and an address range, no page:
    // NORESERVE lets even a machine without huge pages say where they would be.
    void *at =
        mmap(NULL, size, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    uint32_t major = 0, minor = 0;

    if (at == MAP_FAILED)
        return -errno;
    int error = device_at((uintptr_t)at, &major, &minor);
    munmap(at, size);
    if (error)
        return error;
    bool known_as;
    if (!maps_on_device(out, major, minor, &known_as) && out->n < MAPS_DEVICES) {
        out->at[out->n].major = major;
        out->at[out->n].minor = minor;
        out->at[out->n++].hugetlb = hugetlb;
    }
    return 0;
}

// Where there are no huge pages in this kernel, or nothing shows their sizes, none are learned; nor is a
// size that the kernel does not take.
static int learn_hugetlb(struct maps_devices *out)
{
    DIR *dir = opendir("/sys/kernel/mm/hugepages");
    struct dirent *entry;
    unsigned long kib;
    int error = 0;

    if (!dir)
        return error_passes(errno) ? -errno : 0;
    while ((errno = 0, entry = readdir(dir)) != NULL) {
        if (sscanf(entry->d_name, "hugepages-%lukB", &kib) != 1 || kib == 0 || (kib & (kib - 1)))
            continue;
        int log2 = __builtin_ctzl(kib) + 10;
        error = learn(out, (size_t)kib << 10, MAP_HUGETLB | log2 << MAP_HUGE_SHIFT, true);
        if (error == -ENOMEM)
            error = 0; // there is no such page, nor room for its address: so nothing lies on it
        if (error_passes(-error))
            break;
    }
    if (!entry)
        error = -errno;
    closedir(dir);
    return error_passes(-error) ? error : 0;
}

// "36 25 0:31 / /dev/hugepages rw,relatime shared:17 - hugetlbfs hugetlbfs rw"
static int learn_mounted(struct maps_devices *out)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t cap = 0;
    unsigned major, minor;

    if (!file)
        return error_passes(errno) ? -errno : 0;
    errno = 0;
    while (out->n_mounted < MAPS_DEVICES && getline(&line, &cap, file) > 0) {
        const char *type = strstr(line, " - ");
        if (!type || strncmp(type, " - hugetlbfs ", 13) != 0 ||
            sscanf(line, "%*d %*d %u:%u", &major, &minor) != 2)
            continue;
        out->mounted[out->n_mounted].major = major;
        out->mounted[out->n_mounted++].minor = minor;
    }
    int error = ferror(file) ? -(errno ? errno : EIO) : 0;
    free(line);
    fclose(file);
    return error;
}

int maps_learn_devices(struct maps_devices *out)
{
    out->n = out->n_mounted = 0;
    int error = learn(out, (size_t)sysconf(_SC_PAGESIZE), 0, false);
    if (!error)
        error = learn_hugetlb(out);
    return error ? error : learn_mounted(out);
}
