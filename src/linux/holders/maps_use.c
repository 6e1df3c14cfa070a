// /proc/PID/smaps: maps, and below each mapping what it really uses. On demand, for one process.
#include "linux/holders/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

// "Rss:                 108 kB"
static bool is_field(const char *line, size_t len, const char *name, uint64_t *bytes)
{
    size_t at = strlen(name);
    uint64_t kib = 0;

    if (len <= at || memcmp(line, name, at) != 0)
        return false;
    while (at < len && line[at] == ' ')
        at++;
    if (at == len || line[at] < '0' || line[at] > '9')
        return false;
    for (; at < len && line[at] >= '0' && line[at] <= '9'; at++)
        if (__builtin_mul_overflow(kib, 10, &kib) ||
            __builtin_add_overflow(kib, (uint64_t)(line[at] - '0'), &kib))
            return false;
    return len - at == 3 && memcmp(line + at, " kB", 3) == 0 &&
           !__builtin_mul_overflow(kib, 1024, bytes);
}

static void take_field(struct mapping *mapping, const char *line, size_t len)
{
    uint64_t bytes;

    if (is_field(line, len, "Rss:", &bytes)) {
        mapping->rss = bytes;
        mapping->known |= MAP_KNOWS_USE;
    } else if (is_field(line, len, "Pss:", &bytes)) {
        mapping->pss = bytes;
    } else if (is_field(line, len, "Swap:", &bytes)) {
        mapping->swap = bytes;
    } else if (is_field(line, len, "Locked:", &bytes)) {
        mapping->locked = bytes;
    } else if (is_field(line, len, "Shared_Hugetlb:", &bytes) ||
               is_field(line, len, "Private_Hugetlb:", &bytes)) {
        mapping->rss += bytes; // huge pages are not in Rss; nor in Pss, which stays unknown
    } else if (is_field(line, len, "KernelPageSize:", &bytes) &&
               bytes > (uint64_t)sysconf(_SC_PAGESIZE)) {
        mapping->perms |= MAP_HUGE;
    }
}

static int take_all(FILE *file, const struct maps_devices *devices, bool sysv_only,
                    struct mapping_vec *out)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t got;
    bool taking = false, anything = false;

    errno = 0;
    while ((got = getline(&line, &cap, file)) > 0) {
        size_t len = (size_t)got, name_len;
        struct mapping mapping;
        const char *name;

        anything = true;
        if (line[len - 1] == '\n')
            len--;
        if (!maps_parse_line(line, len, &mapping, &name, &name_len)) {
            if (taking)
                take_field(&out->at[out->n - 1], line, len);
            continue;
        }
        bool sysv = maps_recognise(devices, &mapping, name, name_len);
        taking = sysv || !sysv_only;
        if (!taking)
            continue;
        if (!sysv)
            mapping.path = text_escape_new(name, name_len);
        vec_push(out, mapping);
    }
    int error = ferror(file) ? -(errno ? errno : EIO) : 0;
    free(line);
    return error ? error : anything ? 0 : -ESRCH;
}

int maps_read_use(int fd, const struct maps_devices *devices, bool sysv_only,
                  struct mapping_vec *out)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *file = own < 0 ? NULL : fdopen(own, "r");

    if (!file) {
        int error = -errno;
        if (own >= 0)
            close(own);
        return error;
    }
    size_t before = out->n;
    int error = take_all(file, devices, sysv_only, out);
    fclose(file);
    while (error && out->n > before)
        free(out->at[--out->n].path);
    return error;
}
