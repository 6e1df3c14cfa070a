// The shared view through a terminal: removing what POSIX names, signalling who holds it, what has no
// name. On a /dev/shm of the test's own.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/logfile.h"
#include "support/ns.h"
#include "support/shm_world.h"
#include "support/test.h"
#include "support/tty.h"

#define START(...)                                                                                 \
    tty_start(                                                                                     \
        &(struct tty_options){.w = 150, .h = 40},                                                  \
        (const char *const[]){BUILD_DIR "/ipctop", "-d", "0.3", "shared", ##__VA_ARGS__, NULL})

static pid_t holder;

static int make_world(void **state)
{
    holder = 0;
    return shm_world_begin(state);
}

static int end_world(void **state)
{
    tty_teardown(state);
    if (holder > 0)
        child_end(holder);
    return shm_world_end(state);
}

TEST_FIXTURE(make_world, end_world)

static bool make(const char *path)
{
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    bool made = fd >= 0 && ftruncate(fd, 4096) == 0;

    if (fd >= 0)
        close(fd);
    return made;
}

static void hold(void *arg, int ready)
{
    int memfd = memfd_create("test-memfd", 0);

    (void)arg;
    prctl(PR_SET_NAME, "shm-holder");
    int fd = make("/dev/shm/test-used") ? open("/dev/shm/test-used", O_RDWR) : -1;
    if (memfd < 0 || fd < 0 || ftruncate(memfd, 8192) < 0 ||
        mmap(NULL, 8192, PROT_READ, MAP_SHARED, memfd, 0) == MAP_FAILED ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static bool gone(struct tty *t, void *path)
{
    struct stat st;

    (void)t;
    return lstat(path, &st) < 0;
}

static void must_end(struct tty *t)
{
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

TEST(what_nothing_uses_is_removed_with_y)
{
    assert_true(make("/dev/shm/test-free"));
    struct tty *t = START("-f", "name=test-free");

    tty_must_show(t, "rw-------"); // its row
    tty_send(t, "x");
    tty_must_show(t, "Remove POSIX segment test-free (4.0K, owner");
    tty_must_show(t, "It vanishes at once, with its contents.");
    tty_must_show(t, "y yes"); // once descriptors were looked at
    tty_send(t, "n");
    tty_must_show(t, "nothing done");
    assert_false(gone(t, "/dev/shm/test-free"));
    tty_send(t, "x");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must(t, "it is removed", gone, "/dev/shm/test-free");
    tty_must_show(t, "POSIX segment test-free removed");
    must_end(t);
}

TEST(what_a_process_uses_takes_the_word)
{
    holder = child_start(hold, NULL);
    assert_true(holder > 0);
    struct tty *t = START("-f", "name=test-used");

    tty_must_show(t, "shm-holder");
    tty_must_show(t, "shm-holder: 4.0K POSIX, 8.0K memfd, 1 process"); // the application in all
    tty_send(t, "x");
    tty_must_show(t, "1 process that uses it keeps its memory");
    tty_must_show(t, "type remove:");
    tty_send(t, "y\r");
    tty_must_be_quiet(t, 50);
    assert_false(gone(t, "/dev/shm/test-used"));
    tty_send(t, "\025remove\r");
    tty_must(t, "it is unlinked", gone, "/dev/shm/test-used");
    tty_must_show(t, "test-used unlinked; what uses it keeps it");
    must_end(t);
}

// Nor is the memory that the monitor itself uses in the list.
TEST(what_has_no_name_is_refused_with_its_holders)
{
    holder = child_start(hold, NULL);
    assert_true(holder > 0);
    struct tty *t = START("-f", "kind=memfd");

    tty_must_show(t, "test-memfd");
    tty_must_show(t, "shm-holder");
    assert_int_equal(tty_find(t, "screen"), -1);
    tty_send(t, "x");
    tty_must_show(t, "test-memfd has no name to remove: its memory is free once its holders end");
    must_end(t);
}

TEST(its_holder_is_signalled)
{
    holder = child_start(hold, NULL);
    assert_true(holder > 0);
    struct tty *t = START("-f", "name=test-used");

    tty_must_show(t, "shm-holder");
    tty_send(t, "k");
    tty_must_show(t, "Send signal to");
    tty_send(t, "\r");
    tty_must_show(t, "y yes");
    tty_send(t, "y");
    tty_must_show(t, "SIGTERM sent to");
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    holder = 0;
    must_end(t);
}

TEST(readonly_refuses)
{
    assert_true(make("/dev/shm/test-free"));
    struct tty *t = START("--readonly", "-f", "name=test-free");

    tty_must_show(t, "rw-------");
    assert_int_equal(tty_find(t, "Remove"), -1);
    tty_send(t, "x");
    tty_must_show(t, "--readonly");
    assert_false(gone(t, "/dev/shm/test-free"));
    must_end(t);
}

// The log has attempts alone: what has no name has nothing that could be removed.
TEST(only_an_attempt_is_logged)
{
    struct logfile logged;

    logfile_make(&logged);
    holder = child_start(hold, NULL);
    assert_true(holder > 0);
    struct tty *t = START("--readonly", "--log", logged.path);
    tty_must_show(t, "test-memfd");
    tty_send(t, "/test-memfd\r");
    tty_must_show(t, "shm-holder");
    tty_send(t, "x");
    tty_must_show(t, "started with --readonly");
    tty_send(t, "/test-used\r");
    tty_must_show(t, "rw-------");
    tty_send(t, "x");
    MUST_LOG(t, &logged, 1, "] action uid=", "verb=remove result=refused", "test-used");
    assert_int_equal(LOGGED(&logged, "] action"), 1);
    must_end(t);
    logfile_remove(&logged);
}

int main(void)
{
    return ns_run(tests_run);
}
