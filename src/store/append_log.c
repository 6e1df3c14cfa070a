#include "store/append_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/worker.h"
#include "store/trusted_path.h"

static const int64_t MOMENT = CLOCK_SECOND / 4, LONG = CLOCK_SECOND;
enum { GAP = 128, FILE_MODE = 0600 };

struct entry {
    char *text;
    size_t n;
    size_t lost;  // lines that are missing before it, as it is written
    bool awaited; // the caller that handed it over waits, and frees it
    bool lent;    // the text is that caller's
    bool done;
    int error;
};

struct append_log {
    struct worker *worker;
    char *path;
    size_t (*gap)(size_t lost, char *dst, size_t cap);
    int64_t patience;
    int dir, fd; // the thread's; -1: not open yet
    bool broken; // the thread's: the last line was cut off in its middle
    bool apart;
    uint64_t keep;

    // With the worker's lock held:
    size_t lost;  // lines that are not in the file, since the last one that is
    bool failing; // the last line nobody waited for was not written
    int news;     // why, until that was asked for
};

// --- the file -----------------------------------------------------------------------------------

// Nothing that may block is opened: a FIFO without a reader fails with ENXIO, one with a reader, or
// a terminal, is no regular file. Nor what has other names as well: where others may write the
// directory, somebody may have linked a file of ours to this one. A descriptor, or -errno.
static int open_file(int dir, const char *name)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = openat(dir, name, flags, FILE_MODE);
    struct stat st;

    if (fd < 0)
        return -errno;
    int error = fstat(fd, &st) < 0     ? -errno
                : !S_ISREG(st.st_mode) ? -ENXIO
                : st.st_nlink > 1      ? -EMLINK
                : !trusted_file(&st)   ? -EPERM
                                       : 0;
    if (!error)
        return fd;
    close(fd);
    return error;
}

const char *append_log_reason(int error)
{
    switch (error) {
    case ELOOP:
        return "it is a symbolic link";
    case ENXIO:
        return "it is not a regular file";
    case EMLINK:
        return "it has another name too (a hard link)";
    case EPERM:
        return "it, or a directory on the way, is not yours";
    case ETIMEDOUT:
        return "the file does not answer yet";
    case ENOBUFS:
        return "the file has not answered for too long";
    default:
        return strerror(error);
    }
}

