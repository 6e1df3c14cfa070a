#include "ways.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/process/namespace.h"
#include "linux/process/proc_file.h"

enum { WAYS_MAX = 65536 }; // beyond, all are forgotten: those that live are found again

void way_free(struct way *way)
{
    free(way->mount);
    way->mount = NULL;
}

void ways_init(struct ways *ways)
{
    ways->known = (struct way_vec){0};
    pthread_mutex_init(&ways->lock, NULL);
}

static void forget(struct ways *ways)
{
    for (size_t i = 0; i < ways->known.n; i++)
        way_free(&ways->known.at[i]);
    vec_clear(&ways->known);
}

void ways_free(struct ways *ways)
{
    forget(ways);
    vec_free(&ways->known);
    pthread_mutex_destroy(&ways->lock);
}

static struct way *find(struct ways *ways, uint64_t inode)
{
    return vec_find(&ways->known, inode, inode);
}

static struct way *find_or_add(struct ways *ways, uint64_t inode)
{
    struct way *way = find(ways, inode);

    if (way)
        return way;
    if (ways->known.n >= WAYS_MAX)
        forget(ways);
    size_t at = vec_lower(&ways->known, other, other->inode < inode);
    vec_insert(&ways->known, at, (struct way){.inode = inode});
    return &ways->known.at[at];
}

void ways_add_process(struct ways *ways, uint64_t inode, int32_t pid)
{
    pthread_mutex_lock(&ways->lock);
    struct way *way = find_or_add(ways, inode);
    size_t i = 0;

    while (i < way->n && way->pids[i] != pid)
        i++;
    if (i == way->n) { // the oldest of those known gives way
        if (way->n < WAY_PIDS)
            way->n++;
        i = way->n - 1;
    }
    memmove(&way->pids[1], &way->pids[0], i * sizeof way->pids[0]);
    way->pids[0] = pid;
    pthread_mutex_unlock(&ways->lock);
}

void ways_avoid(struct ways *ways, uint64_t inode, int64_t until)
{
    pthread_mutex_lock(&ways->lock);
    find_or_add(ways, inode)->avoid_until = until;
    pthread_mutex_unlock(&ways->lock);
}

bool ways_find(struct ways *ways, uint64_t inode, int64_t now, struct way *out)
{
    pthread_mutex_lock(&ways->lock);
    const struct way *way = find(ways, inode);

    *out = way ? *way : (struct way){.inode = inode};
    out->mount = mem_copy_string(out->mount);
    bool may = out->avoid_until <= now;
    pthread_mutex_unlock(&ways->lock);
    if (!may)
        way_free(out);
    return may;
}

// --- mounts -------------------------------------------------------------------------------------

// The kernel writes blanks, line feeds and backslashes of a path as \ooo: proc_pid_mountinfo(5).
static void unescape(char *path)
{
    char *to = path;

    for (const char *from = path; *from; to++) {
        bool coded = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
                     from[2] <= '7' && from[3] >= '0' && from[3] <= '7';
        if (coded) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

// "36 35 0:4 ipc:[4026532201] /run/ns/web rw shared:1 - nsfs nsfs rw": root and mount point are the
// fourth and fifth field, the type follows a lone "-".
static bool parse_mount(char *line, uint64_t *inode, char **path)
{
    char *rest = NULL, *field = strtok_r(line, " \n", &rest), *root = NULL;
    bool is_nsfs = false;

    for (int i = 1; field; i++, field = strtok_r(NULL, " \n", &rest)) {
        if (i == 4)
            root = field;
        else if (i == 5)
            *path = field;
        else if (i > 5 && strcmp(field, "-") == 0) {
            field = strtok_r(NULL, " \n", &rest);
            is_nsfs = field && strcmp(field, "nsfs") == 0;
            break;
        }
    }
    *inode = is_nsfs ? link_inode(root, "ipc") : 0;
    return *inode != 0;
}

int ways_read_mounts(struct ways *ways, const char *proc, struct inode_vec *inodes)
{
    FILE *file = proc_file_stream(proc, "self/mountinfo");
    char *line = NULL, *path = NULL;
    size_t room = 0;
    uint64_t inode;

    if (!file)
        return -errno;
    pthread_mutex_lock(&ways->lock);
    for (size_t i = 0; i < ways->known.n; i++)
        way_free(&ways->known.at[i]);
    errno = 0;
    while (getline(&line, &room, file) > 0) {
        if (!parse_mount(line, &inode, &path))
            continue;
        struct way *way = find_or_add(ways, inode);
        unescape(path);
        way_free(way);
        way->mount = mem_copy_string(path);
        vec_push(inodes, inode);
    }
    int error = ferror(file) ? -(errno ? errno : EIO) : 0;
    pthread_mutex_unlock(&ways->lock);
    free(line);
    fclose(file);
    inodes_settle(inodes);
    return error;
}
