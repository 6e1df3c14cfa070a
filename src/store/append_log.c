#include "store/append_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "base/vector.h"

static const int64_t MOMENT = CLOCK_SECOND / 4, LONG = CLOCK_SECOND;
enum { GAP = 128, FILE_MODE = 0600 };

struct entry {
    char *text;
    size_t n;
    bool awaited; // its fate is told to who handed it over, who then frees it
    bool done;
    int error;
};
VEC(entry_vec, struct entry *);

struct append_log {
    pthread_t thread;
    char *path;
    size_t (*gap)(size_t lost, char *dst, size_t cap);
    int64_t patience;
    int fd;      // the thread's
    bool broken; // the thread's: the last line was cut off in its middle

    pthread_mutex_t lock; // for all that follows
    pthread_cond_t wake, written;
    struct entry_vec queue;
    int64_t since;   // when the write under way began; 0: none is
    size_t lost;     // lines that are not in the file, since the last one that is
    bool quit, left; // left: the thread hung as the owner went, and frees all this
    bool failing;    // the last line nobody waited for was not written
    int news;        // why, until that was asked for
};

// --- the file -----------------------------------------------------------------------------------

// Nothing that may block is opened: a FIFO without a reader fails with ENXIO, one with a reader, or
// a terminal, is no regular file. Nor what has other names as well: where others may write the
// directory, somebody may have linked a file of ours to this one. A descriptor, or -errno.
static int open_file(const char *path)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = open(path, flags, FILE_MODE);
    struct stat st;

    if (fd < 0)
        return -errno;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (regular && st.st_nlink <= 1)
        return fd;
    close(fd);
    return regular ? -EMLINK : -ENXIO;
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

    if (lstat(a->path, &named) == 0 && fstat(a->fd, &open) == 0 && named.st_ino == open.st_ino &&
        named.st_dev == open.st_dev)
        return 0;
    int fd = open_file(a->path);
    if (fd < 0)
        return -fd;
    close(a->fd);
    a->fd = fd;
    a->broken = false;
    return 0;
}

// On the thread. 0, or an errno value.
static int write_entry(struct append_log *a, struct entry *entry, size_t lost)
{
    char gap[GAP];
    int error = follow_name(a);
    // clang-format off
    struct iovec parts[] = {
        {(void *)"\n", a->broken ? 1 : 0}, // what was cut off ends here
        {gap, lost ? a->gap(lost, gap, sizeof gap) : 0},
        {entry->text, entry->n},
    };
    // clang-format on
    size_t n = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;
    ssize_t written;

    if (error)
        return error;
    do
        written = writev(a->fd, parts, 3);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        return errno;
    a->broken = (size_t)written < n && written > 0;
    return (size_t)written == n ? 0 : ENOSPC; // a full disk takes what still fits
}

// --- the thread ---------------------------------------------------------------------------------

static void entry_free(struct entry *entry)
{
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

// With the lock held. What became of an entry that was tried.
static void settle(struct append_log *a, struct entry *entry, size_t told, int error)
{
    a->since = 0;
    a->lost = error ? a->lost + 1 : a->lost - told;
    if (entry->awaited) {
        entry->error = error;
        entry->done = true;
    } else {
        note_failure(a, error);
        entry_free(entry);
    }
    pthread_cond_broadcast(&a->written);
}

static void release(struct append_log *a)
{
    for (size_t i = 0; i < a->queue.n; i++)
        entry_free(a->queue.at[i]);
    vec_free(&a->queue);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->wake);
    pthread_cond_destroy(&a->written);
    close(a->fd);
    free(a->path);
    free(a);
}

static void *append_main(void *arg)
{
    struct append_log *a = arg;

    thread_name("ipctop-log");
    pthread_mutex_lock(&a->lock);
    while (!a->quit) {
        if (a->queue.n == 0) {
            thread_wait(&a->wake, &a->lock, INT64_MAX);
            continue;
        }
        struct entry *entry = a->queue.at[0];
        memmove(a->queue.at, a->queue.at + 1, --a->queue.n * sizeof entry);
        size_t lost = a->lost;
        a->since = clock_ns();
        pthread_mutex_unlock(&a->lock);
        int error = write_entry(a, entry, lost);
        pthread_mutex_lock(&a->lock);
        settle(a, entry, lost, error);
    }
    bool left = a->left;
    pthread_mutex_unlock(&a->lock);
    if (left)
        release(a);
    return NULL;
}

