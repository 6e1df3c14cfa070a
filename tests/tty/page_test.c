// The page of a process, on a screen: opened from processes and from holders, with thousands of them, of
// one whose memory cannot be read, and with files of hostile names.
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/scene.h"
#include "support/stall.h"
#include "support/test.h"
#include "support/tty.h"

#define IPCTOP BUILD_DIR "/ipctop"
enum { MIB = 1 << 20, MANY = 2000, PATIENCE = 60 };

static pid_t child; // of the test that runs

static int teardown(void **state)
{
    tty_teardown(state);
    if (child > 0)
        child_end(child);
    child = 0;
    scene_clean();
    return 0;
}

TEST_FIXTURE(NULL, teardown)

static struct tty *start(const char *table)
{
    return tty_start(&(struct tty_options){.w = 120, .h = 40},
                     (const char *const[]){IPCTOP, "-d", "0.5", table, NULL});
}

static bool dead(struct tty *t, void *pid)
{
    (void)t;
    return !scene_alive(*(pid_t *)pid);
}

// From the table of processes, by a filter.
static void open_page(struct tty *t, pid_t pid)
{
    char text[32];

    tty_must_show(t, "SEGS");
    snprintf(text, sizeof text, "\\pid=%d\r", pid);
    tty_send(t, text);
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "\r");
    tty_must_show(t, "FD KIND");
}

