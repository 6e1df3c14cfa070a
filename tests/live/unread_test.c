// What could not be read is not empty: its number is null, and --strict says so by its status.
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/denial.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/shm_world.h"
#include "support/test.h"

TEST_FIXTURE(shm_world_begin, shm_world_end)

static json_t *document_of(struct said *said)
{
    json_t *root = json_loads(said->out, 0, NULL);

    assert_non_null(root);
    return root;
}

static void make_segment(void)
{
    int fd = open("/dev/shm/test-segment", O_CREAT | O_RDWR, 0644);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 8192), 0);
    close(fd);
}

static void map_it(void *arg, int ready)
{
    int fd = open("/dev/shm/test-segment", O_RDWR);

    (void)arg;
    if (fd < 0 || mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

// --- refused calls -------------------------------------------------------------------------------

// Its output and status where these calls are refused; skips where the machine has no such filters.
static struct said run_denied(const struct denial *denial, const char *arguments)
{
    FILE *out = tmpfile();
    struct said said = {0};
    int status;

    assert_non_null(out);
    fflush(NULL);
    pid_t pid = fork(); // the filter stays
    if (pid == 0) {
        if (!deny(denial, 1))
            _exit(77);
        struct said inner = program_run(arguments, false);
        fputs(inner.out, out);
        fflush(out);
        _exit(inner.status);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (said.status == 77) {
        fclose(out);
        printf("skip: no seccomp filters here\n");
        skip();
    }
    long n = ftell(out);
    rewind(out);
    said.out = mem_zero((size_t)n + 1, 1);
    said.err = mem_copy_string("");
    assert_int_equal(fread(said.out, 1, (size_t)n, out), n);
    fclose(out);
    return said;
}

TEST(directories_that_cannot_be_listed_are_not_empty)
{
    static const struct denial list = {"getdents64", SYS_getdents64, 0, EPERM};

    if (!shm_world_mount_queues())
        skip();
    make_segment();
    struct said said = run_denied(&list, "--json --strict shared");
    assert_int_equal(said.status, 3);
    json_t *root = document_of(&said);
    assert_int_equal(scanned(root, "shared_names_unread"), 1);
    assert_true(scanned(root, "shared_unreadable") >
                0); // the processes could not be listed, either
    json_decref(root);
    said_clear(&said);
    said = run_denied(&list, "--json --strict limits -f name~mqueue");
    assert_int_equal(said.status, 3);
    root = document_of(&said);
    assert_true(json_is_null(json_object_get(
        row_by_text(json_object_get(root, "limits"), "name", "mqueue_queues_max"), "used")));
    json_decref(root);
    said_clear(&said);
    said = run_denied(&list, "--json --strict namespaces");
    assert_non_null(strstr(said.out, "\"namespaces\":null"));
    assert_int_not_equal(said.status, 0);
    said_clear(&said);
    shm_world_unmount_queues();
}

// As filters of containers do that are older than the call.
TEST(where_statx_is_refused_the_names_are_read_all_the_same)
{
    static const struct denial statx = {"statx", SYS_statx, 0, EPERM};

    make_segment();
    struct said said = run_denied(&statx, "--json --strict shared");
    json_t *root = document_of(&said);
    json_t *segment = row_by_text(json_object_get(root, "shared"), "name", "test-segment");
    assert_non_null(segment);
    assert_int_equal(json_integer_value(json_object_get(segment, "size")), 8192);
    assert_string_equal(json_string_value(json_object_get(segment, "perms")), "0644");
    assert_int_equal(json_array_size(json_object_get(segment, "status")), 0);
    json_decref(root);
    said_clear(&said);
}

TEST(links_of_descriptors_that_cannot_be_read_are_counted)
{
    static const struct denial links = {"readlinkat", SYS_readlinkat, 0, EPERM};

    make_segment();
    pid_t holder = child_start(map_it, NULL);
    struct said said = run_denied(&links, "--json --strict -o name,open shared");
    assert_int_equal(said.status, 3);
    json_t *root = document_of(&said);
    assert_true(scanned(root, "shared_unreadable") > 0);
    json_t *segment = row_by_text(json_object_get(root, "shared"), "name", "test-segment");
    assert_non_null(segment);
    assert_true(json_is_null(json_object_get(segment, "open")));
    json_decref(root);
    said_clear(&said);
    child_end(holder);
}

TEST(a_queue_whose_bound_cannot_be_read_is_counted)
{
    static const struct denial queues = {"msgctl", SYS_msgctl, 0, EPERM}; // the text lacks it
    int msqid = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

    assert_true(msqid >= 0);
    struct said said = run_denied(&queues, "--json --strict queues");
    assert_non_null(strstr(said.out, "\"max_bytes\":null"));
    assert_int_equal(said.status, 3);
    said_clear(&said);
    assert_int_equal(msgctl(msqid, IPC_RMID, NULL), 0);
}

static void leave(void *arg, int ready)
{
    if (unshare(CLONE_NEWIPC) < 0 || msgget(*(int *)arg, IPC_CREAT | 0600) < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_namespace_is_entered_by_its_file_where_pidfds_are_refused)
{
    static const struct denial pidfd = {"pidfd_open", CALL_PIDFD_OPEN, 0, EPERM};
    static const struct denial enter = {"setns", SYS_setns, 0, EPERM};
    int key = 0x5e17;
    char arguments[64];

    pid_t there = child_start(leave, &key);
    assert_true(there > 0);
    snprintf(arguments, sizeof arguments, "--json --strict --namespace pid:%d queues", there);
    struct said said = run_denied(&pidfd, arguments);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "\"0x00005e17\""));
    said_clear(&said);
    said = run_denied(&enter, "--json namespaces");
    assert_int_equal(said.status, 0);
    said_clear(&said);
    said = run_denied(&enter, "--json --strict namespaces"); // listed, and not looked into
    assert_non_null(strstr(said.out, "\"queues\":null"));
    assert_int_equal(said.status, 3);
    said_clear(&said);
    child_end(there);
}

// --- what an ordinary user may not see -----------------------------------------------------------

static void skip_unless_root(void)
{
    if (!ns_was_root()) {
        printf("skip: only root can become somebody else\n");
        skip();
    }
}

static void receive(void *arg, int ready)
{
    char message[sizeof(long) + 8];

    child_ready(ready);
    msgrcv(*(int *)arg, message, 8, 0, 0);
    pause();
}

static bool is_waiting(void *arg)
{
    struct said said = program_run("--json queues", false);
    bool waits = strstr(said.out, "\"receivers_waiting\":1,") != NULL;

    (void)arg;
    said_clear(&said);
    return waits;
}

static struct said as_nobody_hidden(const char *arguments)
{
    assert_int_equal(mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=2"), 0);
    struct said said = program_run(arguments, true);
    assert_int_equal(mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=0"), 0);
    return said;
}

TEST(hidden_processes_may_wait_hold_and_live_elsewhere)
{
    skip_unless_root();
    if (mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=2") < 0)
        skip();
    assert_int_equal(mount("proc", "/proc", NULL, MS_REMOUNT, "hidepid=0"), 0);
    make_segment();
    int msqid = msgget(IPC_PRIVATE, IPC_CREAT | 0666);
    pid_t receiver = child_start(receive, &msqid), holder = child_start(map_it, NULL);
    assert_true(await(is_waiting, NULL, 60));

    struct said said = as_nobody_hidden("--json --strict queues");
    assert_int_equal(said.status, 3);
    assert_non_null(strstr(said.out, "\"receivers_waiting\":null"));
    said_clear(&said);
    said = as_nobody_hidden("--json --strict shared");
    assert_int_equal(said.status, 3);
    json_t *root = document_of(&said),
           *segment = row_by_text(json_object_get(root, "shared"), "name", "test-segment");
    assert_true(scanned(root, "shared_unreadable") > 0);
    assert_non_null(segment);
    assert_true(json_is_null(json_object_get(segment, "attached")));
    json_decref(root);
    said_clear(&said);
    said = as_nobody_hidden("--json --strict namespaces");
    assert_int_equal(said.status, 3);
    root = document_of(&said);
    assert_true(scanned(root, "namespaces_unseen") > 0);
    json_decref(root);
    said_clear(&said);
    child_end(receiver);
    child_end(holder);
    assert_int_equal(msgctl(msqid, IPC_RMID, NULL), 0);
}

TEST(a_queue_that_may_not_be_opened_may_be_the_largest)
{
    struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 100};

    skip_unless_root();
    if (!shm_world_mount_queues())
        skip();
    mqd_t queue = mq_open("/test-queue", O_CREAT | O_RDWR, 0600, &attr);
    assert_true(queue >= 0);
    struct said said = program_run("--json --strict limits -f name~mqueue", true);
    json_t *root = document_of(&said);
    assert_int_equal(said.status, 3);
    json_t *queues = row_by_text(json_object_get(root, "limits"), "name", "mqueue_queues_max"),
           *messages = row_by_text(json_object_get(root, "limits"), "name", "mqueue_msg_max");
    assert_int_equal(json_integer_value(json_object_get(queues, "used")), 1);
    assert_true(json_is_null(json_object_get(messages, "used")));
    json_decref(root);
    said_clear(&said);
    assert_int_equal(mq_unlink("/test-queue"), 0);
    mq_close(queue);
    shm_world_unmount_queues();
}

// Nor mount them: what there is of POSIX queues is not known.
TEST(queues_that_are_mounted_nowhere_are_not_none)
{
    skip_unless_root();
    while (umount2("/dev/mqueue", MNT_DETACH) == 0) // the machine's
        continue;
    struct said said = program_run("--batch --strict -o name,kind shared", true);
    assert_int_equal(said.status, 3);
    assert_non_null(strstr(said.err, "not all of shared could be read"));
    said_clear(&said);
    said = program_run("--batch --strict limits", true);
    assert_int_equal(said.status, 3);
    assert_string_equal(said.err, "ipctop: incomplete: 3 limits or their use not readable\n");
    said_clear(&said);
}

// --- a /dev/shm that is no tmpfs -----------------------------------------------------------------

static void live_on_disk(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/dev/shm", "proc", MS_RDONLY, NULL) < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

// shm_open(3) makes files there, too: what they are is not looked at, and said.
TEST(a_dev_shm_elsewhere_on_another_file_system_is_counted)
{
    pid_t there = child_start(live_on_disk, NULL);

    if (there < 0)
        skip();
    json_t *root = program_document("--json shared", false);
    assert_int_equal(scanned(root, "shared_places_unread"), 1);
    json_decref(root);
    child_end(there);
}

// --- few descriptors -----------------------------------------------------------------------------

TEST(few_descriptors_make_no_table_shorter)
{
    static const char *const tables[] = {"shared", "namespaces", "holders"};
    int whole = 0;

    make_segment();
    pid_t holder = child_start(map_it, NULL);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        char *all = mem_format("--json %s", tables[t]);
        json_t *root = program_document(all, false);
        size_t rows = json_array_size(json_object_get(root, tables[t]));
        free(all);
        json_decref(root);
        for (int descriptors = 5; descriptors <= 12; descriptors++) {
            char *command = mem_format("ulimit -n %d; " BUILD_DIR "/ipctop --json --strict %s",
                                       descriptors, tables[t]);
            struct said said = shell_run(command);
            if (said.status == 0) {
                root = document_of(&said);
                assert_int_equal(json_array_size(json_object_get(root, tables[t])), rows);
                json_decref(root);
                whole++;
            }
            said_clear(&said);
            free(command);
        }
    }
    assert_true(whole > 0);
    child_end(holder);
}

int main(void)
{
    return ns_run(tests_run);
}
