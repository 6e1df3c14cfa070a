#include "app/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/thread.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

enum { FILE_MODE = 0640, SETTINGS_MODE = 0600, DIR_MODE = 0700 };
static const int64_t FREE_WAIT = CLOCK_SECOND;

struct writer {
    pthread_mutex_t lock;
    pthread_cond_t idle;
    int fd;
    bool busy, done; // done: `result` was not taken yet
    struct write_job job;
    char *path;
    struct write_result result;
};

// --- the file -------------------------------------------------------------------------------------

static int explain(struct write_result *r, int error, const char *why)
{
    snprintf(r->why, sizeof r->why, "%s", why);
    return error;
}

// As root, what lies on the way must be root's: a directory or link of somebody else's could send
// what we write anywhere. Where not even / is root's (in a user namespace) we are no root to fear.
static bool trusted(const struct stat *st)
{
    struct stat top;

    if (geteuid() != 0 || st->st_uid == 0 || stat("/", &top) < 0 || top.st_uid != 0)
        return true;
    return false;
}

static int step(int at, const char *name, struct write_result *r)
{
    struct stat st;

    if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT || (mkdirat(at, name, DIR_MODE) < 0 && errno != EEXIST) ||
            fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return -errno;
    }
    if (!trusted(&st))
        return explain(r, -EPERM, "a directory on the way is not root's");
    int fd = openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    // Also what a link of root's leads to.
    if (fstat(fd, &st) == 0 && trusted(&st))
        return fd;
    close(fd);
    return explain(r, -EPERM, "a directory on the way is not root's");
}

// The directory of a settings file, walked from the top. A descriptor, or -errno.
static int walk(const char *path, struct write_result *r)
{
    char name[256];
    int at = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (;;) {
        while (*path == '/')
            path++;
        const char *slash = strchr(path, '/');
        if (!slash || at < 0)
            return at < 0 ? -errno : at;
        if ((size_t)(slash - path) >= sizeof name) {
            close(at);
            return -ENAMETOOLONG;
        }
        snprintf(name, sizeof name, "%.*s", (int)(slash - path), path);
        int next = step(at, name, r);
        close(at);
        if (next < 0)
            return next;
        at = next;
        path = slash;
    }
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
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
                    mode);

    return fd < 0 ? -errno : fd;
}

// Takes the place of a regular file by renaming: readers see the old one or the new one, and nothing
// is written through a link, into a device, or into somebody else's file.
static int replace(int dir, const char *name, const struct write_job *job, struct write_result *r)
{
    struct stat st;
    char temporary[300];

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISLNK(st.st_mode))
            return explain(r, -ELOOP, "it is a symbolic link");
        if (!S_ISREG(st.st_mode))
            return explain(r, -EINVAL, "it is no regular file");
        if (job->how == WRITE_SETTINGS && !trusted(&st))
            return explain(r, -EPERM, "it is not root's");
    }
    int n = snprintf(temporary, sizeof temporary, "%s.%d~", name, (int)getpid());
    if (n < 0 || (size_t)n >= sizeof temporary)
        return -ENAMETOOLONG;
    int fd = create(dir, temporary, job->how == WRITE_SETTINGS ? SETTINGS_MODE : FILE_MODE);
    if (fd < 0)
        return fd;
    int error = fill(fd, job, r);
    if (!error && renameat(dir, temporary, dir, name) < 0)
        error = -errno;
    if (error)
        unlinkat(dir, temporary, 0);
    return error;
}

static int write_file(const char *path, const struct write_job *job, struct write_result *r)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int error, dir;

    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -EISDIR;
    if (job->how == WRITE_SETTINGS) {
        dir = walk(path, r);
    } else {
        char *parent = slash ? mem_format("%.*s", (int)(slash - path + 1), path) : NULL;
        dir = open(parent ? parent : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        dir = dir < 0 ? -errno : dir;
        free(parent);
    }
    if (dir < 0)
        return dir;
    if (job->how == WRITE_NEW) {
        int fd = create(dir, name, FILE_MODE);
        error = fd < 0 ? fd : fill(fd, job, r);
        if (fd >= 0 && error)
            unlinkat(dir, name, 0);
    } else {
        error = replace(dir, name, job, r);
    }
    close(dir);
    return error;
}

// --- the thread -----------------------------------------------------------------------------------

static void *work(void *arg)
{
    struct writer *w = arg;
    struct write_result *r = mem_zero(1, sizeof *r);

    r->how = w->job.how;
    snprintf(r->path, sizeof r->path, "%s", w->path);
    r->error = -write_file(w->path, &w->job, r);
    if (r->error && !r->why[0])
        snprintf(r->why, sizeof r->why, "%s", strerror(r->error));
    if (w->job.release)
        w->job.release(w->job.arg);
    pthread_mutex_lock(&w->lock);
    w->result = *r;
    w->done = true;
    w->busy = false;
    eventfd_write(w->fd, 1);
    pthread_cond_signal(&w->idle);
    pthread_mutex_unlock(&w->lock);
    free(r);
    return NULL;
}

struct writer *writer_new(void)
{
    struct writer *w = mem_zero(1, sizeof *w);

    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->fd < 0) {
        free(w);
        return NULL;
    }
    pthread_mutex_init(&w->lock, NULL);
    thread_cond_init(&w->idle);
    return w;
}

void writer_free(struct writer *w)
{
    int64_t until = clock_ns() + FREE_WAIT;

    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    while (w->busy && clock_ns() < until)
        thread_wait(&w->idle, &w->lock, until);
    bool stuck = w->busy;
    pthread_mutex_unlock(&w->lock);
    if (stuck)
        return; // its thread still uses it, until the process ends
    close(w->fd);
    pthread_cond_destroy(&w->idle);
    pthread_mutex_destroy(&w->lock);
    free(w->path);
    free(w);
}

int writer_fd(const struct writer *w)
{
    return w->fd;
}

bool writer_start(struct writer *w, const struct write_job *job)
{
    pthread_mutex_lock(&w->lock);
    bool free_now = !w->busy && !w->done;
    if (free_now) {
        free(w->path);
        w->path = mem_copy_string(job->path);
        w->job = *job;
        w->busy = thread_start(NULL, work, w) == 0;
        free_now = w->busy;
    }
    pthread_mutex_unlock(&w->lock);
    return free_now;
}

bool writer_take(struct writer *w, struct write_result *result)
{
    eventfd_t ignored;

    pthread_mutex_lock(&w->lock);
    bool done = w->done;
    if (done) {
        eventfd_read(w->fd, &ignored);
        *result = w->result;
        w->done = false;
    }
    pthread_mutex_unlock(&w->lock);
    return done;
}
