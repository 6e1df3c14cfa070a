#include "linux/namespaces/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/worker.h"
#include "linux/process/list.h"
#include "linux/process/namespace.h"
#include "linux/process/pidfd.h"
#include "linux/process/stat.h"
#include "ways.h"

// A file of a process that is stuck in exec, and a mount point behind a file server, may not answer.
static const int64_t PATIENCE_NS = 2 * CLOCK_SECOND, AVOID_NS = 60 * CLOCK_SECOND;

struct namespaces {
    char *proc;
    bool pidfds;
    uint64_t own;
    struct ways ways;
};

struct namespaces *namespaces_new(const char *proc, bool pidfds)
{
    struct namespaces *self = mem_zero(1, sizeof *self);

    self->proc = mem_copy_string(proc);
    self->pidfds = pidfds;
    self->own = namespace_of_ours(proc, "ipc");
    ways_init(&self->ways);
    return self;
}

void namespaces_free(struct namespaces *self)
{
    if (!self)
        return;
    ways_free(&self->ways);
    free(self->proc);
    free(self);
}

// --- entering -----------------------------------------------------------------------------------

struct visit { // of one thread; the thread that waits may leave it behind before it arrives
    struct worker *worker;
    enum { ON_THE_WAY, ARRIVED, DONE } stage; // with its lock held
    int error;
    char *proc;
    bool pidfds;
    uint64_t inode;
    struct way way;
    void (*work)(void *arg);
    void *arg;
};

static int enter_file(const char *path, uint64_t inode)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), error = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || st.st_ino != inode)
        error = -ESRCH; // another one by now
    else if (setns(fd, CLONE_NEWIPC) < 0)
        error = -errno;
    close(fd);
    return error;
}

// By a pidfd nothing is read of the process that could hang; since Linux 5.8. Which namespace it was
// shows our own thread afterwards. -ENOSYS where it takes the file: no pidfd is opened, since the kernel
// is older or a filter refuses (seccomp(2)), or setns(2) does not take one.
static int enter_pidfd(const char *proc, int32_t pid, uint64_t inode)
{
    int fd = pidfd_of(pid);

    if (fd < 0)
        return fd == -ESRCH ? fd : -ENOSYS;
    int error = setns(fd, CLONE_NEWIPC) < 0 ? -errno : 0;
    close(fd);
    if (error)
        return error == -EINVAL ? -ENOSYS : error;
    char *home = mem_format("%s/thread-self", proc);
    error = namespace_of(AT_FDCWD, home, "ipc") == inode ? 0 : -ESRCH;
    free(home);
    return error;
}

static int enter_process(const struct visit *v, int32_t pid)
{
    int error = v->pidfds ? enter_pidfd(v->proc, pid, v->inode) : -ENOSYS;

    if (error != -ENOSYS)
        return error;
    char *path = mem_format("%s/%" PRId32 "/ns/ipc", v->proc, pid);
    error = enter_file(path, v->inode);
    free(path);
    return error;
}

// What is worth reporting of several that failed: not that a process ended.
static int worse(int a, int b)
{
    return b == -ESRCH || b == -ENOENT ? a : b;
}

