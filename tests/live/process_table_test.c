// The table of processes: what it sums up, against what the test made; who they are, against ps(1).
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { PAGES = 8 };

static struct {
    int first, second; // segments
    int set, queue;
    pid_t holder, waiter, receiver, stranger;
} world;

static void hold(void *arg, int ready)
{
    const int *ids = arg;
    char *first = shmat(ids[0], NULL, 0);

    // Twice the same: its bytes count once.
    if (first == (void *)-1 || shmat(ids[0], NULL, SHM_RDONLY) == (void *)-1 ||
        shmat(ids[1], NULL, 0) == (void *)-1)
        _exit(1);
    prctl(PR_SET_NAME, "hold er)");
    for (int i = 0; i < PAGES; i++)
        first[i * 4096] = 1;
    child_ready(ready);
    for (;;)
        pause();
}

static void wait_on_set(void *arg, int ready)
{
    child_ready(ready);
    semop(*(int *)arg, &(struct sembuf){.sem_op = -1}, 1);
    _exit(1);
}

static void wait_on_queue(void *arg, int ready)
{
    char text[32];

    child_become_nobody();
    prctl(PR_SET_DUMPABLE, 1); // which setuid(2) took away: others of this user may look
    child_ready(ready);
    msgrcv(*(int *)arg, text, sizeof text - sizeof(long), 0, 0);
    _exit(1);
}

static void sleep_on(void *arg, int ready)
{
    (void)arg;
    child_ready(ready);
    for (;;)
        pause();
}

static int make_world(void **state)
{
    (void)state;
    world.first = shmget(IPC_PRIVATE, PAGES * 4096, IPC_CREAT | 0600);
    world.second = shmget(IPC_PRIVATE, 100, IPC_CREAT | 0600);
    world.set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    world.queue = msgget(IPC_PRIVATE, IPC_CREAT | 0666);
    int ids[] = {world.first, world.second};
    world.holder = child_start(hold, ids);
    world.waiter = child_start(wait_on_set, &world.set);
    world.receiver = child_start(wait_on_queue, &world.queue);
    world.stranger = child_start(sleep_on, NULL);
    return world.holder < 0 || world.waiter < 0 || world.receiver < 0 || world.stranger < 0 ? -1
                                                                                            : 0;
}

static int end_world(void **state)
{
    (void)state;
    child_end(world.holder);
    child_end(world.waiter);
    child_end(world.receiver);
    child_end(world.stranger);
    return 0;
}

TEST_GROUP_FIXTURE(make_world, end_world)

static json_t *find(json_t *root, pid_t pid)
{
    return row_by_number(json_object_get(root, "processes"), "pid", pid);
}

static bool is_waiting(void *arg)
{
    json_t *root = program_document("--json processes", false);
    json_t *row = find(root, *(pid_t *)arg);
    bool is = row && member_number(row, "sets_waiting") + member_number(row, "queues_waiting") > 0;

    json_decref(root);
    return is;
}

TEST(holders_are_summed_up)
{
    json_t *root = program_document("--json processes", false), *row = find(root, world.holder);

    assert_non_null(row);
    assert_int_equal(member_number(row, "segments"), 2);
    assert_int_equal(member_number(row, "attached_bytes"), PAGES * 4096 + 100);
    assert_int_equal(member_number(row, "sets_waiting"), 0);
    assert_int_equal(member_number(row, "queues_waiting"), 0);
    assert_true(member_number(row, "shared_pss") >= PAGES * 4096);
    assert_string_equal(json_string_value(json_object_get(row, "comm")), "hold er)");
    json_decref(root);
}

TEST(waiting_tasks_are_counted_and_who_has_to_do_with_nothing_is_no_row)
{
    assert_true(await(is_waiting, &world.waiter, 60));
    assert_true(await(is_waiting, &world.receiver, 60));
    json_t *root =
        program_document("--json processes -o pid,roles,sets_waiting,queues_waiting", false);
    json_t *row = find(root, world.waiter);
    assert_int_equal(member_number(row, "sets_waiting"), 1);
    assert_int_equal(member_number(row, "queues_waiting"), 0);
    row = find(root, world.receiver);
    assert_int_equal(member_number(row, "sets_waiting"), 0);
    assert_int_equal(member_number(row, "queues_waiting"), 1);
    json_t *roles = json_object_get(row, "roles");
    assert_int_equal(json_array_size(roles), 1);
    assert_string_equal(json_string_value(json_array_get(roles, 0)), "waits");
    assert_null(find(root, world.stranger));
    assert_non_null(find(root, getpid())); // made them all
    json_decref(root);
}

