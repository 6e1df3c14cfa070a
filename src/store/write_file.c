#include "store/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/memory.h"
#include "store/trusted_path.h"

enum { FILE_MODE = 0640, PUBLIC_MODE = 0644, SETTINGS_MODE = 0600, LINKS_MAX = 8 };

static int explain(struct write_result *r, int error, const char *why)
{
    snprintf(r->why, sizeof r->why, "%s", why);
    return error;
}

static int fill(int fd, const struct write_job *job, struct write_result *r)
{
    FILE *out = fdopen(fd, "w");
    struct stat st;

    if (!out) {
        close(fd);
        return -ENOMEM;
    }
    errno = 0;
    int error = job->produce(out, job->arg, &r->rows);
    if (error && job->words)
        explain(r, error, job->words(error));
    if (fflush(out) != 0 && !error)
        error = errno ? -errno : -EIO;
    // Only a disk that has it can say that it has it.
    if (!error && fsync(fd) < 0 && errno != EINVAL)
        error = -errno;
    if (fstat(fd, &st) == 0)
        r->bytes = (uint64_t)st.st_size;
    if (fclose(out) != 0 && !error)
        error = -errno;
    return error;
}

static int create(int dir, const char *name, int mode)
{
    return error_or(
        openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode));
}

static bool has_mark(int dir, const char *name, const char *mark)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    char begin[64];
    ssize_t n = fd < 0 ? -1 : read(fd, begin, sizeof begin);

    if (fd >= 0)
        close(fd);
    return n >= (ssize_t)strlen(mark) && memcmp(begin, mark, strlen(mark)) == 0;
}

// Whether what has the name now, if anything, may be replaced.
static int check_old(int dir, const char *name, const struct write_job *job, struct write_result *r)
{
    bool ours = job->how == WRITE_SETTINGS || job->how == WRITE_SYSTEM;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    if (S_ISLNK(st.st_mode))
        return explain(r, -ELOOP, "it is a symbolic link");
    if (S_ISDIR(st.st_mode))
        return explain(r, -EISDIR, "it is a directory");
    if (!S_ISREG(st.st_mode))
        return explain(r, -EINVAL, "it is no regular file");
    if (ours && !trusted_file(&st))
        return explain(r, -EPERM, "it is not yours");
    if (job->mark && !has_mark(dir, name, job->mark))
        return explain(r, -EPERM, "not written by ipctop, left alone");
    return 0;
}

// Takes the place of a regular file by renaming: readers see the old one or the new one, and nothing
// is written through a link, into a device, or into somebody else's file.
static int replace(int dir, const char *name, const struct write_job *job, struct write_result *r)
{
    char temporary[300];
    int error = check_old(dir, name, job, r);
    int n = snprintf(temporary, sizeof temporary, "%s.%d~", name, (int)getpid());

    if (error)
        return error;
    if (n < 0 || (size_t)n >= sizeof temporary)
        return -ENAMETOOLONG;
    int mode = job->how == WRITE_SETTINGS                             ? SETTINGS_MODE
               : job->how == WRITE_PUBLIC || job->how == WRITE_SYSTEM ? PUBLIC_MODE
                                                                      : FILE_MODE;
    int fd = create(dir, temporary, mode);
    if (fd < 0)
        return fd;
    error = fill(fd, job, r);
    if (!error && renameat(dir, temporary, dir, name) < 0)
        error = -errno;
    if (error)
        unlinkat(dir, temporary, 0);
    return error;
}

// Only where nothing has the name; the caller may ask about a regular file.
static int write_new(int dir, const char *name, const struct write_job *job, struct write_result *r)
{
    int fd = create(dir, name, FILE_MODE);

    if (fd < 0) {
        int error = fd == -EEXIST ? check_old(dir, name, job, r) : 0;
        return error ? error : fd;
    }
    int error = fill(fd, job, r);
    if (error)
        unlinkat(dir, name, 0);
    return error;
}

// Where a symbolic link leads, as a path; the caller frees. NULL: it is none of ours.
static char *own_link(int dir, const char *path)
{
    const char *name = trusted_name(path);
    char target[4096];
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISLNK(st.st_mode) ||
        (st.st_uid != geteuid() && st.st_uid != 0) || !trusted_owner(&st))
        return NULL;
    ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
    if (n <= 0)
        return NULL;
    target[n] = '\0';
    return *target == '/' ? mem_copy_string(target)
                          : mem_format("%.*s%s", (int)(name - path), path, target);
}

// Settings may lie where a link of one's own leads, as people keep them under version control.
static int write_settings(const char *path, const struct write_job *job, struct write_result *r)
{
    char *at = mem_copy_string(path);
    int error = -ELOOP;

    for (int links = 0; links <= LINKS_MAX; links++) {
        int dir = trusted_directory(at, true);
        error = dir;
        if (dir == -EPERM)
            explain(r, dir, "a directory on the way is not yours");
        if (dir < 0)
            break;
        char *next = own_link(dir, at);
        if (!next)
            error = *trusted_name(at) ? replace(dir, trusted_name(at), job, r) : -EISDIR;
        close(dir);
        if (!next)
            break;
        free(at);
        at = next;
        error = -ELOOP;
    }
    free(at);
    return error;
}

static int write_system(const char *path, const struct write_job *job, struct write_result *r)
{
    int dir = trusted_directory(path, false);

    if (dir == -EPERM)
        return explain(r, dir, "a directory on the way is not yours");
    if (dir < 0)
        return dir;
    int error = replace(dir, trusted_name(path), job, r);
    close(dir);
    return error;
}

static int write_view(const char *path, const struct write_job *job, struct write_result *r)
{
    const char *name = trusted_name(path);
    char *parent = mem_format("%.*s.", (int)(name - path), path);
    int dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC), error = -errno;

    free(parent);
    if (dir < 0)
        return error;
    error = job->how == WRITE_NEW ? write_new(dir, name, job, r) : replace(dir, name, job, r);
    close(dir);
    return error;
}

int write_file(const struct write_job *job, struct write_result *r)
{
    const char *path = job->path, *name = trusted_name(path);

    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return explain(r, -EISDIR, "it is a directory");
    if (job->how == WRITE_SYSTEM)
        return write_system(path, job, r);
    return job->how == WRITE_SETTINGS ? write_settings(path, job, r) : write_view(path, job, r);
}
