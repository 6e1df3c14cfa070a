#include "linux/databases.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/text.h"
#include "linux/process/mapped_ids.h"
#include "linux/process/proc_file.h"

enum {
    PIDFILE_MAX = 4096,
    NUMBERS_MAX = 256, // a line of numbers
    ENTRIES_MAX = 256,
    PLACES_MAX = 64,
    COMMAND_MAX = 4096,
    LINK_PATH_MAX = 4096
};

// --- postmaster.pid -----------------------------------------------------------------------------

static const uint64_t START_MAX = UINT64_C(1) << 40; // a time that is compared and subtracted

enum {
    LINE_PID,
    LINE_DIRECTORY,
    LINE_START,
    LINE_PORT,
    LINE_SOCKETS,
    LINE_LISTEN,
    LINE_SEGMENT,
    LINES
};

// `n` numbers between blanks and nothing else. The kernel's key is 32 bits; printed as unsigned
// long one above 2^31 has its sign in the upper half (src/backend/utils/init/miscinit.c).
static bool numbers(const char *at, const char *end, uint64_t *out, size_t n)
{
    char line[NUMBERS_MAX];
    size_t len = (size_t)(end - at);
    char *c = line;

    if (len >= sizeof line)
        return false;
    memcpy(line, at, len);
    line[len] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (proc_file_numbers(c, &out[i], 1) != 1)
            return false;
        c += strspn(c, " ");
        c += strspn(c, "0123456789");
    }
    return c + strspn(c, " \r") == line + len;
}

static void parse_segment(const char *at, const char *end, struct instance *out)
{
    uint64_t value[2];

    if (!numbers(at, end, value, 2) || value[1] > INT32_MAX)
        return;
    if (value[0] > UINT32_MAX && value[0] < UINT64_MAX - INT32_MAX)
        return;
    out->key = (uint32_t)value[0];
    out->shmid = (int32_t)value[1];
    if (out->key)
        out->known |= INSTANCE_KNOWS_SEGMENT;
}

static void parse_line(int line, const char *at, const char *end, struct instance *out)
{
    uint64_t value;

    switch (line) {
    case LINE_PID:
        if (numbers(at, end, &value, 1) && value > 0 && value <= INT32_MAX) {
            out->pid = (int32_t)value;
            out->known |= INSTANCE_KNOWS_PID;
        }
        break;
    case LINE_START:
        if (numbers(at, end, &value, 1) && value <= START_MAX)
            out->start_time = (int64_t)value;
        break;
    case LINE_PORT:
        if (numbers(at, end, &value, 1) && value > 0 && value < 65536) {
            out->port = (uint32_t)value;
            out->known |= INSTANCE_KNOWS_PORT;
        }
        break;
    case LINE_SEGMENT:
        parse_segment(at, end, out);
        break;
    default: // the directory is known from where the file lies
        break;
    }
}

void databases_parse_pidfile(const char *text, size_t len, struct instance *out)
{
    const char *end = text + len;

    for (int line = 0; line < LINES && text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if (!newline)
            return; // cut while it was written, or by somebody: half a number is none
        parse_line(line, text, newline, out);
        text = newline + 1;
    }
}

// --- a data directory ---------------------------------------------------------------------------

// Devices and pipes are not waited for, links not followed: the owner of the directory may put
// anything there.
static ssize_t read_plain_file(int dir, const char *name, char *dst, size_t cap)
{
    struct stat st;
    ssize_t n = -1;

    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        n = read(fd, dst, cap);
    close(fd);
    return n < 0 ? -EINVAL : n;
}