TEST(opened_from_processes_and_from_holders)
{
    const struct scene_actor python = {
        .role = "attach", .comm = "python", .argv = {"python", "report.py"}, .values = {0, 1}};
    char path[32], id_text[16], ended[32];
    pid_t pid;
    int id = scene_stray(MIB, &python, &pid);

    snprintf(path, sizeof path, "python %d", pid);
    snprintf(id_text, sizeof id_text, "%d › ", id);
    snprintf(ended, sizeof ended, "%d python ended", pid);
    struct tty *t = start("segments");
    tty_must_show(t, "dest");
    tty_send(t, "\r"); // holders
    tty_must_show(t, "report.py");
    tty_send(t, "p");
    tty_must_show(t, path);
    tty_must_show(t, "Holds      ");
    tty_must_show(t, "Open       ");
    tty_must_show(t, "FD KIND");
    tty_send(t, "\033"); // back among the holders
    tty_must_not_show(t, "FD KIND");
    tty_must_show(t, "ACCESS");
    tty_send(t, "7");
    tty_must_show(t, "SEGS");
    tty_must_show(t, "report.py");
    tty_send(t, "/report\r\r"); // found, and opened
    tty_must_show(t, "FD KIND");
    tty_must_show(t, path);
    tty_send(t, "k\r"); // SIGTERM stands first
    tty_must_show(t, "Send SIGTERM to");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must(t, "the process dies", dead, &pid);
    tty_must_show(t, ended);
    assert_false(scene_has_segment(id));
    tty_send(t, "\033\033"); // the outcome, the page
    tty_must_show(t, "SEGS");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// --- many -----------------------------------------------------------------------------------------

static void hold_with_many(void *arg, int ready)
{
    prctl(PR_SET_NAME, "crowd");
    if (shmat(*(int *)arg, NULL, 0) == (void *)-1)
        _exit(1);
    for (int i = 0; i < MANY; i++) { // attachments are inherited
        pid_t pid = fork();
        if (pid < 0)
            _exit(1);
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    }
    child_ready(ready);
    for (;;)
        pause();
}

TEST(one_of_thousands_of_holders)
{
    int id = scene_segment(MIB, 0600, 0);
    char path[32];
    pid_t pid = child = child_start(hold_with_many, &id);

    assert_true(pid > 0);
    snprintf(path, sizeof path, "crowd %d", pid);
    struct tty *t = start("processes");
    tty_must_show(t, "7 Processes 2002"); // and this test, which made it
    open_page(t, pid);
    tty_must_show(t, path);
    tty_must_show(t, "Open       ");
    tty_send(t, "k\r");
    tty_must_show(t, "2000 children hold");
    tty_send(t, "\033\033");
    tty_must_not_show(t, "FD KIND");
    tty_send(t, "\033"); // the filter
    tty_must_show(t, "7 Processes 2002");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

// --- what does not answer ---------------------------------------------------------------------------

// A process one of whose threads waits for a page of a file, with its memory map locked; or that waits in
// execve(2) for a file to be written.
struct sick {
    struct stall stall;
    _Atomic int *go;
    int shmid;
    bool execs;
};
static char *volatile map;
static sigjmp_buf before_touch;

static void touch_again(int signal)
{
    (void)signal;
    siglongjmp(before_touch, 1);
}

static void *touch(void *arg)
{
    struct sick *sick = arg;

    signal(SIGBUS, touch_again);
    if (sigsetjmp(before_touch, 1))
        stall_hold(&sick->stall, STALL_READS | STALL_READS_FAIL_FIRST);
    volatile char byte = map[0];
    (void)byte;
    return NULL;
}

static void fall_sick(void *arg, int ready)
{
    struct sick *sick = arg;
    pthread_t thread;

    prctl(PR_SET_NAME, "sick");
    if (shmat(sick->shmid, NULL, 0) == (void *)-1)
        _exit(1);
    int fd = open(sick->stall.file, O_RDWR | O_CLOEXEC);
    map = mmap(NULL, STALL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) // its descriptor stays: what it names must not be asked for
        _exit(1);
    if (sick->execs)
        map[0] = 1; // to be written back when the old image goes
    child_ready(ready);
    while (!atomic_load(sick->go))
        usleep(1000);
    if (sick->execs)
        execl("/bin/sleep", "sleep", "1000", NULL);
    pthread_create(&thread, NULL, touch, sick);
    for (;;) { // waits for the lock in its turn, and all that come after do
        void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(p, 4096);
        usleep(1000);
    }
}

static bool is_held(void *stall)
{
    return stall_held(stall) > 0;
}

TEST(of_one_whose_memory_cannot_be_read)
{
    struct sick sick = {.shmid = scene_segment(MIB, 0600, 0)};

    if (stall_start(&sick.stall) < 0)
        skip(); // no file system of our own here
    sick.go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = child = child_start(fall_sick, &sick);
    assert_true(pid > 0);
    struct tty *t = start("processes");
    open_page(t, pid);
    tty_must_show(t, "its part"); // it is well
    stall_hold(&sick.stall, STALL_READS | STALL_READS_FAIL_FIRST);
    atomic_store(sick.go, 1);
    assert_true(await(is_held, &sick.stall, PATIENCE));
    tty_must_show(t, "the process did not answer in time");
    tty_must_show(t, "/data"); // the file that hangs is listed all the same
    stall_hold(&sick.stall, 0);
    tty_must_not_show(t, "the process did not answer in time");
    tty_send(t, "\033");
    tty_must_show(t, "SEGS");
    tty_send(t, "\003");
    assert_true(tty_must_exit(t) == 0 || tty_must_exit(t) == 128 + SIGINT);
    stall_end(&sick.stall);
    munmap((void *)sick.go, 4096);
}

// Not even its descriptors can be listed: fs/exec.c holds exec_update_lock until the old image is gone.
TEST(of_one_stuck_in_exec)
{
    struct sick sick = {.shmid = scene_segment(MIB, 0600, 0), .execs = true};

    if (stall_start(&sick.stall) < 0)
        skip();
    sick.go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = child = child_start(fall_sick, &sick);
    assert_true(pid > 0);
    struct tty *t = start("processes");
    open_page(t, pid);
    tty_must_show(t, "/data");
    stall_hold(&sick.stall, STALL_WRITES);
    atomic_store(sick.go, 1);
    assert_true(await(is_held, &sick.stall, PATIENCE));
    tty_must_show(t, "did not answer in time");
    tty_send(t, "?"); // and the screen obeys
    tty_must_show(t, "Help: Files");
    tty_send(t, "\033");
    tty_must_show(t, "did not answer in time");
    stall_hold(&sick.stall, 0); // it is sleep(1) now
    tty_must_not_show(t, "did not answer in time");
    tty_must_show(t, "sleep 1000");
    tty_send(t, "\003");
    int status = tty_must_exit(t);
    assert_true(status == 0 || status == 128 + SIGINT);
    stall_end(&sick.stall);
    munmap((void *)sick.go, 4096);
}

// --- what it has open is anything -------------------------------------------------------------------

static void open_hostile(void *arg, int ready)
{
    const char *name = "/tmp/\033]0;evil\a\033[2Jnew\nline";

    prctl(PR_SET_NAME, "host\033[31m");
    if (shmat(*(int *)arg, NULL, 0) == (void *)-1 || open(name, O_CREAT | O_RDWR, 0600) < 0)
        _exit(1);
    unlink(name);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(names_that_are_commands_to_a_terminal)
{
    int id = scene_segment(MIB, 0600, 0);
    size_t n;
    pid_t pid = child = child_start(open_hostile, &id);

    assert_true(pid > 0);
    struct tty *t = start("processes");
    open_page(t, pid);
    tty_must_show(t, "(deleted)");
    tty_must_show(t, "evil");
    const char *bytes = tty_bytes(t, &n);
    assert_null(memmem(bytes, n, "]0;evil\a", 8));
    tty_resize(t, 40, 10);
    tty_must_show(t, "FD");
    tty_resize(t, 120, 40);
    tty_must_show(t, "(deleted)");
    tty_send(t, "\033");
    tty_must_show(t, "SEGS");
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
