// /proc/PID/smaps: maps, and below each mapping what it really uses. On demand, for one process.
#include "linux/holders/maps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

struct reading {
    const struct maps_devices *devices;
    bool sysv_only;
    struct mapping_vec *out;
    bool taking; // the fields that come are of the last one of `out`
};

// "Rss:                 108 kB"
static bool is_field(const char *line, const char *name, uint64_t *bytes)
{
    const char *value = line + strlen(name);
    uint64_t kib;
    int end = 0;

    return strncmp(line, name, strlen(name)) == 0 &&
           sscanf(value, "%" SCNu64 " kB%n", &kib, &end) == 1 && end && !value[end] &&
           !__builtin_mul_overflow(kib, 1024, bytes);
}

static void take_field(struct mapping *mapping, const char *line)
{
    uint64_t bytes;

    if (is_field(line, "Rss:", &bytes)) {
        mapping->rss = bytes;
        mapping->known |= MAP_KNOWS_USE;
    } else if (is_field(line, "Pss:", &bytes)) {
        mapping->pss = bytes;
    } else if (is_field(line, "Swap:", &bytes)) {
        mapping->swap = bytes;
    } else if (is_field(line, "Locked:", &bytes)) {
        mapping->locked = bytes;
    } else if (is_field(line, "Shared_Hugetlb:", &bytes) ||
               is_field(line, "Private_Hugetlb:", &bytes)) {
        mapping->rss += bytes; // huge pages are not in Rss; nor in Pss, which stays unknown
    } else if (is_field(line, "KernelPageSize:", &bytes) &&
               bytes > (uint64_t)sysconf(_SC_PAGESIZE)) {
        mapping->perms |= MAP_HUGE;
    }
}

static void take_line(void *arg, const char *line, size_t len)
{
    struct reading *r = arg;
    struct mapping mapping;
    const char *name;
    size_t name_len;

    if (!maps_parse_line(line, len, &mapping, &name, &name_len)) {
        if (r->taking)
            take_field(&r->out->at[r->out->n - 1], line);
        return;
    }
    bool sysv = maps_recognise(r->devices, &mapping, name, name_len);
    r->taking = sysv || !r->sysv_only;
    if (!sysv && r->taking)
        mapping.path = text_escape_new(name, name_len);
    if (r->taking)
        vec_push(r->out, mapping);
}

int maps_read_use(int fd, const struct maps_devices *devices, bool sysv_only,
                  struct mapping_vec *out)
{
    struct reading r = {.devices = devices, .sysv_only = sysv_only, .out = out};
    size_t before = out->n;
    int error = maps_each_line(fd, take_line, &r);

    while (error && out->n > before)
        free(out->at[--out->n].path);
    return error;
}
