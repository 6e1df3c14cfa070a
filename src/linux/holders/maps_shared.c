// What a process maps of shared memory that is no segment of System V: recognised by the device and the
// name that the kernel gives it. Paths are read, never followed.
#include "linux/holders/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/order.h"
#include "base/text.h"
#include "linux/process/proc_file.h"
#include "procmap_query.h"

static bool begins(const char *name, size_t len, const char *with)
{
    return len >= strlen(with) && memcmp(name, with, strlen(with)) == 0;
}

bool maps_shared_path(const char *path, size_t len, struct shared *out)
{
    static const char SHM[] = "/dev/shm/", MEMFD[] = "/memfd:";
    size_t end = proc_file_undeleted(path, len), at = 1;

    if (begins(path, len, MEMFD)) { // mm/memfd.c: it has no name to be deleted
        out->type = SHARED_MEMFD;
        at = strlen(MEMFD);
    } else if (begins(path, end, SHM) && end > strlen(SHM)) {
        at = strlen(SHM);
        out->type = begins(path + at, end - at, "sem.") ? SHARED_SEMAPHORE : SHARED_POSIX;
    } else if (end > 0 && path[0] == '/' && !memchr(path + 1, '/', end - 1)) {
        out->type = SHARED_MQUEUE;
    } else {
        return false;
    }
    out->status = end < len && out->type != SHARED_MEMFD ? SHARED_DELETED : 0;
    text_escape(out->name, sizeof out->name, path + at, end - at);
    return true;
}

// Whether a mapping is shared memory of another kind, by its device and the name that the kernel
// gives it. What the kernel makes on its internal mounts has a name of its own there: mm/shmem.c
// shmem_zero_setup, mm/memfd.c, fs/hugetlbfs/inode.c hugetlb_file_setup.
static bool recognise(const struct maps_devices *devices, const struct mapping *mapping,
                      const char *name, size_t len, struct shared *out)
{
    size_t end = proc_file_undeleted(name, len);
    const char *slash = memrchr(name, '/', end);
    bool hugetlb = false;

    *out = (struct shared){.id = {mapping->dev_major, mapping->dev_minor, mapping->inode},
                           .type = SHARED_ANONYMOUS,
                           .found = true};
    if (!(mapping->perms & MAP_SHARED_BIT) || !mapping->inode || len == 0)
        return false;
    if (maps_on_device(devices, mapping->dev_major, mapping->dev_minor, &hugetlb))
        return begins(name, len, "/dev/zero") || begins(name, len, "/anon_hugepage") ||
               (maps_shared_path(name, len, out) && out->type == SHARED_MEMFD);
    if (!slash || !maps_on_hugetlbfs(devices, mapping->dev_major, mapping->dev_minor))
        return maps_shared_path(name, len, out) &&
               (out->type == SHARED_POSIX || out->type == SHARED_SEMAPHORE);
    out->type = SHARED_HUGETLBFS;
    out->status = end < len ? SHARED_DELETED : 0;
    text_escape(out->name, sizeof out->name, slash + 1, (size_t)(name + end - slash - 1));
    return true;
}

// --- what it maps, gathered ----------------------------------------------------------------------

// A process maps the same thing in a row, more often than not.
static void note_object(const struct shared *object, const struct mapping *mapping,
                        struct shared_vec *out)
{
    uint64_t reach = mapping->offset + (mapping->end - mapping->start);

    if (!out->n || shared_order(&out->at[out->n - 1].id, &object->id) != 0)
        vec_push(out, *object);
    struct shared *at = &out->at[out->n - 1];
    if (reach > at->size)
        at->size = reach; // as far as it is mapped: all of it, for what is made to be mapped
}

static int object_order(const void *a, const void *b)
{
    const struct shared *x = a, *y = b;

    return shared_order(&x->id, &y->id) ?: strcmp(x->name, y->name);
}

