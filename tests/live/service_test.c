// The main process of a service: in a control group that is named as systemd names it, below an init that
// goes by systemd's name, with unit files in a private /run; and of a user's, below a manager of that name.
#include <errno.h>
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
    char user[192]; // the group of a user's service, "…/x.slice/user@0.service/NAME"
    pid_t manager, of_user;
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

// --- a user's manager ---------------------------------------------------------------------------

// What /proc/PID/environ shows lies where the program found it at its start.
static bool set_environment(const char *text, size_t n)
{
    char **last = environ;

    while (last[0] && last[1])
        last++;
    size_t room = last[0] ? (size_t)(last[0] + strlen(last[0]) + 1 - environ[0]) : 0;
    if (room < n)
        return false;
    char *start = environ[0];
    memset(start, 0, room);
    memcpy(start, text, n);
    return true;
}

static bool join(const char *group)
{
    char *procs = mem_format("%s/cgroup.procs", group);
    bool joined = write_text(procs, "0");

    free(procs);
    return joined;
}

// Starts the service, and reports it. Ended with its pipe by the end of the test.
static void manage(int to)
{
    static const char text[] = "HOME=/run/home\0XDG_RUNTIME_DIR=/run/user";
    pid_t pid = -1;

    prctl(PR_SET_NAME, "systemd");
    if (set_environment(text, sizeof text))
        pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NAME, "a-service");
        pid = join(world.user) && shmat(world.shmid, NULL, 0) != (void *)-1 ? getpid() : -1;
    }
    if (pid != -1 && getpid() != pid) // the manager
        for (;;)
            pause();
    if (write(to, &pid, sizeof pid) < 0 || pid < 0)
        _exit(1);
    for (;;)
        pause();
}

static bool make_user_groups(void)
{
    const char *slash = strrchr(world.group, '/');

    snprintf(world.user, sizeof world.user, "%.*s/%.*s.slice", (int)(slash - world.group),
             world.group, (int)strcspn(slash + 1, "."), slash + 1);
    if (mkdir(world.user, 0755) < 0)
        return false;
    size_t n = strlen(world.user);
    n += (size_t)snprintf(world.user + n, sizeof world.user - n, "/user@%u.service", geteuid());
    if (mkdir(world.user, 0755) < 0)
        return false;
    snprintf(world.user + n, sizeof world.user - n, "/%s", world.unit);
    return mkdir(world.user, 0755) == 0;
}

static void start_manager(void)
{
    int ends[2], managers[2];

    assert_true(make_user_groups());
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(managers), 0);
    pid_t parent = fork();
    if (parent == 0) {
        pid_t pid = fork();
        if (pid == 0)
            manage(ends[1]);
        _exit(write(managers[1], &pid, sizeof pid) < 0);
    }
    close(ends[1]);
    close(managers[1]);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(read(managers[0], &world.manager, sizeof world.manager), sizeof(pid_t));
    assert_int_equal(read(ends[0], &world.of_user, sizeof world.of_user), sizeof(pid_t));
    close(ends[0]);
    close(managers[0]);
    assert_true(await(is_orphan, &world.manager, PATIENCE));
}

static bool remove_user_groups(void)
{
    while (strchr(world.user, '.')) { // of them alone
        if (rmdir(world.user) < 0 && errno != ENOENT)
            return false;
        if (strcmp(strrchr(world.user, '.'), ".slice") == 0)
            return true;
        *strrchr(world.user, '/') = '\0';
    }
    return true;
}

static bool is_gone(void *arg)
{
    (void)arg;
    return (!world.user[0] || remove_user_groups()) && (rmdir(world.group) == 0 || errno == ENOENT);
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
    if (world.manager > 0)
        kill(world.manager, SIGKILL);
    if (world.of_user > 0)
        kill(world.of_user, SIGKILL);
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

static void expect_of_user(const char *restart)
{
    char *its = restart_of(world.of_user);

    assert_string_equal(its, restart);
    free(its);
}

TEST(a_users_unit_file_is_read)
{
    char *path = mem_format("/run/home/.config/systemd/user/%s", world.unit);

    if (world.main <= 0)
        skip();
    start_manager();
    if (world.of_user <= 0)
        skip();                              // its environment has no room
    set_unit("[Service]\nRestart=always\n"); // the system's of that name is another one
    expect_of_user("unknown");
    for (char *slash = path + 5; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        assert_int_equal(mkdir(path, 0755), 0);
        *slash = '/';
    }
    assert_true(write_text(path, "[Service]\nRestart=on-failure\n"));
    expect_of_user("on-failure");
    kill(world.manager, SIGKILL); // it is init's now
    assert_true(await(is_orphan, &world.of_user, PATIENCE));
    expect_of_user("unknown");
    free(path);
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
