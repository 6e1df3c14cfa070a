#include "linux/holders/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/statx.h"
#include "linux/holders/maps.h"
#include "linux/process/mapped_ids.h"
#include "linux/process/proc_file.h"

enum { ROOM = 1024 };

static void know(const struct statx *st, struct shared *out)
{
    out->id = (struct shared_id){st->stx_dev_major, st->stx_dev_minor, st->stx_ino};
    out->uid = mapped_user(st->stx_uid);
    out->gid = mapped_group(st->stx_gid);
    out->mode = st->stx_mode & 0777;
    out->mtime = st->stx_mtime.tv_sec;
    out->known |= SHARED_KNOWS_OWNER;
    if (out->type == SHARED_MQUEUE)
        return;
    out->size = st->stx_size;
    out->rss = st->stx_blocks * 512;
    out->known |= SHARED_KNOWS_SIZE | SHARED_KNOWS_RSS;
}

// ipc/mqueue.c: FILENT_SIZE, the size of the line that a queue's file shows. Little else is asked
// which file system it is on. 1, 0 or -errno.
static int is_queue(int dir, const char *name, const struct statx *st)
{
    enum { LINE = 80 };
    struct statfs fs;

    if (st->stx_size != LINE)
        return 0;
    int fd = openat(dir, name, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int is = fstatfs(fd, &fs) < 0 ? -errno : fs.f_type == MQUEUE_SUPER;
    close(fd);
    return is;
}

// The link of proc leads to the file itself. Without synchronising, so that no server is asked. 1:
// it is shared memory; 0: it is not; -errno.
static int look(int dir, const char *name, struct shared *out)
{
    const int flags = AT_NO_AUTOMOUNT;
    struct statx st;

    if (statx_cached(dir, name, flags, STATX_BASIC_STATS, &st) < 0)
        return -errno;
    if (!S_ISREG(st.stx_mode) || st.stx_dev_major != 0)
        return 0;
    know(&st, out);
    return out->type != SHARED_MQUEUE ? 1 : is_queue(dir, name, &st);
}

static int look_at_entry(int dir, const char *name, struct shared *out)
{
    char link[4096];
    ssize_t n = readlinkat(dir, name, link, sizeof link);

    if (n < 0)
        return errno == EINVAL ? 0 : -errno; // "." and ".." are no links
    *out = (struct shared){.found = true};
    return maps_shared_path(link, (size_t)n, out) ? look(dir, name, out) : 0;
}

// The first `known` ones ascend by id: they were there before.
static void add(const struct shared *seen, size_t known, struct shared_vec *out)
{
    const struct shared_vec before = {.at = out->at, .n = known};
    size_t at = vec_lower(&before, o, shared_order(&o->id, &seen->id) < 0);

    if (at == known || shared_order(&out->at[at].id, &seen->id) != 0) {
        at = out->n;
        vec_push(out, *seen);
    }
    out->at[at].open++;
}

int descriptors_of_shared(int proc, int32_t pid, struct shared_vec *out, bool *unread)
{
    char path[64];
    const struct dirent *entry;
    size_t known = out->n, room = ROOM;

    snprintf(path, sizeof path, "%" PRId32 "/fd", pid);
    DIR *dir = proc_file_entries(proc, path);
    if (!dir)
        return -errno;
    while (errno = 0, (entry = readdir(dir))) {
        struct shared seen;
        int is = look_at_entry(dirfd(dir), entry->d_name, &seen);
        if (is > 0)
            add(&seen, known, out);
        else if (is < 0 && is != -ENOENT) // else it was closed meanwhile
            *unread = true;
        if (out->n - known > room) { // thousands of descriptors may be of one object
            maps_merge_shared(out, known);
            room = ROOM + 2 * (out->n - known);
        }
    }
    int error = -errno;
    closedir(dir);
    maps_merge_shared(out, known);
    return error;
}

int descriptors_map_file(int proc, int32_t pid, const struct shared_mapping *mapping,
                         struct shared_vec *out)
{
    char path[96];
    struct shared seen = {.found = true};
    struct statx st;

    snprintf(path, sizeof path, "%" PRId32 "/map_files/%" PRIx64 "-%" PRIx64, pid, mapping->start,
             mapping->end);
    if (statx_cached(proc, path, AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &st) < 0)
        return -errno;
    know(&st, &seen);
    if (shared_order(&seen.id, &mapping->id) != 0)
        return -ESRCH; // another file is mapped there by now
    vec_push(out, seen);
    return 0;
}
