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
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/statx.h"
#include "base/text.h"
#include "linux/process/namespace.h"
#include "linux/process/proc_file.h"

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
    static const char memfd[] = "/memfd:";
    struct statx status;

    if (statx_cached(dir, name, 0, STATX_TYPE | STATX_NLINK | STATX_INO, &status) == 0) {
        file->kind = (uint8_t)kind_of(status.stx_mode);
        file->deleted = status.stx_nlink == 0;
        file->known |= FILE_KNOWS_DELETED;
        file->inode = status.stx_ino;
    }
    if (file->deleted)
        n = proc_file_undeleted(text, n);
    if (file->deleted && strncmp(text, memfd, sizeof memfd - 1) == 0)
        file->kind = FILE_MEMFD;
    file->path = text_escape_new(text, n);
}

// net/socket.c sockfs_xattr_get(): the kernel's name of its protocol (include/net/sock.h struct proto). The
// tables have no socket that is not bound, and none of some families.
static void take_protocol(const char *fd_dir, struct open_file *file)
{
    // clang-format off
    static const struct {
        const char *name;
        enum protocol protocol;
    } known[] = {
        {"TCP", PROTOCOL_TCP},         {"UDP", PROTOCOL_UDP},         {"UDP-Lite", PROTOCOL_UDPLITE},
        {"UDPLITE", PROTOCOL_UDPLITE}, {"RAW", PROTOCOL_RAW},         {"PING", PROTOCOL_ICMP},
        {"UNIX", PROTOCOL_UNIX},       {"UNIX-STREAM", PROTOCOL_UNIX}, {"NETLINK", PROTOCOL_NETLINK},
        {"PACKET", PROTOCOL_PACKET},   {"MPTCP", PROTOCOL_MPTCP},     {"SCTP", PROTOCOL_SCTP},
        {"AF_VSOCK", PROTOCOL_VSOCK},  {"XDP", PROTOCOL_XDP},         {"ALG", PROTOCOL_ALG},
        {"TIPC", PROTOCOL_TIPC},
    };
    // clang-format on
    char path[PATH_MAX + 16], text[64];

    snprintf(path, sizeof path, "%s/%" PRId32, fd_dir, file->fd);
    ssize_t n = getxattr(path, "system.sockprotoname", text, sizeof text - 1);
    if (n <= 0)
        return;
    text[n] = '\0';
    n = (ssize_t)strlen(text);
    file->ipv6 = n > 2 && strcmp(text + n - 2, "v6") == 0;
    if (file->ipv6)
        text[n - 2] = '\0';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, text) == 0)
            file->protocol = (uint8_t)known[i].protocol;
}

// "[eventfd]", "[pidfd]": which one is in its fdinfo, proc_pid_fdinfo(5), as lsof(8) shows it. The tail of
// their names, or an empty string.
static void anon_number(int dir, int32_t fd, const char *kind, char out[24])
{
    static const char *const numbers[][2] = {{"[eventfd]", "\neventfd-id:"}, {"[pidfd]", "\nPid:"}};
    char path[64], text[1024];

    out[0] = '\0';
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(kind, numbers[i][0]) != 0)
            continue;
        snprintf(path, sizeof path, "../fdinfo/%" PRId32, fd);
        ssize_t n = proc_file_read_at(dir, path, text, sizeof text);
        const char *line = n > 0 ? strstr(text, numbers[i][1]) : NULL;
        if (line)
            snprintf(out, 24, ":%ld", strtol(line + strlen(numbers[i][1]), NULL, 10));
    }
}

static void take_anon(int dir, const char *text, size_t n, struct open_file *file)
{
    char number[24], whole[PATH_MAX + 40];

    anon_number(dir, file->fd, text, number);
    if (*number) { // "[pidfd:42]"
        n = (size_t)snprintf(whole, sizeof whole, "%.*s%s]", (int)n - 1, text, number);
        text = whole;
    }
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
        take_anon(dir, text + skip, n - skip, file);
    }
}

static void take_entry(int dir, const char *fd_dir, const char *name, int32_t pid,
                       bool sockets_only, struct answer *answer)
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
    if (file.kind == FILE_SOCKET && !sockets_only)
        take_protocol(fd_dir, &file);
    vec_push(&answer->files, file);
}

static int fd_order(const void *a, const void *b)
{
    int32_t x = ((const struct open_file *)a)->fd, y = ((const struct open_file *)b)->fd;

    return (x > y) - (x < y);
}

static void read_all(DIR *dir, const char *fd_dir, int32_t pid, bool sockets_only,
                     struct answer *answer)
{
    const struct dirent *d;

    while (errno = 0, (d = readdir(dir)))
        if (d->d_name[0] != '.')
            take_entry(dirfd(dir), fd_dir, d->d_name, pid, sockets_only, answer);
    answer->error = -errno;
    vec_sort(&answer->files, fd_order);
}

void descriptors_probe(const char *proc, int32_t pid, uint64_t facts, struct answer *answer)
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
    if (!(facts & PROBE_NET_ONLY))
        read_all(dir, path, pid, facts & PROBE_SOCKETS_ONLY, answer);
    closedir(dir);
}
