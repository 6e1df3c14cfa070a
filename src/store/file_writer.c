#include "store/file_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/worker.h"

static const int64_t LAST_WAIT = CLOCK_SECOND;

struct file_writer {
    struct worker *worker;
    int fd;
    // With the worker's lock held:
    struct work *done; // the result nobody took yet
};

struct work {
    struct write_job job;
    char *path;
    struct write_result result;
};

static void work_free(struct work *work)
{
    if (work)
        free(work->path);
    free(work);
}

static void run(void *arg, void *job)
{
    struct work *work = job;
    struct write_result *r = &work->result;

    (void)arg;
    r->error = -write_file(&work->job, r);
    if (r->error && !r->why[0])
        snprintf(r->why, sizeof r->why, "%s", strerror(r->error));
    if (work->job.release)
        work->job.release(work->job.arg);
}

static void done(void *arg, void *job, bool left)
{
    struct file_writer *w = arg;

    (void)left;
    w->done = job;
    eventfd_write(w->fd, 1);
}

static void release(void *arg)
{
    struct file_writer *w = arg;

    work_free(w->done);
    close(w->fd);
    free(w);
}

struct file_writer *file_writer_new(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return NULL;
    struct file_writer *w = mem_zero(1, sizeof *w);
    w->fd = fd;
    w->worker = worker_new(&(struct worker_options){
        .name = "ipctop-file", .arg = w, .run = run, .done = done, .release = release});
    return w;
}

void file_writer_free(struct file_writer *w)
{
    if (!w)
        return;
    worker_lock(w->worker);
    worker_free(w->worker);
}

bool file_writer_last(struct file_writer *w, struct write_result *result)
{
    int64_t until = clock_ns() + LAST_WAIT;

    worker_lock(w->worker);
    while (worker_busy(w->worker) && clock_ns() < until)
        worker_wait(w->worker, until);
    const struct work *work = worker_job(w->worker, NULL);
    if (work) {
        *result = (struct write_result){.how = work->job.how, .error = ETIMEDOUT};
        snprintf(result->path, sizeof result->path, "%s", work->path);
        snprintf(result->why, sizeof result->why, "its file system does not answer");
    }
    worker_unlock(w->worker);
    return work || file_writer_take(w, result);
}

int file_writer_fd(const struct file_writer *w)
{
    return w->fd;
}

bool file_writer_start(struct file_writer *w, const struct write_job *job)
{
    worker_lock(w->worker);
    bool taken = !worker_busy(w->worker) && !w->done && worker_start(w->worker) == 0;
    if (taken) {
        struct work *work = mem_zero(1, sizeof *work);
        work->path = mem_copy_string(job->path);
        work->job = *job;
        work->job.path = work->path;
        work->result.how = job->how;
        snprintf(work->result.path, sizeof work->result.path, "%s", work->path);
        worker_push(w->worker, work);
    }
    worker_unlock(w->worker);
    return taken;
}

bool file_writer_take(struct file_writer *w, struct write_result *result)
{
    eventfd_t ignored;

    worker_lock(w->worker);
    struct work *work = w->done;
    if (work) {
        eventfd_read(w->fd, &ignored);
        *result = work->result;
        w->done = NULL;
    }
    worker_unlock(w->worker);
    work_free(work);
    return work != NULL;
}
