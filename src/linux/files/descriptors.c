// What a descriptor is says its link in /proc/PID/fd: the text names it, the permissions of the link are
// those of the open file (fs/proc/fd.c tid_fd_update_inode). Only what kind of file a path leads to,
// and whether it was deleted, takes a look at the file: without asking a server for it.
#include "linux/files/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/statx.h"
#include "base/text.h"
#include "linux/process/namespace.h"

enum { KEPT_MAX = 16384 }; // files of one process

static enum file_kind kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return FILE_REGULAR;
    case S_IFDIR:
        return FILE_DIRECTORY;
    case S_IFCHR:
        return FILE_CHARACTER;
    case S_IFBLK:
        return FILE_BLOCK;
    case S_IFIFO:
        return FILE_PIPE;
    default:
        return FILE_OTHER;
    }
}

// A name may end in " (deleted)" as well: the number of links decides.
static void take_path(int dir, const char *name, char *text, size_t n, struct open_file *file)
{
    static const char deleted[] = " (deleted)", memfd[] = "/memfd:";
    size_t tail = sizeof deleted - 1;
    struct statx status;

    if (statx_cached(dir, name, 0, STATX_TYPE | STATX_NLINK | STATX_INO, &status) == 0) {
        file->kind = (uint8_t)kind_of(status.stx_mode);
        file->deleted = status.stx_nlink == 0;
        file->known |= FILE_KNOWS_DELETED;
        file->inode = status.stx_ino;
    }
    if (file->deleted && n > tail && strcmp(text + n - tail, deleted) == 0)
        n -= tail;
    if (file->deleted && strncmp(text, memfd, sizeof memfd - 1) == 0)
        file->kind = FILE_MEMFD;
    file->path = text_escape_new(text, n);
}

static void take_link(int dir, const char *name, char *text, size_t n, struct open_file *file)
{
    if ((file->inode = link_inode(text, "socket"))) {
        file->kind = FILE_SOCKET;
    } else if ((file->inode = link_inode(text, "pipe"))) {
        file->kind = FILE_PIPE;
    } else if (text[0] == '/') {
        take_path(dir, name, text, n, file);
    } else { // "anon_inode:[eventpoll]", "net:[4026531840]"
        static const char anon[] = "anon_inode:";
        bool is_anon = strncmp(text, anon, sizeof anon - 1) == 0;
        size_t skip = is_anon ? sizeof anon - 1 : 0;
        file->kind = is_anon ? FILE_ANON : FILE_OTHER;
        file->path = text_escape_new(text + skip, n - skip);
    }
}

static void take_entry(int dir, const char *name, int32_t pid, bool sockets_only,
                       struct answer *answer)
{
    char text[PATH_MAX + 16];
    struct open_file file = {.pid = pid, .fd = atoi(name)};
    struct stat link;
    ssize_t n = readlinkat(dir, name, text, sizeof text - 1);

    if (n < 0) {
        answer->files_unread += errno != ENOENT && errno != ESRCH; // else it was closed meanwhile
        return;
    }
    text[n] = '\0';
    if (sockets_only && strncmp(text, "socket:", 7) != 0)
        return;
    if (answer->files.n == KEPT_MAX) {
        answer->files_left_out++;
        return;
    }
    if (fstatat(dir, name, &link, AT_SYMLINK_NOFOLLOW) == 0)
        file.mode = (uint8_t)((link.st_mode & S_IRUSR ? FILE_READS : 0) |
                              (link.st_mode & S_IWUSR ? FILE_WRITES : 0));
    take_link(dir, name, text, (size_t)n, &file);
    vec_push(&answer->files, file);
}

static int fd_order(const void *a, const void *b)
{
    int32_t x = ((const struct open_file *)a)->fd, y = ((const struct open_file *)b)->fd;

    return (x > y) - (x < y);
}

static void read_all(DIR *dir, int32_t pid, bool sockets_only, struct answer *answer)
{
    for (;;) {
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (!d)
            break;
        if (d->d_name[0] != '.')
            take_entry(dirfd(dir), d->d_name, pid, sockets_only, answer);
    }
    answer->error = -errno;
    if (answer->files.n > 1)
        qsort(answer->files.at, answer->files.n, sizeof *answer->files.at, fd_order);
}

void descriptors_probe(const char *proc, int32_t pid, bool sockets_only, struct answer *answer)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s/%" PRId32 "/fd", proc, pid) >= sizeof path) {
        answer->error = -ENAMETOOLONG;
        return;
    }
    DIR *dir = opendir(path);
    if (!dir) {
        answer->error = -errno;
        return;
    }
    answer->net_namespace = namespace_of(dirfd(dir), "..", "net");
    read_all(dir, pid, sockets_only, answer);
    closedir(dir);
}
