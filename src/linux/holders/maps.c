#include "linux/holders/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool maps_on_device(const struct maps_devices *devices, uint32_t major, uint32_t minor,
                    bool *hugetlb)
{
    for (size_t i = 0; i < devices->n; i++) {
        if (devices->at[i].major != major || devices->at[i].minor != minor)
            continue;
        *hugetlb = devices->at[i].hugetlb;
        return true;
    }
    return false;
}

bool maps_on_hugetlbfs(const struct maps_devices *devices, uint32_t major, uint32_t minor)
{
    for (size_t i = 0; i < devices->n_mounted; i++)
        if (devices->mounted[i].major == major && devices->mounted[i].minor == minor)
            return true;
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f') // the kernel prints lower case alone
        return c - 'a' + 10;
    return -1;
}

// ipc/shm.c newseg(): sprintf(name, "SYSV%08x", key); simple_dname() adds "/" and " (deleted)".
static bool is_sysv_name(const char *name, size_t len, uint32_t *key)
{
    static const char prefix[] = "/SYSV", suffix[] = " (deleted)";
    enum { PREFIX = sizeof prefix - 1, PLAIN = PREFIX + 8, FULL = PLAIN + sizeof suffix - 1 };

    if ((len != PLAIN && len != FULL) || memcmp(name, prefix, PREFIX) != 0 ||
        (len == FULL && memcmp(name + PLAIN, suffix, FULL - PLAIN) != 0))
        return false;
    *key = 0;
    for (size_t i = PREFIX; i < PLAIN; i++) {
        int digit = hex_digit(name[i]);
        if (digit < 0)
            return false;
        *key = *key << 4 | (uint32_t)digit;
    }
    return true;
}

bool maps_recognise(const struct maps_devices *devices, struct mapping *mapping, const char *name,
                    size_t len)
{
    bool hugetlb;

    // newseg() makes the inode number the id, which never exceeds INT_MAX (ipc/util.h).
    if (!(mapping->perms & MAP_SHARED_BIT) || mapping->inode > INT32_MAX ||
        !maps_on_device(devices, mapping->dev_major, mapping->dev_minor, &hugetlb) ||
        !is_sysv_name(name, len, &mapping->key))
        return false;
    mapping->shmid = (int32_t)mapping->inode;
    if (name[len - 1] == ')')
        mapping->perms |= MAP_DELETED;
    if (hugetlb)
        mapping->perms |= MAP_HUGE;
    return true;
}

int maps_each_line(int fd, void (*take)(void *arg, const char *line, size_t len), void *arg)
{
    char buffer[8192], *line = NULL;
    size_t cap = 0;
    ssize_t n;
    bool any = false;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *stream = own < 0 ? NULL : fdopen(own, "r");

    if (!stream) {
        int error = -errno;
        if (own >= 0)
            close(own);
        return error;
    }
    setvbuf(stream, buffer, _IOFBF, sizeof buffer); // the kernel gives a page at a time
    errno = 0;
    for (; (n = getline(&line, &cap, stream)) > 0; any = true) {
        if (line[n - 1] == '\n')
            line[--n] = '\0';
        take(arg, line, (size_t)n);
    }
    int error = ferror(stream) ? -(errno ? errno : EIO) : 0;
    free(line);
    fclose(stream);
    return error ? error : any ? 0 : -ESRCH;
}