// Whether it is one: PG_VERSION is in it, or cannot be looked for. Where others than its owner may
// write (/tmp) anybody may have put that there; a server starts in none (checkDataDir() of
// src/backend/utils/init/miscinit.c and postmaster.c there).
static bool is_data_directory(int dir, const struct stat *of)
{
    struct stat st;

    if (!S_ISDIR(of->st_mode) || of->st_mode & (S_IWGRP | S_IWOTH))
        return false;
    if (fstatat(dir, "PG_VERSION", &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == EACCES;
    return S_ISREG(st.st_mode);
}

// What is not there, or may not be looked at, explains nothing; out of descriptors nothing is known.
static void note_error(int error, struct answer *answer)
{
    if (error_passes(error))
        answer->error = -error;
}

// A directory counts as that of a server (`server`: its directory in /proc; NULL: of none) only where
// the same user owns both: a process may have any name and any working directory.
static void add_directory(int dir, const char *path, const struct stat *server,
                          struct answer *answer)
{
    char text[PIDFILE_MAX];
    struct stat st;
    struct instance instance = {0};

    if (fstat(dir, &st) < 0 || !is_data_directory(dir, &st) ||
        (server && (server->st_uid != st.st_uid || mapped_user(st.st_uid) == UINT32_MAX)))
        return;
    text_escape(instance.directory, sizeof instance.directory, path, strlen(path));
    instance.device = st.st_dev;
    instance.inode = st.st_ino;
    instance.uid = mapped_user(st.st_uid);
    ssize_t n = read_plain_file(dir, "postmaster.pid", text, sizeof text);
    if (n >= 0)
        databases_parse_pidfile(text, (size_t)n, &instance);
    else
        note_error((int)-n, answer);
    vec_push(&answer->instances, instance);
}

static void add_path(const char *path, const struct stat *server, struct answer *answer)
{
    int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0) {
        note_error(errno, answer);
        return;
    }
    add_directory(dir, path, server, answer);
    close(dir);
}

// --- of a process -------------------------------------------------------------------------------

// The link of /proc leads there whatever the mount namespace.
static int by_working_directory(const char *proc, int32_t pid, const struct stat *server,
                                struct answer *answer)
{
    char link[LINK_PATH_MAX], path[LINK_PATH_MAX];

    if ((size_t)snprintf(link, sizeof link, "%s/%d/cwd", proc, pid) >= sizeof link)
        return -ENAMETOOLONG;
    int dir = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n > 0) {
        path[n] = '\0';
        add_directory(dir, path, server, answer);
    }
    close(dir);
    return answer->error;
}

// "postgres -D /var/lib/postgresql/15/main …", readable by everybody.
static void by_arguments(const char *proc, int32_t pid, const struct stat *server,
                         struct answer *answer)
{
    char text[COMMAND_MAX];
    ssize_t n = proc_file_read(text, sizeof text, proc, "%d/cmdline", pid);

    for (char *at = text; n > 0 && at < text + n; at += strlen(at) + 1) {
        if (strncmp(at, "-D", 2) != 0)
            continue;
        const char *path = at[2] ? at + 2 : at + strlen(at) + 1;
        if (path < text + n && *path == '/')
            add_path(path, server, answer);
        return;
    }
}

void databases_probe_server(const char *proc, int32_t pid, struct answer *answer)
{
    char path[LINK_PATH_MAX];
    struct stat server;

    if (pid <= 0)
        answer->error = -EINVAL;
    else if ((size_t)snprintf(path, sizeof path, "%s/%d", proc, pid) >= sizeof path)
        answer->error = -ENAMETOOLONG;
    else if (stat(path, &server) < 0) // its owner is the effective user
        answer->error = -errno;
    else
        answer->error = by_working_directory(proc, pid, &server, answer);
    if (answer->error == -EACCES || answer->error == -EPERM)
        by_arguments(proc, pid, &server, answer);
}

// --- the usual places ---------------------------------------------------------------------------

// Debian; Red Hat's; Arch, Alpine and containers; from source. A star stands for one name.
static const char *const places[] = {
    "/var/lib/postgresql/*/*",  "/var/lib/pgsql/*/data",  "/var/lib/pgsql/data",
    "/var/lib/postgresql/data", "/var/lib/postgres/data", "/usr/local/pgsql/data",
};

static void expand(const char *path, const char *rest, struct answer *answer)
{
    char longer[LINK_PATH_MAX];
    const char *star = strchr(rest, '*');
    int fixed = star ? (int)(star - rest) : (int)strlen(rest);

    if (answer->instances.n >= PLACES_MAX ||
        (size_t)snprintf(longer, sizeof longer, "%s%.*s", path, fixed, rest) >= sizeof longer)
        return;
    if (!star) {
        add_path(longer, NULL, answer);
        return;
    }
    DIR *dir = opendir(longer);
    struct dirent *d;
    if (!dir)
        note_error(errno, answer);
    for (int i = 0; dir && i < ENTRIES_MAX && (d = readdir(dir)); i++) {
        char named[LINK_PATH_MAX];
        if (d->d_name[0] != '.' &&
            (size_t)snprintf(named, sizeof named, "%s%s", longer, d->d_name) < sizeof named)
            expand(named, star + 1, answer);
    }
    if (dir)
        closedir(dir);
}

void databases_probe_places(const char *root, struct answer *answer)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        expand(root, places[i], answer);
}
