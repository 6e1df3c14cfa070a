#include "replay/pipe.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/thread.h"
#include "base/vector.h"
#include "replay/tape.h"

enum { BLOCK = 1 << 16 };

// No line of this length is one of ours, nor is there one behind it: /dev/zero has none.
static const size_t GIVE_UP = (size_t)16 * TAPE_LINE_MAX;

struct pipe_reader {
    int fd, stop;
    bool newest, started;
    void (*news)(void *arg);
    void *arg;
    pthread_t thread;

    // The thread's: what came behind the last newline.
    VEC(, char) part;
    size_t skipped; // bytes of a line that is too long

    pthread_mutex_t lock; // for all that follows
    pthread_cond_t changed;
    char *line;
    size_t line_n;
    bool quit;
    struct pipe_state state;
};

// Takes over the text. Waits where each line is wanted.
static void offer(struct pipe_reader *p, char *line, size_t n)
{
    pthread_mutex_lock(&p->lock);
    while (p->line && !p->newest && !p->quit)
        pthread_cond_wait(&p->changed, &p->lock);
    free(p->line);
    p->line = line;
    p->line_n = n;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    if (p->news)
        p->news(p->arg);
}

static void add(struct pipe_reader *p, const char *bytes, size_t n)
{
    if (p->skipped || p->part.n + n > TAPE_LINE_MAX) {
        p->skipped += p->part.n + n;
        p->part.n = 0;
        return;
    }
    vec_reserve(&p->part, p->part.n + n + 1);
    memcpy(p->part.at + p->part.n, bytes, n);
    p->part.n += n;
}

static void end_line(struct pipe_reader *p)
{
    if (p->skipped) {
        pthread_mutex_lock(&p->lock);
        p->state.too_long++;
        pthread_mutex_unlock(&p->lock);
    } else if (p->part.n > 1) {
        char *line = mem_alloc(p->part.n + 1);
        memcpy(line, p->part.at, p->part.n);
        line[p->part.n] = '\0';
        offer(p, line, p->part.n);
    }
    p->part.n = 0;
    p->skipped = 0;
}

static void split(struct pipe_reader *p, const char *bytes, size_t n)
{
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        size_t length = end ? (size_t)(end - bytes) : n;
        add(p, bytes, length);
        if (end)
            end_line(p);
        bytes += length + (end != NULL);
        n -= length + (end != NULL);
    }
}

// Until its end. 0, or the errno value that ended it.
static int read_all(struct pipe_reader *p, char *block)
{
    struct pollfd on[] = {{.fd = p->fd, .events = POLLIN}, {.fd = p->stop, .events = POLLIN}};

    while (p->skipped < GIVE_UP) {
        if (poll(on, 2, -1) < 0 && errno != EINTR)
            return errno;
        if (on[1].revents)
            return 0;
        ssize_t n = read(p->fd, block, BLOCK);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return n < 0 ? errno : 0;
        split(p, block, (size_t)n);
    }
    return EMSGSIZE;
}

static void *pipe_main(void *arg)
{
    struct pipe_reader *p = arg;
    char *block = mem_alloc(BLOCK);

    thread_name("ipctop-pipe");
    int error = read_all(p, block);
    free(block);
    if (!error && p->part.n && p->part.at[p->part.n - 1] == '}') // whole, but for its newline
        end_line(p);
    pthread_mutex_lock(&p->lock);
    p->state.ended = true;
    p->state.error = error;
    p->state.cut = p->part.n || p->skipped;
    pthread_cond_broadcast(&p->changed);
    bool quit = p->quit;
    pthread_mutex_unlock(&p->lock);
    if (p->news && !quit)
        p->news(p->arg);
    return NULL;
}

struct pipe_reader *pipe_reader_new(int fd, bool newest, void (*news)(void *arg), void *arg)
{
    struct pipe_reader *p = mem_zero(1, sizeof *p);

    p->fd = fd;
    p->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    p->newest = newest;
    p->news = news;
    p->arg = arg;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->started = p->stop >= 0 && thread_start(&p->thread, pipe_main, p) == 0;
    if (!p->started) // else it says so itself, maybe already
        p->state = (struct pipe_state){.ended = true, .error = EAGAIN};
    return p;
}

void pipe_reader_stop(struct pipe_reader *p)
{
    const uint64_t one = 1;

    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    if (p->started && write(p->stop, &one, sizeof one) == sizeof one)
        pthread_join(p->thread, NULL);
    p->started = false;
}

void pipe_reader_free(struct pipe_reader *p)
{
    if (!p)
        return;
    pipe_reader_stop(p);
    close(p->fd);
    if (p->stop >= 0)
        close(p->stop);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->changed);
    vec_free(&p->part);
    free(p->line);
    free(p);
}

char *pipe_reader_take(struct pipe_reader *p, bool wait, size_t *n, struct pipe_state *state)
{
    pthread_mutex_lock(&p->lock);
    while (wait && !p->line && !p->state.ended)
        pthread_cond_wait(&p->changed, &p->lock);
    char *line = p->line;
    *n = p->line_n;
    p->line = NULL;
    *state = p->state;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return line;
}
