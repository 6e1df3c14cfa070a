// What the kernel's table shows of a change of attachments, and what leaves no trace in it: the
// facts that decide when processes need not be asked again (app/scanner.h).
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "linux/objects/sysvipc.h"
#include "support/ns.h"
#include "support/test.h"

enum { PAGE = 4096, SIZE = 8 * PAGE };
enum { ATIME = 1, DTIME = 2 }; // which of them moved

struct event {
    const char *name;
    void (*before)(char *at); // in the process that holds the segment
    void (*then)(char *at);
    int change; // of nattch
    unsigned times;
    bool actor; // it becomes lpid; else nobody does
    bool not_attached;
};

static int shmid; // of the process that acts

// --- what happens -------------------------------------------------------------------------------

static void must(bool done)
{
    if (!done)
        _exit(1);
}

static void attach(char *at)
{
    (void)at;
    must(shmat(shmid, NULL, 0) != (void *)-1);
}

static void fork_one(char *at)
{
    (void)at;
    pid_t child = fork();
    must(child >= 0);
    if (child == 0)
        for (;;)
            pause();
}

static void detach(char *at)
{
    must(shmdt(at) == 0);
}

static void leave(char *at)
{
    (void)at;
    _exit(0);
}

static void execute(char *at)
{
    (void)at;
    execl("/bin/sleep", "sleep", "1000", NULL);
    _exit(1);
}

static void unmap_all(char *at)
{
    must(munmap(at, SIZE) == 0);
}

static void protect_part(char *at)
{
    must(mprotect(at + 2 * PAGE, PAGE, PROT_READ) == 0);
}

static void protect_all(char *at)
{
    must(mprotect(at, SIZE, PROT_READ) == 0);
}

static void unmap_head(char *at)
{
    must(munmap(at, PAGE) == 0);
}

static void unmap_middle(char *at)
{
    must(munmap(at + 2 * PAGE, PAGE) == 0);
}

static void move(char *at)
{
    char *there = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(mremap(at, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, there) != MAP_FAILED);
}

static void shrink(char *at)
{
    must(mremap(at, SIZE, SIZE / 2, 0) != MAP_FAILED);
}

static void grow(char *at)
{
    must(mremap(at, SIZE / 2, SIZE, 0) == at);
}

static void duplicate(char *at)
{
    must(mremap(at, 0, SIZE, MREMAP_MAYMOVE) != MAP_FAILED);
}

static int sleep_shared(void *arg)
{
    (void)arg;
    for (;;)
        pause();
    return 0;
}

static pid_t sharer;

static void share_memory(char *at)
{
    static char stack[65536] __attribute__((aligned(16)));

    (void)at;
    sharer = clone(sleep_shared, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
    must(sharer > 0);
}

static void end_sharer(char *at)
{
    (void)at;
    must(kill(sharer, SIGKILL) == 0 && waitpid(sharer, NULL, 0) == sharer);
}

static void leave_namespace(char *at)
{
    (void)at;
    must(unshare(CLONE_NEWIPC) == 0);
}

static void map_its_file(char *at)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)at,
             (unsigned long)at + SIZE);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    must(fd >= 0 && mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED);
    close(fd);
}

// clang-format off
static const struct event events[] = {
    {"attach", NULL, attach, 1, ATIME, true, true},
    {"attach again", NULL, attach, 1, ATIME, true, false},
    {"fork", NULL, fork_one, 1, ATIME, true, false}, // lpid is the parent
    {"fork of two mappings", duplicate, fork_one, 2, ATIME, true, false},
    {"detach", NULL, detach, -1, DTIME, true, false},
    {"exit", NULL, leave, -1, DTIME, true, false},
    {"exec", NULL, execute, -1, DTIME, true, false},
    {"munmap of all", NULL, unmap_all, -1, DTIME, true, false},
    {"mprotect of a part", NULL, protect_part, 2, ATIME, true, false},
    {"munmap of the head", NULL, unmap_head, 0, ATIME | DTIME, true, false},
    {"munmap of the middle", NULL, unmap_middle, 1, ATIME | DTIME, true, false},
    {"mremap that moves", NULL, move, 0, ATIME | DTIME, true, false},
    {"mremap that shrinks", NULL, shrink, 0, ATIME | DTIME, true, false},
    {"mremap that duplicates", NULL, duplicate, 1, ATIME, true, false},
    // No trace at all.
    {"mremap that grows in place", shrink, grow, 0, 0, false, false},
    {"mprotect of all", NULL, protect_all, 0, 0, false, false},
    {"clone(CLONE_VM)", NULL, share_memory, 0, 0, false, false},
    {"the end of such a clone", share_memory, end_sharer, 0, 0, false, false},
    {"leaving the IPC namespace", NULL, leave_namespace, 0, 0, false, false},
    {"a mapping of its file", NULL, map_its_file, 0, 0, false, false},
};
// clang-format on
enum { EVENTS = sizeof events / sizeof *events };

