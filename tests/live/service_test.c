// The main process of a service: in a control group that is named as systemd names it, below an init that
// goes by systemd's name, with unit files in a private /run.
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

enum { PATIENCE = 60 };

static struct {
    char unit[64], group[128]; // its name, and the directory of its control group
    bool made;                 // that directory
    int shmid;
    pid_t main, orphans[2]; // all of them
    size_t n;
} world;

static void be_systemd(void)
{
    prctl(PR_SET_NAME, "systemd");
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

    close(fd);
    return n == (ssize_t)strlen(text);
}

static void set_unit(const char *text)
{
    char *path = mem_format("/run/systemd/system/%s", world.unit);

    assert_true(write_text(path, text));
    free(path);
}

// The first that takes a directory: of the hierarchy that systemd has for itself, or of all.
static bool make_group(void)
{
    static const char *const tops[] = {"/sys/fs/cgroup/systemd", "/sys/fs/cgroup"};

    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
        snprintf(world.group, sizeof world.group, "%s/%s", tops[i], world.unit);
        world.made = mkdir(world.group, 0755) == 0;
        if (world.made)
            return true;
    }
    return false;
}

static bool is_orphan(void *arg)
{
    char command[64];
    struct said said;

    snprintf(command, sizeof command, "cut -d' ' -f4 /proc/%d/stat", *(pid_t *)arg);
    said = shell_run(command);
    bool orphan = atoi(said.out) == 1;
    said_clear(&said);
    return orphan;
}

// A process in the group whose parent has ended: init has it now.
static pid_t start_orphan(void)
{
    pid_t pid = 0;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0) {
        char *procs = mem_format("%s/cgroup.procs", world.group);
        if (fork() != 0)
            _exit(0);
        pid = getpid();
        if (!write_text(procs, "0") || shmat(world.shmid, NULL, 0) == (void *)-1)
            pid = -1;
        if (write(ends[1], &pid, sizeof pid) < 0 || pid < 0)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
    close(ends[0]);
    if (pid <= 0)
        return pid;
    assert_true(world.n < sizeof world.orphans / sizeof *world.orphans);
    world.orphans[world.n++] = pid;
    assert_true(await(is_orphan, &pid, PATIENCE));
    return pid;
}

static bool is_gone(void *arg)
{
    (void)arg;
    return rmdir(world.group) == 0;
}

static int make_world(void **state)
{
    (void)state;
    // The pid in the name is one of this PID namespace: another test's is not far.
    snprintf(world.unit, sizeof world.unit, "ipctop-test-%lx-%d.service", (long)random(), getpid());
    world.shmid = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    if (mount("none", "/run", "tmpfs", 0, NULL) < 0 || mkdir("/run/systemd", 0755) < 0 ||
        mkdir("/run/systemd/system", 0755) < 0)
        return -1;
    if (!make_group())
        return 0;
    world.main = start_orphan();
    return 0;
}

static int end_world(void **state)
{
    (void)state;
    for (size_t i = 0; i < world.n; i++)
        kill(world.orphans[i], SIGKILL);
    return !world.made || await(is_gone, NULL, PATIENCE) ? 0 : -1;
}

TEST_GROUP_FIXTURE(make_world, end_world)

static char *restart_of(pid_t pid)
{
    char *arguments = mem_format("--json processes -o pid,unit,restart -f pid=%d", pid);
    json_t *root = program_document(arguments, false);
    json_t *rows = json_object_get(root, "processes");

    assert_int_equal(json_array_size(rows), 1);
    json_t *row = json_array_get(rows, 0);
    assert_string_equal(json_string_value(json_object_get(row, "unit")), world.unit);
    const char *value = json_string_value(json_object_get(row, "restart"));
    char *copy = mem_copy_string(value ? value : "unknown");
    json_decref(root);
    free(arguments);
    return copy;
}

static void expect(const char *restart)
{
    char *ours = restart_of(world.main);

    assert_string_equal(ours, restart);
    free(ours);
}

TEST(its_unit_file_is_read)
{
    if (world.main <= 0)
        skip(); // no control group may be made here
    expect("unknown");
    set_unit("[Service]\nRestart=always\n");
    expect("always");
    set_unit("[Service]\nRestart=on-failure\n");
    expect("on-failure");
}

TEST(of_two_that_init_has_none_is_known_as_the_main_one)
{
    if (world.main <= 0)
        skip();
    set_unit("[Service]\nRestart=always\n");
    pid_t left = start_orphan();
    expect("unknown");
    kill(left, SIGKILL);
    world.n--;
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    srandom((unsigned)getpid());
    ns_in_init = be_systemd;
    return ns_run(tests);
}