struct append_log *append_log_open(const struct append_log_options *options, int *error)
{
    int fd = open_file(options->path);

    if (fd < 0) {
        *error = -fd;
        return NULL;
    }
    struct append_log *a = mem_zero(1, sizeof *a);
    a->path = mem_copy_string(options->path);
    a->gap = options->gap;
    a->patience = options->patience_ns ? options->patience_ns : MOMENT;
    a->fd = fd;
    pthread_mutex_init(&a->lock, NULL);
    thread_cond_init(&a->wake);
    thread_cond_init(&a->written);
    *error = thread_start(&a->thread, append_main, a);
    if (*error == 0)
        return a;
    close(fd);
    free(a->path);
    free(a);
    return NULL;
}

void append_log_close(struct append_log *a)
{
    if (!a)
        return;
    int64_t until = clock_ns() + MOMENT;
    pthread_mutex_lock(&a->lock);
    a->quit = true;
    pthread_cond_signal(&a->wake);
    while (a->since && clock_ns() < until)
        thread_wait(&a->written, &a->lock, until);
    bool left = a->left = a->since != 0;
    pthread_t thread = a->thread;
    pthread_mutex_unlock(&a->lock);
    if (left) {
        pthread_detach(thread);
        return;
    }
    pthread_join(thread, NULL);
    release(a);
}

// --- handing over -------------------------------------------------------------------------------

// With the lock held. NULL: there is no room.
static struct entry *push(struct append_log *a, const char *line, size_t n, bool awaited)
{
    if (a->queue.n >= APPEND_MAX) {
        a->lost++;
        return NULL;
    }
    struct entry *entry = mem_zero(1, sizeof *entry);
    entry->text = mem_alloc(n);
    memcpy(entry->text, line, n);
    entry->n = n;
    entry->awaited = awaited;
    vec_push(&a->queue, entry);
    pthread_cond_signal(&a->wake);
    return entry;
}

void append_log_line(struct append_log *a, const char *line, size_t n)
{
    pthread_mutex_lock(&a->lock);
    if (!push(a, line, n, false))
        note_failure(a, ENOBUFS);
    pthread_mutex_unlock(&a->lock);
}

int append_log_line_now(struct append_log *a, const char *line, size_t n)
{
    int64_t now = clock_ns(), until = now + a->patience;
    int error = ENOBUFS;

    pthread_mutex_lock(&a->lock);
    if (a->since && now - a->since > a->patience)
        until = now; // it is known not to answer: many at once do not wait for it one by one
    struct entry *entry = push(a, line, n, true);
    while (entry && !entry->done && clock_ns() < until)
        thread_wait(&a->written, &a->lock, until);
    if (entry && entry->done) {
        error = entry->error;
        entry_free(entry);
    } else if (entry) {
        error = ETIMEDOUT;
        entry->awaited = false; // from here on as one nobody waits for
    }
    pthread_mutex_unlock(&a->lock);
    return error;
}

int append_log_failure(struct append_log *a)
{
    pthread_mutex_lock(&a->lock);
    if (a->since && clock_ns() - a->since > LONG)
        note_failure(a, ETIMEDOUT);
    int error = a->news;
    a->news = 0;
    pthread_mutex_unlock(&a->lock);
    return error;
}

size_t append_log_flush(struct append_log *a)
{
    int64_t until = clock_ns() + LONG;

    pthread_mutex_lock(&a->lock);
    while ((a->queue.n || a->since) && clock_ns() < until)
        thread_wait(&a->written, &a->lock, until);
    size_t missing = a->queue.n + (a->since != 0) + a->lost;
    pthread_mutex_unlock(&a->lock);
    return missing;
}