// Those known to live there have ended, or no process was asked yet.
static int enter_any(const struct visit *v)
{
    struct pid_entry_vec all = {0};
    char home[32];
    int dir = open(v->proc, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return -errno;
    int error = process_list_read(v->proc, &all);
    error = error ? error : -ENOENT;
    for (size_t i = 0; i < all.n && error; i++) {
        snprintf(home, sizeof home, "%" PRId32, all.at[i].pid);
        if (namespace_of(dir, home, "ipc") != v->inode)
            continue;
        int now = enter_process(v, all.at[i].pid);
        error = now ? worse(error, now) : 0;
    }
    close(dir);
    vec_free(&all);
    return error;
}

static int arrive(const struct visit *v)
{
    const struct way *way = &v->way;
    int error = -ENOENT;

    for (size_t i = 0; i < way->n && error; i++) {
        int now = enter_process(v, way->pids[i]);
        error = now ? worse(error, now) : 0;
    }
    if (error && way->mount) {
        int now = enter_file(way->mount, v->inode);
        error = now ? worse(error, now) : 0;
    }
    return error == -ENOENT ? enter_any(v) : error;
}

static void visit(void *arg, void *job)
{
    struct visit *v = arg;
    int error = arrive(v);

    worker_lock(v->worker);
    bool wanted = worker_job(v->worker, NULL) == job;
    v->error = error;
    v->stage = ARRIVED;
    worker_unlock(v->worker);
    if (wanted && !error)
        v->work(v->arg);
}

static void visited(void *arg, void *job, bool left)
{
    (void)job, (void)left;
    ((struct visit *)arg)->stage = DONE;
}

static void release(void *arg)
{
    struct visit *v = arg;

    way_free(&v->way);
    free(v->proc);
    free(v);
}

// Once it has arrived it is waited for: the work does not hang, and is the caller's.
static int await_visit(struct namespaces *self, struct visit *v)
{
    int64_t until = clock_ns() + PATIENCE_NS;

    while (v->stage != DONE) {
        if (v->stage == ON_THE_WAY && clock_ns() >= until) {
            worker_leave(v->worker);
            ways_avoid(&self->ways, v->inode, clock_ns() + AVOID_NS);
            return -ETIMEDOUT;
        }
        worker_wait(v->worker, v->stage == ON_THE_WAY ? until : INT64_MAX);
    }
    return v->error;
}

// Where no process was asked, the mounts were not read either.
static bool find_way(struct namespaces *self, uint64_t inode, struct way *way)
{
    struct inode_vec mounts = {0};

    if (!ways_find(&self->ways, inode, clock_ns(), way))
        return false;
    if (way->n || way->mount)
        return true;
    ways_read_mounts(&self->ways, self->proc, &mounts);
    vec_free(&mounts);
    return ways_find(&self->ways, inode, clock_ns(), way);
}

int namespaces_run(struct namespaces *self, uint64_t inode, void (*work)(void *arg), void *arg)
{
    struct way way = {0};

    if (inode == self->own) {
        work(arg);
        return 0;
    }
    if (!find_way(self, inode, &way))
        return -ETIMEDOUT;
    struct visit *v = mem_zero(1, sizeof *v);
    *v = (struct visit){.proc = mem_copy_string(self->proc),
                        .pidfds = self->pidfds,
                        .inode = inode,
                        .way = way,
                        .work = work,
                        .arg = arg};
    v->worker = worker_new(&(struct worker_options){
        .name = "ipctop-visitor", .arg = v, .run = visit, .done = visited, .release = release});
    worker_lock(v->worker);
    worker_push(v->worker, v);
    int error = -worker_start(v->worker);
    error = error ? error : await_visit(self, v);
    worker_free(v->worker);
    return error;
}

// --- asking -------------------------------------------------------------------------------------

void namespaces_probe(struct namespaces *self, int32_t pid, struct answer *answer)
{
    struct task_stat stat;
    char home[4096], file[4096 + 8];

    if (snprintf(home, sizeof home, "%s/%" PRId32, self->proc, pid) >= (int)sizeof home) {
        answer->error = -ENAMETOOLONG;
        return;
    }
    snprintf(file, sizeof file, "%s/stat", home);
    answer->error = stat_read(AT_FDCWD, file, &stat);
    answer->ipc_namespace = answer->error ? 0 : namespace_of(AT_FDCWD, home, "ipc");
    if (!answer->error && !answer->ipc_namespace)
        answer->error = -errno; // ENOENT: a zombie lives in none
    answer->mount_namespace = answer->error ? 0 : namespace_of(AT_FDCWD, home, "mnt");
    if (answer->error)
        return;
    answer->process.pid = pid;
    // A kernel thread is never called the oldest: it says nothing of what runs there.
    answer->process.start_ticks = stat_is_kernel(&stat) ? UINT64_MAX : stat.start_ticks;
    answer->process.known |= PROC_KNOWS_START;
    ways_add_process(&self->ways, answer->ipc_namespace, pid);
}

void namespaces_probe_mounts(struct namespaces *self, struct answer *answer)
{
    answer->error = ways_read_mounts(&self->ways, self->proc, &answer->inodes);
}
