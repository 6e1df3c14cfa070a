// PROCMAP_QUERY walks the shared file-backed mappings alone: a process with 120 mappings answers in
// one or two calls, where text costs the kernel 10 KiB of formatting.
#include "linux/holders/maps.h"

#include <errno.h>
#include <string.h>

#include "procmap_query.h"

struct mapping maps_of_query(const struct map_query *query)
{
    struct mapping mapping = {
        .shmid = -1,
        .dev_major = query->dev_major,
        .dev_minor = query->dev_minor,
        .start = query->vma_start,
        .end = query->vma_end,
        .offset = query->vma_offset,
        .inode = query->inode,
    };

    if (query->vma_flags & QUERY_READABLE)
        mapping.perms |= MAP_R;
    if (query->vma_flags & QUERY_WRITABLE)
        mapping.perms |= MAP_W;
    if (query->vma_flags & QUERY_EXECUTABLE)
        mapping.perms |= MAP_X;
    if (query->vma_flags & QUERY_SHARED)
        mapping.perms |= MAP_SHARED_BIT;
    return mapping;
}

int maps_ask(int fd, uint64_t address, struct map_query *query, char *name, size_t cap)
{
    *query = (struct map_query){
        .size = sizeof *query,
        .query_flags = QUERY_COVERING_OR_NEXT | QUERY_SHARED | QUERY_FILE_BACKED,
        .query_addr = address,
        .vma_name_size = (uint32_t)cap,
        .vma_name_addr = cap ? (uintptr_t)name : 0, // one without the other is EINVAL
    };
    while (ioctl(fd, MAP_QUERY, query) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

// With its name at once: nearly all that is shared is looked at closer.
static int walk(int fd, const struct maps_devices *devices, struct mapping_vec *out)
{
    struct map_query query;
    bool hugetlb;
    char name[4096];

    for (uint64_t address = 0;; address = query.vma_end) {
        int error = maps_ask(fd, address, &query, name, sizeof name);
        if (error == -ENAMETOOLONG) { // no segment's
            error = maps_ask(fd, address, &query, NULL, 0);
            query.vma_name_size = 0;
        }
        if (error)
            return error == -ENOENT ? 0 : error;
        if (query.vma_end <= address)
            return 0;
        if (!query.vma_name_size ||
            !maps_on_device(devices, query.dev_major, query.dev_minor, &hugetlb))
            continue;
        struct mapping mapping = maps_of_query(&query);
        if (maps_recognise(devices, &mapping, name, strnlen(name, sizeof name)))
            vec_push(out, mapping);
    }
}

// An old kernel, or a filter of system calls (seccomp(2)) that refuses the call: the text says it.
bool maps_lacks_query(int error)
{
    return error == -EINVAL || error == -ENOSYS || error == -EPERM || error == -EACCES ||
           error == -ENOTTY;
}

static int query_read(int fd, const struct maps_devices *devices, struct mapping_vec *out)
{
    size_t before = out->n;
    int error = walk(fd, devices, out);

    if (error)
        out->n = before;
    return maps_lacks_query(error) ? -ENOTTY : error;
}

// Asked for by address a mapping is found at once, where the walk passes all others.
static bool query_still(int fd, const struct mapping_vec *known)
{
    const uint8_t asked = MAP_R | MAP_W | MAP_X | MAP_SHARED_BIT;
    struct map_query query;

    for (size_t i = 0; i < known->n; i++) {
        const struct mapping *then = &known->at[i];
        if (maps_ask(fd, then->start, &query, NULL, 0) != 0)
            return false;
        const struct mapping now = maps_of_query(&query);
        if (now.start != then->start || now.end != then->end || now.offset != then->offset ||
            now.inode != then->inode || now.dev_major != then->dev_major ||
            now.dev_minor != then->dev_minor || now.perms != (then->perms & asked))
            return false;
    }
    return true;
}

const struct maps_engine maps_by_query = {
    .method = SCAN_PROCMAP_QUERY,
    .read = query_read,
    .still = query_still,
};
