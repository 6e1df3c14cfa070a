#include "store/file_writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

static const int64_t LAST_WAIT = CLOCK_SECOND;

struct file_writer {
    pthread_mutex_t lock;
    pthread_cond_t idle;
    int fd;
    bool busy, done; // done: `result` was not taken yet
    struct write_job job;
    char *path;
    struct write_result result;
};

static void *work(void *arg)
{
    struct file_writer *w = arg;
    struct write_result *r = mem_zero(1, sizeof *r);

    r->how = w->job.how;
    snprintf(r->path, sizeof r->path, "%s", w->path);
    r->error = -write_file(&w->job, r);
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

struct file_writer *file_writer_new(void)
{
    struct file_writer *w = mem_zero(1, sizeof *w);

    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->fd < 0) {
        free(w);
        return NULL;
    }
    pthread_mutex_init(&w->lock, NULL);
    thread_cond_init(&w->idle);
    return w;
}

void file_writer_free(struct file_writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    bool busy = w->busy;
    pthread_mutex_unlock(&w->lock);
    if (busy)
        return; // its thread still uses it, until the process ends
    close(w->fd);
    pthread_cond_destroy(&w->idle);
    pthread_mutex_destroy(&w->lock);
    free(w->path);
    free(w);
}

bool file_writer_last(struct file_writer *w, struct write_result *result)
{
    int64_t until = clock_ns() + LAST_WAIT;

    pthread_mutex_lock(&w->lock);
    while (w->busy && clock_ns() < until)
        thread_wait(&w->idle, &w->lock, until);
    bool busy = w->busy;
    if (busy) {
        *result = (struct write_result){.how = w->job.how, .error = ETIMEDOUT};
        snprintf(result->path, sizeof result->path, "%s", w->path);
        snprintf(result->why, sizeof result->why, "its file system does not answer");
    }
    pthread_mutex_unlock(&w->lock);
    return busy || file_writer_take(w, result);
}

int file_writer_fd(const struct file_writer *w)
{
    return w->fd;
}

bool file_writer_start(struct file_writer *w, const struct write_job *job)
{
    pthread_mutex_lock(&w->lock);
    bool free_now = !w->busy && !w->done;
    if (free_now) {
        free(w->path);
        w->path = mem_copy_string(job->path);
        w->job = *job;
        w->job.path = w->path;
        w->busy = thread_start(NULL, work, w) == 0;
        free_now = w->busy;
    }
    pthread_mutex_unlock(&w->lock);
    return free_now;
}

bool file_writer_take(struct file_writer *w, struct write_result *result)
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