// --- as ps(1) has it ---------------------------------------------------------------------------

static const char *const ps_names[] = {"ppid", "uid",  "user", "state",
                                       "tty",  "nlwp", "rss",  "comm"};
enum { PS_NAMES = sizeof ps_names / sizeof *ps_names };

static void ps(pid_t pid, const char *name, char *dst, size_t cap)
{
    char command[96];

    snprintf(command, sizeof command, "ps -o %s:64= -p %d", name, pid);
    struct said said = shell_run(command);
    const char *text = said.out + strspn(said.out, " ");
    snprintf(dst, cap, "%.*s", (int)strcspn(text, "\n"), text);
    said_clear(&said);
}

static void same_as_ps(json_t *row, pid_t pid, const char *name)
{
    const char *member = strcmp(name, "nlwp") == 0 ? "threads" : name;
    json_t *value = json_object_get(row, member);
    char theirs[128], ours[128];

    ps(pid, name, theirs, sizeof theirs);
    for (size_t n = strlen(theirs); n > 0 && theirs[n - 1] == ' '; n--)
        theirs[n - 1] = '\0';
    if (json_is_null(value))
        snprintf(ours, sizeof ours, "?"); // no terminal
    else if (json_is_string(value))
        snprintf(ours, sizeof ours, "%s", json_string_value(value));
    else
        snprintf(ours, sizeof ours, "%lld",
                 (long long)json_integer_value(value) / (strcmp(name, "rss") == 0 ? 1024 : 1));
    assert_string_equal(ours, theirs);
}

TEST(as_ps_says)
{
    if (system("ps -o nlwp= -p 1 >/dev/null 2>&1") != 0)
        skip(); // that of busybox
    json_t *root = program_document("--json processes", false);
    const pid_t pids[] = {world.holder, world.waiter, world.receiver};

    for (size_t i = 0; i < sizeof pids / sizeof *pids; i++)
        for (size_t k = 0; k < PS_NAMES; k++)
            same_as_ps(find(root, pids[i]), pids[i], ps_names[k]);
    json_decref(root);
}

TEST(filters_and_sorts)
{
    char arguments[96];
    json_t *root;

    snprintf(arguments, sizeof arguments, "--json processes -f pid=%d", world.receiver);
    root = program_document(arguments, false);
    assert_int_equal(json_array_size(json_object_get(root, "processes")), 1);
    assert_non_null(find(root, world.receiver));
    json_decref(root);
    root = program_document("--json processes -s -attached_bytes", false);
    json_t *first = json_array_get(json_object_get(root, "processes"), 0);
    assert_int_equal(member_number(first, "pid"), world.holder);
    json_decref(root);
}

TEST(with_an_id_those_that_have_to_do_with_that_object)
{
    char arguments[96];

    snprintf(arguments, sizeof arguments, "--json processes -i %d", world.second);
    json_t *root = program_document(arguments, false);
    assert_int_equal(json_array_size(json_object_get(root, "processes")), 2);
    assert_non_null(find(root, world.holder));
    assert_non_null(find(root, getpid())); // made it
    json_decref(root);
}

// What costs much is unknown where nobody asked for it.
TEST(among_all_tables_it_is_one_without_what_costs_much)
{
    struct said said = program_run("--json", false);
    const char *table = strstr(said.out, "\"processes\":["), *row;

    assert_non_null(table);
    row = strstr(table, "\"comm\":\"hold er)\"");
    assert_non_null(row);
    assert_non_null(strstr(row, "\"segments\":2,"));
    assert_non_null(strstr(table, "\"shared_pss\":null"));
    for (const char *at = table; (at = strstr(at, "\"shared_pss\":")); at++)
        assert_int_equal(strncmp(at, "\"shared_pss\":null", 17), 0);
    said_clear(&said);
}

TEST(an_ordinary_user_sees_what_the_kernel_shows)
{
    if (!ns_was_root())
        skip();
    json_t *root = program_document("--json processes", true);
    json_t *row = find(root, world.receiver); // its own

    assert_int_equal(member_number(row, "segments"), 0);
    row = find(root, getpid()); // named as creator; what it holds is not for this user
    assert_non_null(row);
    assert_int_equal(member_number(row, "uid"), 0);
    assert_true(json_is_null(json_object_get(row, "segments")));
    assert_true(json_is_null(json_object_get(row, "attached_bytes")));
    assert_true(json_is_null(json_object_get(row, "shared_pss")));
    json_decref(root);
}

static int tests(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(tests);
}