void maps_merge_shared(struct shared_vec *objects, size_t first)
{
    size_t kept = first;

    order_sort(objects->at + first, objects->n - first, sizeof *objects->at, object_order);
    for (size_t i = first; i < objects->n; i++) {
        struct shared *last = &objects->at[kept - (kept > first)];
        if (kept == first || shared_order(&last->id, &objects->at[i].id) != 0) {
            objects->at[kept++] = objects->at[i];
            continue;
        }
        last->open += objects->at[i].open;
        if (objects->at[i].size > last->size)
            last->size = objects->at[i].size;
    }
    objects->n = kept;
}

static int mapping_order(const void *a, const void *b)
{
    const struct shared_mapping *x = a, *y = b;

    return shared_order(&x->id, &y->id) ?: order_by_u64(x->start, y->start);
}

struct reading {
    const struct maps_devices *devices;
    struct mapping_vec *segments; // NULL: not wanted
    struct shared_mappings *out;
};

static void take(const struct reading *r, struct mapping *mapping, const char *name, size_t len)
{
    struct shared_mappings *out = r->out;
    struct shared object;

    if (r->segments && maps_recognise(r->devices, mapping, name, len)) {
        vec_push(r->segments, *mapping);
        return;
    }
    if (!recognise(r->devices, mapping, name, len, &object))
        return;
    if (out->mappings.n >= SHARED_MAPPINGS_MAX) {
        out->left_out = true;
        return;
    }
    note_object(&object, mapping, &out->objects);
    vec_push(&out->mappings, (struct shared_mapping){.id = object.id,
                                                     .perms = mapping->perms,
                                                     .start = mapping->start,
                                                     .end = mapping->end,
                                                     .offset = mapping->offset});
}

// What lies on a disk cannot be meant: its name is not asked for.
static bool may_be_meant(uint32_t dev_major)
{
    return dev_major == 0;
}

// One call gives a mapping and its name: what has a name to speak of is most of what is shared.
static int by_query(int fd, const struct reading *r)
{
    struct map_query query;
    char name[4096];

    for (uint64_t address = 0;; address = query.vma_end) {
        int error = maps_ask(fd, address, &query, name, sizeof name);
        bool unnamed = error == -ENAMETOOLONG;
        if (unnamed)
            error = maps_ask(fd, address, &query, NULL, 0);
        if (error)
            return error == -ENOENT ? 0 : error;
        if (query.vma_end <= address)
            return 0;
        if (unnamed || !query.vma_name_size || !may_be_meant(query.dev_major))
            continue;
        struct mapping mapping = maps_of_query(&query);
        take(r, &mapping, name, strnlen(name, sizeof name));
    }
}

// "55d0e000-55d2f000 rw-s ": looked at before a line is parsed, since few are shared.
static bool is_shared_line(const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);

    return space && len - (size_t)(space - line) > 4 && space[4] == 's';
}

static void take_line(void *arg, const char *line, size_t len)
{
    const struct reading *r = arg;
    struct mapping mapping;
    const char *name;
    size_t name_len;

    if (is_shared_line(line, len) && maps_parse_line(line, len, &mapping, &name, &name_len) &&
        may_be_meant(mapping.dev_major))
        take(r, &mapping, name, name_len);
}

static void undo(const struct reading *r, size_t segments)
{
    vec_clear(&r->out->objects);
    vec_clear(&r->out->mappings);
    r->out->left_out = false;
    if (r->segments)
        r->segments->n = segments;
}

int maps_read_shared(int fd, bool text_only, const struct maps_devices *devices,
                     struct mapping_vec *segments, struct shared_mappings *out)
{
    struct reading r = {.devices = devices, .segments = segments, .out = out};
    size_t before = segments ? segments->n : 0;
    int error = text_only ? -ENOTTY : by_query(fd, &r);

    out->method = SCAN_PROCMAP_QUERY;
    if (error)
        undo(&r, before);
    if (maps_lacks_query(error)) {
        out->method = SCAN_TEXT;
        error = maps_each_line(fd, take_line, &r);
        if (error)
            undo(&r, before);
    }
    maps_merge_shared(&out->objects, 0);
    vec_sort(&out->mappings, mapping_order);
    return error;
}
