// The outage: a process stuck where ps, top and lsof hang, before the monitor starts. It is named, and
// killed from the finding that names it.
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "linux/process/pidfd.h"
#include "support/ns.h"
#include "support/scene.h"
#include "support/stall.h"
#include "support/test.h"
#include "support/tty.h"

TEST_FIXTURE(NULL, tty_teardown)

static struct stall stall;
static int shmid;
static _Atomic int *go;

// Its old image holds a dirty page of a file whose write-back waits: exec does not come to its end.
static void sick(void *arg, int ready)
{
    (void)arg;
    int fd = open(stall.file, O_RDWR | O_CLOEXEC);
    char *map = mmap(NULL, STALL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (map == MAP_FAILED || shmat(shmid, NULL, 0) == (void *)-1)
        _exit(1);
    close(fd);
    map[0] = 1;
    child_ready(ready);
    while (!atomic_load(go))
        usleep(1000);
    execl("/bin/sleep", "sleep", "1000", NULL);
    _exit(1);
}

static bool is_held(void *arg)
{
    (void)arg;
    return stall_held(&stall) > 0;
}

static bool dead(struct tty *t, void *pid)
{
    (void)t;
    return !scene_alive(*(pid_t *)pid);
}

TEST(what_blocks_everything_is_killed)
{
    char stuck[64], sent[64];

    int error = stall_start(&stall);
    if (error) {
        printf("skip: no file system of our own: %s\n", strerror(-error));
        skip();
    }
    go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shmid = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    pid_t pid = child_start(sick, NULL);
    uint64_t instance = pidfd_instance_of(pid);
    stall_hold(&stall, STALL_WRITES);
    atomic_store(go, 1);
    assert_true(await(is_held, NULL, 60));

    struct tty *t =
        tty_start(&(struct tty_options){.w = 120, .h = 40},
                  (const char *const[]){BUILD_DIR "/ipctop", "-d", "0.3", "triage", NULL});
    snprintf(stuck, sizeof stuck, "process %d outage_test stuck", (int)pid);
    tty_must_show(t, stuck);
    if (!instance) {
        printf("skip: this kernel does not number processes for good\n");
    } else {
        tty_send(t, "/stuck\r");
        tty_key(t, "f9");
        tty_must_show(t, "SIGTERM");
        tty_send(t, "9\r");
        tty_must_show(t, "y yes");
        tty_must_show(t, "SIGKILL");
        tty_send(t, "y");
        snprintf(sent, sizeof sent, "SIGKILL sent to process %d outage_test", (int)pid);
        tty_must_show(t, sent);
    }
    stall_hold(&stall, 0);
    if (instance)
        tty_must(t, "it dies", dead, &pid);
    tty_must_not_show(t, stuck);
    tty_send(t, "q");
    assert_int_equal(tty_must_exit(t), 0);
    child_end(pid);
    stall_end(&stall);
    shmctl(shmid, IPC_RMID, NULL);
}

int main(void)
{
    return ns_run(tests_run);
}
