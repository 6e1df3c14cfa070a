#include "support/actors.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/ns.h"

enum { PAGE = 4096, SIZE = ACTOR_PAGES * PAGE, ATTACHMENTS = 16, SHARERS = 4 };

struct order {
    enum actor_op op;
    int which, how;
};

struct escape {
    bool done;
    pid_t child; // of OP_FORK, OP_SHARE
};

struct slot { // pipes both ways, made once and known to all
    int orders[2], reports[2];
    pid_t pid; // 0: free
    bool idle; // became sleep(1)
    pid_t sharers[SHARERS];
};

struct actors {
    struct slot slots[ACTORS];
};

// --- in the actor -------------------------------------------------------------------------------

struct attachment {
    char *at;
    size_t length;
};

static struct actors *all;
static int me;
static struct attachment mine[ATTACHMENTS];
static int n_mine;

static bool attach(const struct order *o)
{
    if (n_mine == ATTACHMENTS)
        return false;
    char *at = shmat(o->which, NULL, o->how == 1 ? SHM_RDONLY : o->how == 2 ? SHM_EXEC : 0);
    if (at == (char *)-1)
        return false;
    mine[n_mine++] = (struct attachment){at, SIZE};
    return true;
}

static bool unmap(struct attachment *a, int how)
{
    size_t half = a->length / PAGE / 2 * PAGE;
    char *at = a->at;

    if (how == 0 || half < PAGE) { // all
        if (munmap(a->at, a->length) < 0)
            return false;
        *a = mine[--n_mine];
        return true;
    }
    if (how == 1) { // head
        a->at += half;
        a->length -= half;
        return munmap(at, half) == 0;
    }
    if (how == 2) { // tail
        a->length -= half;
        return munmap(at + a->length, half) == 0;
    }
    if (a->length < 3 * PAGE || n_mine == ATTACHMENTS)
        return false;
    mine[n_mine++] = (struct attachment){at + 2 * PAGE, a->length - 2 * PAGE};
    a->length = PAGE;
    return munmap(at + PAGE, PAGE) == 0;
}

static bool move(struct attachment *a, bool duplicate)
{
    if (duplicate && n_mine == ATTACHMENTS)
        return false;
    // A fresh place, so that nothing of ours is overwritten.
    char *to = mmap(NULL, a->length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *now =
        mremap(a->at, duplicate ? 0 : a->length, a->length, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    if (now == MAP_FAILED) {
        munmap(to, a->length);
        return false; // it is made of several mappings
    }
    if (duplicate)
        mine[n_mine++] = (struct attachment){now, a->length};
    else
        a->at = now;
    return true;
}

// Runs beside its parent on the same memory, where a sanitizer's calls would disturb both.
__attribute__((no_sanitize("address", "thread", "undefined"))) static _Noreturn int
share_main(void *arg)
{
    (void)arg;
    for (;;)
        syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0); // not every machine has pause(2)
}

static pid_t share(void)
{
    enum { STACK = 64 * 1024 };
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return stack == MAP_FAILED ? -1 : clone(share_main, stack + STACK, CLONE_VM | SIGCHLD, NULL);
}

static _Noreturn void *obey(void *arg);

static pid_t multiply(int slot)
{
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, 0); // its parent may end before it does
        me = slot;
        obey(NULL);
    }
    return pid;
}

static void answer(bool done, pid_t child)
{
    struct escape report = {done, child};

    if (write(all->slots[me].reports[1], &report, sizeof report) != sizeof report)
        _exit(1);
}

// Goes on in another thread. The caller sees to it that the first one is gone.
static void leave_leader(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, obey, NULL) != 0) {
        answer(false, 0);
        return;
    }
    answer(true, 0);
    syscall(SYS_exit, 0); // this thread alone
}

static bool obey_one(const struct order *o, pid_t *child)
{
    struct attachment *a = n_mine ? &mine[o->which % n_mine] : NULL;

    switch (o->op) {
    case OP_ATTACH:
        return attach(o);
    case OP_FORK:
        return (*child = multiply(o->which)) > 0;
    case OP_SHARE:
        return (*child = share()) > 0;
    case OP_LEAVE:
        return unshare(CLONE_NEWIPC) == 0;
    case OP_DETACH:
        return a && unmap(a, 0);
    case OP_SPLIT:
        return a && a->length >= 3 * PAGE && mprotect(a->at + PAGE, PAGE, PROT_NONE) == 0;
    case OP_UNMAP:
        return a && unmap(a, o->how % 4);
    case OP_PROTECT:
        return a && mprotect(a->at, a->length, o->how & 1 ? PROT_READ : PROT_NONE) == 0;
    case OP_MOVE:
    case OP_DUPLICATE:
        return a && move(a, o->op == OP_DUPLICATE);
    default:
        return false;
    }
}

static _Noreturn void *obey(void *arg)
{
    struct order o;

    (void)arg;
    for (;;) {
        pid_t child = 0;
        if (read(all->slots[me].orders[0], &o, sizeof o) != sizeof o)
            _exit(0); // the test is gone
        if (o.op == OP_EXIT)
            _exit(0);
        if (o.op == OP_LEADER_EXIT) {
            leave_leader();
            continue;
        }
        if (o.op == OP_EXEC) {
            execl("/bin/sleep", "sleep", "10000", NULL);
            _exit(1);
        }
        bool done = obey_one(&o, &child);
        answer(done, child);
    }
}