// --- one process for each -----------------------------------------------------------------------

static struct {
    int shmid;
    pid_t pid;
    struct segment before;
} runs[EVENTS];
static _Atomic int *go, *done; // shared with the processes

static void act(void *arg, int ready)
{
    const struct event *event = arg;
    char *at = NULL;

    shmid = runs[event - events].shmid;
    if (!event->not_attached) {
        at = shmat(shmid, NULL, 0);
        must(at != (void *)-1);
    }
    if (event->before)
        event->before(at);
    child_ready(ready);
    while (!atomic_load(go))
        usleep(1000);
    event->then(at);
    atomic_fetch_add(done, 1);
    for (;;)
        pause();
}

static void read_segment(int id, struct segment *out)
{
    struct segment_vec all = {0};
    bool found = false;

    assert_int_equal(sysvipc_read("/proc", KIND_SEGMENT, &all), 0);
    for (size_t i = 0; i < all.n; i++)
        if (all.at[i].o.id == id) {
            *out = all.at[i];
            found = true;
        }
    vec_free(&all);
    assert_true(found);
}

static unsigned moved(const struct segment *a, const struct segment *b)
{
    return (a->atime != b->atime ? ATIME : 0u) | (a->dtime != b->dtime ? DTIME : 0u);
}

static bool has_happened(void *arg)
{
    const struct event *event = arg;
    size_t i = (size_t)(event - events);
    struct segment now;

    read_segment(runs[i].shmid, &now);
    // What leaves a trace is seen by it; an exec or exit says nothing itself.
    return moved(&runs[i].before, &now) == event->times &&
           now.nattch == runs[i].before.nattch + (uint64_t)(int64_t)event->change;
}

static bool all_done(void *arg)
{
    (void)arg;
    return atomic_load(done) >= EVENTS - 2; // who exits or execs does not say so
}

static bool second_over(void *arg)
{
    return time(NULL) > *(const time_t *)arg;
}

static int start_all(void **state)
{
    (void)state;
    go = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    done = go + 1;
    for (size_t i = 0; i < EVENTS; i++) {
        runs[i].shmid = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
        runs[i].pid = child_start(act, (void *)&events[i]);
        if (runs[i].shmid < 0 || runs[i].pid < 0)
            return -1;
    }
    for (size_t i = 0; i < EVENTS; i++)
        read_segment(runs[i].shmid, &runs[i].before);
    // The times have one second's grain.
    time_t now = time(NULL);
    if (!await(second_over, &now, 60))
        return -1;
    atomic_store(go, 1);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < EVENTS; i++) {
        child_end(runs[i].pid);
        shmctl(runs[i].shmid, IPC_RMID, NULL);
    }
    return 0;
}

TEST(every_change_leaves_its_trace, .setup = start_all, .teardown = end_all)
{
    bool files = ns_was_root(); // map_files takes CAP_CHECKPOINT_RESTORE of the machine

    if (files)
        assert_true(await(all_done, NULL, 60));
    for (size_t i = 0; i < EVENTS; i++) {
        const struct event *event = &events[i];
        struct segment now;
        if (event->then == map_its_file && !files)
            continue;
        bool happened = await(has_happened, (void *)event, 60);
        read_segment(runs[i].shmid, &now);
        if (!happened)
            fail_msg("%s: nattch %d, times %u", event->name,
                     (int)(now.nattch - runs[i].before.nattch), moved(&runs[i].before, &now));
        assert_int_equal(now.lpid, event->actor ? runs[i].pid : runs[i].before.lpid);
    }
}

// Removal shows in key and mode alone; who knows the id still attaches.
TEST(removal_changes_key_and_mode)
{
    struct segment before, now;

    int id = shmget(0x7711, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    char *at = shmat(id, NULL, 0);
    read_segment(id, &before);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    read_segment(id, &now);
    assert_int_equal(now.o.key, 0);
    assert_int_equal(now.flags, SEG_DEST);
    assert_int_equal(now.o.ctime, before.o.ctime);
    assert_int_equal(now.lpid, before.lpid);
    assert_int_equal(now.nattch, 1);
    char *again = shmat(id, NULL, 0);
    assert_ptr_not_equal(again, (void *)-1);
    read_segment(id, &now);
    assert_int_equal(now.nattch, 2);
    shmdt(again);
    shmdt(at);
}

int main(void)
{
    return ns_run(tests_run);
}
