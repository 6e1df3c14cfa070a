// Going into an IPC namespace, acting there and coming back, through a terminal; one that ends while it
// is shown.
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/test.h"
#include "support/tty.h"

enum { KEY = 0x4242 };

struct stranger { // shared with the child
    volatile int shmid;
    volatile bool look, there;
};

static pid_t stranger;
static struct stranger *shared;

static void live_apart(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    prctl(PR_SET_NAME, "stranger");
    shared->shmid = shmget(KEY, 4096, IPC_CREAT | 0600);
    child_ready(ready);
    for (;;) { // asked whether the segment is there, which nobody else can see
        struct shmid_ds ds;
        shared->there = shmctl(shared->shmid, IPC_STAT, &ds) == 0;
        shared->look = false;
        usleep(1000);
    }
}

static int setup(void **state)
{
    (void)state;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    stranger = child_start(live_apart, NULL);
    return stranger > 0 ? 0 : -1;
}

static int teardown(void **state)
{
    tty_teardown(state);
    if (stranger > 0)
        child_end(stranger);
    munmap(shared, sizeof *shared);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static const char *inode_of(pid_t pid)
{
    static char link[64];
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/ns/ipc", (int)pid);
    ssize_t n = readlink(path, link, sizeof link - 1);
    assert_true(n > 6);
    link[n - 1] = '\0';
    return link + strlen("ipc:[");
}

static bool removed(struct tty *t, void *arg)
{
    (void)t;
    (void)arg;
    shared->look = true;
    for (int i = 0; shared->look && i < 1000; i++)
        usleep(1000);
    return !shared->there;
}

// In the view of namespaces with the cursor on the stranger's, entered.
static struct tty *enter(void)
{
    char filter[64];

    snprintf(filter, sizeof filter, "ipc_namespace=%s", inode_of(stranger));
    struct tty *t = tty_start(
        &(struct tty_options){.w = 150, .h = 40},
        (const char *const[]){BUILD_DIR "/ipctop", "-d", "0.3", "-f", filter, "namespaces", NULL});
    tty_must_show(t, "stranger");
    tty_send(t, "\r");
    tty_must_show(t, "0x00004242");
    return t;
}

TEST(enter_goes_in_acts_there_and_escape_comes_back)
{
    char place[64];
    struct tty *t = enter();

    snprintf(place, sizeof place, "%s (stranger)?",
             inode_of(stranger)); // of "in IPC namespace ..."
    tty_send(t, "x");
    tty_must_show(t, "Remove segment");
    tty_must_show(t, place);
    tty_must_show(t, "type remove:"); // its creator runs
    tty_send(t, "remove\r");
    tty_must(t, "it is removed there", removed, NULL);
    tty_must_not_show(t, "0x00004242");
    tty_send(t, "\033");
    tty_must_show(t, "back in our own IPC namespace");
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

// Samples plotted beside the sum of semaphores waited on, of which there are none: the lowest block.
static int samples(struct tty *t)
{
    int y = tty_find(t, " Sem ["), n = 0;

    for (const char *at = y < 0 ? "" : tty_row(t, y); (at = strstr(at, "▁")); at++)
        n++;
    return n;
}

static bool has_past(struct tty *t, void *arg)
{
    return samples(t) >= *(int *)arg;
}

TEST(the_past_of_our_own_namespace_waits_for_the_return)
{
    struct tty *t =
        tty_start(&(struct tty_options){.w = 150, .h = 40},
                  (const char *const[]){BUILD_DIR "/ipctop", "-d", "0.5", "namespaces", NULL});
    int before = 6, any = 1;

    tty_must(t, "six samples", has_past, &before);
    before = samples(t);
    tty_send(t, "\\ipc_namespace=");
    tty_send(t, inode_of(stranger));
    tty_send(t, "\r");
    tty_must_show(t, "row 1 of 1");
    tty_send(t, "\r");
    tty_must_show(t, "0x00004242");
    tty_send(t, "\033");
    tty_must_show(t, "back in our own");
    tty_must(t, "a past", has_past, &any);
    tty_pump(t, 100); // the rest of that line
    assert_true(samples(t) >= before);
}

TEST(one_that_ends_while_it_is_shown_is_left)
{
    struct tty *t = enter();

    child_end(stranger);
    stranger = 0;
    tty_must_show(t, "(stranger) has ended: back in our own IPC namespace");
    tty_must_not_show(t, "0x00004242");
    tty_key(t, "f10");
    assert_int_equal(tty_must_exit(t), 0);
}

int main(void)
{
    return ns_run(tests_run);
}
