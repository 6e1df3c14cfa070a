// --remove and --signal through the program: what they show, what they leave alone, what they do and say,
// and that without --yes, or with --readonly, nothing changes at all. In a private namespace.
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/actions/objects.h"
#include "support/held.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

static struct {
    struct held held;
    int set;
    pid_t waiter;
} world;

static void wait_on_set(void *arg, int ready)
{
    (void)arg;
    child_ready(ready);
    semop(world.set, &(struct sembuf){0, -1, 0}, 1);
}

static void make_and_leave(void *arg, int ready)
{
    (void)arg;
    if (shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0)
        _exit(1);
    child_ready(ready);
}

static bool waits(void *arg)
{
    (void)arg;
    return semctl(world.set, 0, GETNCNT) == 1;
}

static int make_world(void **state)
{
    (void)state;
    // Apart from each other, so that none counts as made together with another.
    bool made = held_make(&world.held, 0x10001, 8192, 0600);
    world.set = semget(0x20001, 1, IPC_CREAT | 0600);
    world.waiter = child_start(wait_on_set, NULL);
    return made && world.waiter > 0 && await(waits, NULL, 60) ? 0 : -1;
}

static int end_world(void **state)
{
    (void)state;
    held_end(&world.held);
    child_end(world.waiter);
    semctl(world.set, 0, IPC_RMID);
    return 0;
}

TEST_FIXTURE(make_world, end_world)

// All that the kernel keeps of the objects.
static char *kernel_state(void)
{
    struct said said = shell_run("cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg");
    char *text = said.out;

    free(said.err);
    return text;
}

static void orphan(void)
{
    child_end(child_start(make_and_leave, NULL));
}

TEST(without_yes_nothing_changes)
{
    static const char *const lines[] = {
        "--remove -u root",
        "--remove -u root --force --attached",
        "--remove segments -f orphan=yes",
        "--remove -u root --force --attached --readonly",
        "--remove -u root --force --attached --log /tmp/ipctop-unattended.log",
        "--json --remove -u root --force --attached",
        "--signal KILL -u root",
        "--signal KILL -u root --force --readonly",
        "--json --signal KILL -u root --force",
    };
    char arguments[160];

    orphan();
    unlink("/tmp/ipctop-unattended.log");
    char *before = kernel_state();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        program_says(lines[i], 0,
                     strstr(lines[i], "--json") ? "\"result\":\"preview\"" : "--yes does it", "");
        snprintf(arguments, sizeof arguments, "%s --yes --readonly", lines[i]);
        program_says(arguments, 2, NULL, "--readonly refuses what --yes asks for");
    }
    char *after = kernel_state();
    assert_string_equal(after, before);
    assert_int_equal(waitpid(world.held.holder, NULL, WNOHANG), 0);
    assert_int_equal(access("/tmp/ipctop-unattended.log", F_OK), -1);
    free(before);
    free(after);
    program_says("--remove segments -f orphan=yes --yes", 0, "1 done, 0 refused, 0 failed", "");
}

TEST(what_is_in_use_is_left_alone)
{
    char arguments[80];
    struct shmid_ds ds;

    snprintf(arguments, sizeof arguments, "--remove segments -i %d --yes", world.held.id);
    program_says(arguments, 1, "0 done, 1 refused, 0 failed", "");
    program_says(arguments, 1, "--attached", "");
    program_says("--remove semaphores -f key=0x20001 --yes", 1, "is left alone: it is in use", "");
    assert_int_equal(shmctl(world.held.id, IPC_STAT, &ds), 0);
    assert_false(ds.shm_perm.mode & SHM_DEST);
    assert_int_equal(semctl(world.set, 0, GETNCNT), 1);
    snprintf(arguments, sizeof arguments, "--remove segments -i %d --yes --attached --force",
             world.held.id);
    program_says(arguments, 0, "marked for removal; 1 still attached", "");
    assert_int_equal(shmctl(world.held.id, IPC_STAT, &ds), 0);
    assert_true(ds.shm_perm.mode & SHM_DEST);
}

// It was free when it was looked at.
TEST(what_was_attached_meanwhile_is_left_alone)
{
    struct shmid_ds ds;
    struct outcome outcome = {0};

    assert_int_equal(shmctl(world.held.id, IPC_STAT, &ds), 0);
    const struct action action = {.verb = ACTION_REMOVE,
                                  .unused_only = true,
                                  .target = {.kind = KIND_SEGMENT,
                                             .id = world.held.id,
                                             .key = 0x10001,
                                             .cuid = ds.shm_perm.cuid,
                                             .cgid = ds.shm_perm.cgid,
                                             .ctime = ds.shm_ctime}};
    objects_act("/proc", &action, &outcome);
    assert_int_equal(outcome.code, OUTCOME_NOW_ATTACHED);
    assert_int_equal(outcome.facts.number, 1);
    assert_int_equal(shmctl(world.held.id, IPC_STAT, &ds), 0);
    assert_false(ds.shm_perm.mode & SHM_DEST);
}