// Whether what is open is still what has that name; else opens that. 0, or an errno value.
static int follow_name(struct append_log *a)
{
    struct stat named, open;
    const char *name = trusted_name(a->path);

    if (*a->path && !*name)
        return EISDIR;
    if (a->dir < 0) {
        int dir = trusted_directory(a->path, false);
        if (dir < 0)
            return -dir;
        a->dir = dir;
    }
    if (a->fd >= 0 && fstatat(a->dir, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
        fstat(a->fd, &open) == 0 && named.st_ino == open.st_ino && named.st_dev == open.st_dev)
        return 0;
    int fd = open_file(a->dir, name);
    if (fd < 0)
        return -fd;
    if (a->fd >= 0)
        close(a->fd);
    a->fd = fd;
    a->broken = a->apart && fstat(fd, &open) == 0 && open.st_size > 0;
    return 0;
}

// Where n more bytes are too many, the file becomes the older one. 0, or an errno value.
static int make_room(struct append_log *a, size_t n)
{
    const char *name = trusted_name(a->path);
    struct stat st;

    if (!a->keep || n == 0 || fstat(a->fd, &st) < 0 || st.st_size == 0 ||
        (uint64_t)st.st_size + n <= a->keep / 2)
        return 0;
    char *older = mem_format("%s" APPEND_OLDER, name);
    int error = renameat(a->dir, name, a->dir, older) < 0 ? errno : 0;
    free(older);
    return error ? error : follow_name(a);
}

// Cuts off the end that was just written, unless another program has appended since.
static bool take_back(int fd, off_t written)
{
    struct stat st;
    off_t end = lseek(fd, 0, SEEK_CUR); // behind what we wrote: open(2) O_APPEND

    return fstat(fd, &st) == 0 && st.st_size == end && ftruncate(fd, end - written) == 0;
}

// On the thread. 0, or an errno value.
static int write_entry(struct append_log *a, const struct entry *entry)
{
    char gap[GAP];
    int error = follow_name(a);
    if (!error)
        error = make_room(a, entry->n);
    // clang-format off
    struct iovec parts[] = {
        {(void *)"\n", a->broken ? 1 : 0}, // what was cut off ends here
        {gap, entry->lost && a->gap ? a->gap(entry->lost, gap, sizeof gap) : 0},
        {entry->text, entry->n},
    };
    // clang-format on
    size_t n = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;
    ssize_t written;

    if (error || entry->n == 0) // the first of all opens the file
        return error;
    do
        written = writev(a->fd, parts, 3);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        return errno;
    if ((size_t)written == n)
        a->broken = false;
    else if (written > 0) // a full disk takes what still fits
        a->broken = !(a->apart && take_back(a->fd, written));
    return (size_t)written == n ? 0 : ENOSPC;
}

// --- the thread ---------------------------------------------------------------------------------

static void entry_free(struct entry *entry)
{
    if (!entry->lent)
        free(entry->text);
    free(entry);
}

// With the lock held.
static void note_failure(struct append_log *a, int error)
{
    if (error && !a->failing)
        a->news = error;
    a->failing = error != 0;
}

static void write_job(void *arg, void *job)
{
    struct append_log *a = arg;
    struct entry *entry = job;

    worker_lock(a->worker);
    entry->lost = a->lost;
    worker_unlock(a->worker);
    entry->error = write_entry(a, entry);
}

// With the lock held: the outcome of an entry that was tried.
static void settle(void *arg, void *job, bool left)
{
    struct append_log *a = arg;
    struct entry *entry = job;

    (void)left;
    a->lost = entry->error ? a->lost + 1 : a->lost - entry->lost;
    entry->done = true;
    if (entry->awaited)
        return;
    note_failure(a, entry->error);
    entry_free(entry);
}

static void release(void *arg)
{
    struct append_log *a = arg;

    if (a->fd >= 0)
        close(a->fd);
    if (a->dir >= 0)
        close(a->dir);
    free(a->path);
    free(a);
}

void append_log_close(struct append_log *a)
{
    struct entry *entry;

    if (!a)
        return;
    worker_lock(a->worker);
    while ((entry = worker_drop(a->worker)))
        entry_free(entry);
    worker_end(a->worker, clock_ns() + MOMENT);
    worker_free(a->worker);
}

// --- handing over -------------------------------------------------------------------------------

// With the lock held. Takes over the text, or borrows it where `lent`.
static struct entry *push_text(struct append_log *a, char *text, size_t n, bool lent)
{
    struct entry *entry = mem_zero(1, sizeof *entry);

    entry->text = text;
    entry->n = n;
    entry->lent = lent;
    worker_push(a->worker, entry);
    worker_start(a->worker); // it runs since the opening
    return entry;
}

// With the lock held. NULL: there is no room.
static struct entry *push(struct append_log *a, const char *line, size_t n, bool awaited)
{
    if (worker_waiting(a->worker) >= APPEND_MAX) {
        a->lost++;
        return NULL;
    }
    struct entry *entry = push_text(a, memcpy(mem_alloc(n), line, n), n, false);
    entry->awaited = awaited;
    return entry;
}

// With the lock held. How long the line under way takes so far; 0: none is.
static int64_t under_way(const struct append_log *a)
{
    int64_t since;

    return worker_job(a->worker, &since) ? clock_ns() - since : 0;
}

void append_log_line(struct append_log *a, const char *line, size_t n)
{
    worker_lock(a->worker);
    if (!push(a, line, n, false))
        note_failure(a, ENOBUFS);
    worker_unlock(a->worker);
}

// With the lock held. It is known not to answer: many at once do not wait for it one by one.
static int64_t patient_until(const struct append_log *a)
{
    return clock_ns() + (under_way(a) > a->patience ? 0 : a->patience);
}

// With the lock held. 0, or an errno value; ETIMEDOUT: the entry is the log's from here on.
static int await_entry(struct append_log *a, struct entry *entry, int64_t until)
{
    int error = ETIMEDOUT;

    while (!entry->done && clock_ns() < until)
        worker_wait(a->worker, until);
    if (entry->done) {
        error = entry->error;
        entry_free(entry);
    } else {
        entry->awaited = entry->lent = false; // as one nobody waits for
    }
    return error;
}

int append_log_line_now(struct append_log *a, const char *line, size_t n)
{
    worker_lock(a->worker);
    int64_t until = patient_until(a);
    struct entry *entry = push(a, line, n, true);
    int error = entry ? await_entry(a, entry, until) : ENOBUFS;
    worker_unlock(a->worker);
    return error;
}

int append_log_lend(struct append_log *a, char **line, size_t n)
{
    int error = ETIMEDOUT;

    worker_lock(a->worker);
    int64_t until = patient_until(a);
    while ((worker_waiting(a->worker) || under_way(a)) && clock_ns() < until)
        worker_wait(a->worker, until);
    if (worker_waiting(a->worker) || under_way(a)) {
        a->lost++;
    } else {
        struct entry *entry = push_text(a, *line, n, true);
        entry->awaited = true;
        error = await_entry(a, entry, until);
        if (error == ETIMEDOUT)
            *line = NULL;
    }
    worker_unlock(a->worker);
    return error;
}

int append_log_failure(struct append_log *a)
{
    worker_lock(a->worker);
    if (under_way(a) > LONG)
        note_failure(a, ETIMEDOUT);
    int error = a->news;
    a->news = 0;
    worker_unlock(a->worker);
    return error;
}

size_t append_log_flush(struct append_log *a)
{
    int64_t until = clock_ns() + LONG;

    worker_lock(a->worker);
    while (worker_busy(a->worker) && clock_ns() < until)
        worker_wait(a->worker, until);
    size_t missing = worker_waiting(a->worker) + (worker_job(a->worker, NULL) != NULL) + a->lost;
    worker_unlock(a->worker);
    return missing;
}

// --- opening ------------------------------------------------------------------------------------

struct append_log *append_log_open(const struct append_log_options *options, int *error)
{
    struct append_log *a = mem_zero(1, sizeof *a);

    a->path = mem_copy_string(options->path);
    a->gap = options->gap;
    a->apart = options->apart;
    a->keep = options->keep;
    a->patience = LONG;
    a->dir = a->fd = -1;
    a->worker = worker_new(&(struct worker_options){.name = "ipctop-log",
                                                    .stays = true,
                                                    .arg = a,
                                                    .run = write_job,
                                                    .done = settle,
                                                    .release = release});
    worker_lock(a->worker);
    *error = worker_start(a->worker);
    worker_unlock(a->worker);
    if (!*error)
        *error = append_log_line_now(a, "", 0);
    a->patience = options->patience_ns ? options->patience_ns : MOMENT;
    if (*error && *error != ETIMEDOUT) {
        append_log_close(a);
        return NULL;
    }
    return a;
}