static void first_main(void *arg, int ready)
{
    (void)arg;
    signal(SIGCHLD, SIG_IGN); // who forks does not wait
    me = 0;
    for (int i = 0; i < ACTORS; i++) { // so that the end of the test is seen
        close(all->slots[i].orders[1]);
        close(all->slots[i].reports[0]);
    }
    child_ready(ready);
    obey(NULL);
}

// --- in the test --------------------------------------------------------------------------------

const char *actor_op_name(enum actor_op op)
{
    // clang-format off
    static const char *const names[OP_COUNT] = {
        [OP_ATTACH] = "attach", [OP_DETACH] = "detach", [OP_SPLIT] = "split",
        [OP_UNMAP] = "unmap", [OP_PROTECT] = "protect", [OP_MOVE] = "move",
        [OP_DUPLICATE] = "duplicate", [OP_FORK] = "fork", [OP_SHARE] = "share",
        [OP_UNSHARE] = "unshare", [OP_LEADER_EXIT] = "leader exit", [OP_LEAVE] = "leave",
        [OP_EXEC] = "exec", [OP_EXIT] = "exit"};

    return names[op];
}

static bool is_gone(void *arg)
{
    pid_t pid = *(pid_t *)arg;

    waitpid(pid, NULL, WNOHANG); // if it is ours
    return kill(pid, 0) < 0 && errno == ESRCH;
}

static bool end(pid_t pid)
{
    kill(pid, SIGKILL);
    return await(is_gone, &pid, 60);
}

static bool is_sleep(void *arg)
{
    char path[64], comm[32] = "";

    snprintf(path, sizeof path, "/proc/%d/comm", *(pid_t *)arg);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, comm, sizeof comm - 1);
    close(fd);
    return n > 0 && strncmp(comm, "sleep", 5) == 0;
}

static bool leader_gone(void *arg)
{
    char path[64], text[512];

    snprintf(path, sizeof path, "/proc/%d/stat", *(pid_t *)arg);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    const char *state = strrchr(text, ')');
    return state && state[2] == 'Z';
}

struct actors *actors_new(void)
{
    struct actors *a = calloc(1, sizeof *a);

    all = a;
    for (int i = 0; i < ACTORS; i++)
        if (pipe2(a->slots[i].orders, O_CLOEXEC) < 0 || pipe2(a->slots[i].reports, O_CLOEXEC) < 0)
            return NULL;
    a->slots[0].pid = child_start(first_main, NULL);
    return a->slots[0].pid > 0 ? a : NULL;
}

bool actors_alive(const struct actors *a, int slot)
{
    return a->slots[slot].pid && !a->slots[slot].idle;
}

int actors_free_slot(const struct actors *a)
{
    for (int i = 0; i < ACTORS; i++)
        if (!a->slots[i].pid)
            return i;
    return -1;
}

static bool end_sharer(struct slot *slot)
{
    for (int i = 0; i < SHARERS; i++)
        if (slot->sharers[i]) {
            bool ended = end(slot->sharers[i]);
            slot->sharers[i] = 0;
            return ended;
        }
    return false;
}

static bool end_actor(struct slot *slot)
{
    bool ended = end(slot->pid);

    while (end_sharer(slot))
        continue;
    slot->pid = 0;
    slot->idle = false;
    return ended;
}

static pid_t *sharer_place(struct slot *slot)
{
    for (int i = 0; i < SHARERS; i++)
        if (!slot->sharers[i])
            return &slot->sharers[i];
    return NULL;
}

// ThreadSanitizer knows no process on the same memory, and no new threads after a fork.
static bool beyond_sanitizer(enum actor_op op)
{
#ifdef __SANITIZE_THREAD__
    return op == OP_SHARE || op == OP_LEADER_EXIT;
#else
    return op == OP_COUNT;
#endif
}

bool actors_do(struct actors *a, int number, enum actor_op op, int which, int how)
{
    struct slot *slot = &a->slots[number];
    struct order order = {op, which, how};
    struct escape report;

    if (!slot->pid)
        return false;
    if (op == OP_EXIT)
        return end_actor(slot);
    if (op == OP_UNSHARE)
        return end_sharer(slot);
    if (beyond_sanitizer(op) || slot->idle || (op == OP_SHARE && !sharer_place(slot)) ||
        write(slot->orders[1], &order, sizeof order) != sizeof order)
        return false;
    if (op == OP_EXEC) {
        slot->idle = true;
        return await(is_sleep, &slot->pid, 60);
    }
    if (read(slot->reports[0], &report, sizeof report) != sizeof report || !report.done)
        return false;
    if (op == OP_FORK)
        a->slots[which].pid = report.child;
    if (op == OP_SHARE)
        *sharer_place(slot) = report.child;
    return op != OP_LEADER_EXIT || await(leader_gone, &slot->pid, 60);
}

void actors_free(struct actors *a)
{
    for (int i = 0; i < ACTORS; i++) {
        if (a->slots[i].pid)
            end_actor(&a->slots[i]);
        for (int k = 0; k < 2; k++) {
            close(a->slots[i].orders[k]);
            close(a->slots[i].reports[k]);
        }
    }
    free(a);
}

// clang-format on