TEST(orphans_go_and_it_is_logged)
{
    static const char log[] = "/tmp/ipctop-unattended.log";

    unlink(log);
    orphan();
    orphan();
    struct said said = program_run(
        "--json --remove segments -f orphan=yes --yes --log /tmp/ipctop-unattended.log", false);
    assert_int_equal(said.status, 0);
    json_t *root = json_loads(said.out, 0, NULL), *row;
    json_t *rows = json_object_get(root, "results");
    size_t i;
    assert_int_equal(json_array_size(rows), 2);
    json_array_foreach(rows, i, row)
    {
        assert_string_equal(json_string_value(json_object_get(row, "verb")), "remove");
        assert_string_equal(json_string_value(json_object_get(row, "kind")), "segment");
        assert_string_equal(json_string_value(json_object_get(row, "result")), "done");
        assert_int_equal(shmctl((int)json_integer_value(json_object_get(row, "id")), IPC_STAT,
                                &(struct shmid_ds){0}),
                         -1);
    }
    assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "totals"), "done")),
                     2);
    json_decref(root);
    said_clear(&said);
    said = shell_run("grep -c 'intent .*verb=remove' /tmp/ipctop-unattended.log; "
                     "grep -c 'action .*result=done' /tmp/ipctop-unattended.log");
    assert_string_equal(said.out, "2\n2\n");
    said_clear(&said);
    unlink(log);
    program_says("--remove segments -f orphan=yes --yes", 0,
                 "nothing matches: orphan=yes is true of no row", "");
}

TEST(another_user_may_not)
{
    orphan();
    char *before = kernel_state();
    struct said said = program_run("--remove -u root --force --attached --yes", true);
    char *after = kernel_state();

    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.out, "not permitted"));
    assert_string_equal(after, before);
    said_clear(&said);
    free(before);
    free(after);
    program_says("--remove segments -f orphan=yes --yes", 0, "1 done", "");
}

TEST(holders_are_signalled)
{
    char arguments[80];
    int status;

    snprintf(arguments, sizeof arguments, "--json --signal SIGUSR1 -f pid=%d --yes --force",
             world.held.holder);
    program_says(arguments, 0, "\"verb\":\"signal\",\"kind\":\"process\",\"id\":null,\"pid\":", "");
    assert_int_equal(waitpid(world.held.holder, &status, 0), world.held.holder);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

TEST(mistakes_are_wrong_usage)
{
    static const char *const lines[][2] = {
        {"--remove", "needs -f, -u or -i"},
        {"--remove --yes", "needs -f, -u or -i"},
        {"--remove segments --signal TERM -u root", "only one of"},
        {"--remove --batch -u root", "alone or beside --json"},
        {"--remove holders -u root", "does not act on rows of holders"},
        {"--signal TERM segments -u root", "does not act on rows of segments"},
        {"--signal NONE -u root", "--signal 'NONE'"},
        {"--signal 0 -u root", "--signal '0'"},
        {"--remove -o shmid -u root", "no columns"},
        {"--remove -u root --yes --from /dev/null", "nothing can be done to it"},
        {"--remove -u root --yes --namespace all", "--namespace all names several"},
        {"--signal TERM -u root --yes --namespace all", "--namespace all names several"},
        {"--yes segments", "are of --remove and --signal"},
        {"--json --attached", "are of --remove and --signal"},
        {"--remove -f size>1 --yes", "no column 'size' in semaphores"},
    };
    char *before = kernel_state();

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        program_says(lines[i][0], 2, NULL, lines[i][1]);
    // An empty argument, as of a variable that is not set.
    struct said said = shell_run("PATH=" BUILD_DIR ":$PATH; ipctop --remove -f '' --yes");
    assert_int_equal(said.status, 2);
    said_clear(&said);
    said = shell_run("PATH=" BUILD_DIR ":$PATH; ipctop --remove -f ' ' --yes");
    assert_int_equal(said.status, 2);
    said_clear(&said);
    char *after = kernel_state();
    assert_string_equal(after, before);
    free(before);
    free(after);
    program_says("--remove segments -i 12345 --yes", 1, "", "there is no segment 12345");
}

// Serves a client: itself, by another socket.
static void hold_and_serve(void *arg, int ready)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;

    if (shmat(*(int *)arg, NULL, 0) == (void *)-1 || bind(fd, (struct sockaddr *)&at, size) < 0 ||
        listen(fd, 1) < 0 || getsockname(fd, (struct sockaddr *)&at, &size) < 0 ||
        connect(client, (struct sockaddr *)&at, size) < 0 || accept(fd, NULL, NULL) < 0)
        _exit(1);
    child_ready(ready);
    pause();
}

// One verdict, whichever table names the process: what it serves is known of a holder, too.
TEST(a_holder_that_serves_is_left_alone)
{
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    pid_t server = child_start(hold_and_serve, &id);
    char arguments[80];

    assert_true(server > 0);
    snprintf(arguments, sizeof arguments, "--signal TERM holders -i %d --yes", id);
    program_says(arguments, 1, "listens on tcp", "");
    assert_int_equal(kill(server, 0), 0);
    snprintf(arguments, sizeof arguments, "--signal TERM holders -i %d --yes --force", id);
    program_says(arguments, 0, "", "");
    int status;
    assert_int_equal(waitpid(server, &status, 0), server);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    shmctl(id, IPC_RMID, NULL);
}

int main(void)
{
    return ns_run(tests_run);
}
