// IPC namespaces as the built program shows them: real ones, made with unshare(2) in a private world,
// against an independent reading of /proc.
#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/test.h"

enum { SEGMENT = 1 << 20 };

struct stranger { // a process in a namespace of its own
    const char *name;
    int segments, sets, queues;
    int flags; // of unshare(2), besides CLONE_NEWIPC
    bool nobody;
    pid_t pid;
    uint64_t inode;
};

static uint64_t namespace_of(const char *who)
{
    char path[64], link[64];

    snprintf(path, sizeof path, "/proc/%s/ns/ipc", who);
    ssize_t n = readlink(path, link, sizeof link - 1);
    if (n < 0)
        return 0;
    link[n] = '\0';
    return strtoull(link + strlen("ipc:["), NULL, 10);
}

static void live_apart(void *arg, int ready)
{
    const struct stranger *s = arg;

    if (s->nobody)
        child_become_nobody();
    if (unshare(CLONE_NEWIPC | s->flags) < 0)
        _exit(1);
    if (s->nobody) // else it is not readable by that user, whom it has changed to
        prctl(PR_SET_DUMPABLE, 1);
    prctl(PR_SET_NAME, s->name);
    for (int i = 0; i < s->segments; i++) {
        char *at = shmat(shmget(IPC_PRIVATE, SEGMENT, IPC_CREAT | 0600), NULL, 0);
        if (at == (void *)-1)
            _exit(1);
        memset(at, 1, SEGMENT);
    }
    for (int i = 0; i < s->sets; i++)
        semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
    for (int i = 0; i < s->queues; i++)
        msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    child_ready(ready);
    for (;;)
        pause();
}

static void start(struct stranger *s)
{
    char who[16];

    s->pid = child_start(live_apart, s);
    assert_true(s->pid > 0);
    snprintf(who, sizeof who, "%d", s->pid);
    s->inode = namespace_of(who);
    assert_true(s->inode != 0);
}

static json_t *document_of(const char *options, uint64_t inode, const char *tables)
{
    char arguments[160];

    snprintf(arguments, sizeof arguments, "--json %s%" PRIu64 " %s", options, inode, tables);
    return program_document(arguments, false);
}

static json_t *row_of(json_t *root, uint64_t inode)
{
    return row_by_number(json_object_get(root, "namespaces"), "ipc_namespace", (long long)inode);
}

// How many processes live there, by the links themselves.
static json_int_t processes_in(uint64_t inode)
{
    DIR *dir = opendir("/proc");
    json_int_t n = 0;
    struct dirent *d;

    assert_non_null(dir);
    while ((d = readdir(dir)))
        n += d->d_name[0] >= '1' && d->d_name[0] <= '9' && namespace_of(d->d_name) == inode;
    closedir(dir);
    return n;
}

static void expect_contents(json_t *row, const struct stranger *s)
{
    assert_int_equal(member_number(row, "processes"), processes_in(s->inode));
    assert_int_equal(member_number(row, "pid"), s->pid);
    assert_string_equal(json_string_value(json_object_get(row, "comm")), s->name);
    assert_int_equal(member_number(row, "segments"), s->segments);
    assert_int_equal(member_number(row, "bytes"), s->segments * SEGMENT);
    assert_int_equal(member_number(row, "rss"), s->segments * SEGMENT);
    assert_int_equal(member_number(row, "semaphores"), s->sets);
    assert_int_equal(member_number(row, "queues"), s->queues);
    assert_true(json_is_null(json_object_get(row, "reason")));
}

TEST(each_namespace_has_a_row_with_what_it_holds)
{
    struct stranger some = {.name = "some", .segments = 3, .sets = 2, .queues = 1};
    struct stranger none = {.name = "none", .flags = CLONE_NEWNS};
    int here = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

    start(&some);
    start(&none);
    json_t *root = program_document("--json namespaces", false);
    expect_contents(row_of(root, some.inode), &some);
    expect_contents(row_of(root, none.inode), &none);
    json_t *own = row_of(root, namespace_of("self"));
    assert_non_null(own);
    assert_int_equal(member_number(own, "segments"), 1);
    assert_true(json_is_true(json_object_get(own, "shown")));
    assert_true(json_is_false(json_object_get(row_of(root, some.inode), "shown")));
    json_decref(root);
    child_end(some.pid);
    child_end(none.pid);
    root = program_document("--json namespaces", false);
    assert_null(row_of(root, some.inode));
    json_decref(root);
    shmctl(here, IPC_RMID, NULL);
}

TEST(a_hostile_name_stays_harmless)
{
    struct stranger s = {.name = "\033[2J\n)\"\xff", .queues = 1};

    start(&s);
    json_t *root = program_document("--json namespaces", false);
    assert_string_equal(json_string_value(json_object_get(row_of(root, s.inode), "comm")),
                        "\\e[2J\\n)\"\\xff");
    json_decref(root);
    child_end(s.pid);
}

TEST(a_bind_mount_keeps_a_namespace)
{
    struct stranger s = {.name = "mounted", .segments = 1, .sets = 1};
    char path[] = "/tmp/ipctop mount.XXXXXX", link[64];
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    start(&s);
    snprintf(link, sizeof link, "/proc/%d/ns/ipc", s.pid);
    assert_int_equal(mount(link, path, NULL, MS_BIND, NULL), 0);
    child_end(s.pid);
    json_t *root = program_document("--json namespaces", false);
    json_t *row = row_of(root, s.inode);
    assert_non_null(row);
    assert_int_equal(member_number(row, "processes"), 0);
    assert_true(json_is_null(json_object_get(row, "pid")));
    assert_int_equal(member_number(row, "segments"), 1);
    assert_int_equal(member_number(row, "semaphores"), 1);
    json_decref(root);
    root = document_of("--namespace ", s.inode, "segments");
    assert_int_equal(json_array_size(json_object_get(root, "segments")), 1);
    json_decref(root);
    umount(path);
    unlink(path);
}

// Their own are counted; entering is not permitted, and others' are not seen at all.
TEST(an_ordinary_user_is_given_the_reason)
{
    struct stranger theirs = {
        .name = "theirs", .segments = 1, .flags = CLONE_NEWUSER, .nobody = true};
    struct stranger others = {.name = "others", .segments = 1};

    if (!ns_was_root())
        skip();
    start(&others);
    theirs.pid = child_start(live_apart, &theirs);
    if (theirs.pid < 0) {
        child_end(others.pid);
        skip(); // no user namespaces for ordinary users
    }
    char who[16];
    snprintf(who, sizeof who, "%d", theirs.pid);
    theirs.inode = namespace_of(who);
    json_t *root = program_document("--json namespaces", true);
    assert_null(row_of(root, others.inode));
    json_t *row = row_of(root, theirs.inode);
    assert_non_null(row);
    assert_int_equal(member_number(row, "processes"), 1);
    assert_true(json_is_null(json_object_get(row, "segments")));
    assert_true(json_is_null(json_object_get(row, "bytes")));
    assert_non_null(strstr(json_string_value(json_object_get(row, "reason")), "not permitted"));
    json_decref(root);
    child_end(theirs.pid);
    child_end(others.pid);
}

TEST(the_objects_of_one_namespace_by_its_number_or_a_pid)
{
    struct stranger s = {.name = "chosen", .segments = 2, .sets = 1, .queues = 1};
    int here = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

    start(&s);
    json_t *by_inode = document_of("--namespace ", s.inode, "segments semaphores queues holders");
    json_t *by_pid = document_of("--namespace pid:", (uint64_t)s.pid, "segments");
    assert_int_equal(member_number(json_object_get(by_inode, "meta"), "ipc_namespace"), s.inode);
    assert_int_equal(json_array_size(json_object_get(by_inode, "segments")), 2);
    assert_int_equal(json_array_size(json_object_get(by_inode, "semaphores")), 1);
    assert_int_equal(json_array_size(json_object_get(by_inode, "queues")), 1);
    assert_int_equal(json_array_size(json_object_get(by_pid, "segments")), 2);
    // Its holder is found, although it lives elsewhere than this program, and counts as at home.
    json_t *segment = json_array_get(json_object_get(by_inode, "segments"), 0);
    assert_int_equal(member_number(segment, "size"), SEGMENT);
    assert_int_equal(member_number(segment, "rss"), SEGMENT);
    assert_int_equal(member_number(segment, "found"), 1);
    assert_int_equal(member_number(segment, "holders"), 1);
    assert_int_equal(member_number(segment, "cpid"), s.pid);
    json_t *holder = json_array_get(json_object_get(by_inode, "holders"), 0);
    assert_int_equal(member_number(holder, "pid"), s.pid);
    assert_true(json_is_false(json_object_get(holder, "namespace_differs")));
    json_decref(by_inode);
    json_decref(by_pid);
    child_end(s.pid);
    shmctl(here, IPC_RMID, NULL);
}

// Here is a queue of the same id, which nothing may happen to.
TEST(removing_unattended_is_done_in_the_namespace_named)
{
    struct stranger other = {.name = "other", .queues = 2};
    int ours = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    char arguments[128];

    start(&other);
    snprintf(arguments, sizeof arguments, "--remove queues -u root --namespace %" PRIu64,
             other.inode);
    struct said said = program_run(arguments, false); // the preview names the place
    snprintf(arguments, sizeof arguments, "In IPC namespace %" PRIu64 ": Remove", other.inode);
    if (!strstr(said.out, arguments))
        fail_msg("no '%s' in: %s", arguments, said.out);
    said_clear(&said);
    snprintf(arguments, sizeof arguments,
             "--remove queues -u root --namespace %" PRIu64 " --yes --force", other.inode);
    said = program_run(arguments, false);
    assert_string_equal(said.err, "");
    assert_non_null(strstr(said.out, "2 done, 0 refused, 0 failed"));
    assert_int_equal(said.status, 0);
    said_clear(&said);
    snprintf(arguments, sizeof arguments, "--json --namespace pid:%d queues", other.pid);
    json_t *root = program_document(arguments, false);
    assert_int_equal(json_array_size(json_object_get(root, "queues")), 0);
    json_decref(root);
    assert_int_equal(msgctl(ours, IPC_RMID, NULL), 0); // it was there all the time
    child_end(other.pid);
}

TEST(the_limits_are_those_of_the_namespace)
{
    struct stranger s = {.name = "limited", .segments = 1};
    char command[128];

    start(&s);
    snprintf(command, sizeof command, "nsenter --ipc=/proc/%d/ns/ipc sysctl -qw kernel.shmmni=7",
             s.pid);
    struct said said = shell_run(command);
    if (said.status) {
        said_clear(&said);
        child_end(s.pid);
        skip(); // no nsenter or sysctl here
    }
    said_clear(&said);
    // As text: the default of shmmax is beyond what jansson's integers hold.
    snprintf(command, sizeof command, "--json --namespace %" PRIu64 " limits", s.inode);
    said = program_run(command, false);
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "{\"name\":\"shmmni\",\"used\":1,\"limit\":7,"));
    said_clear(&said);
    child_end(s.pid);
}

TEST(all_namespaces_are_printed_together)
{
    struct stranger one = {.name = "one", .segments = 1}, two = {.name = "two", .segments = 2};
    int here = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    size_t i, ones = 0, twos = 0, ours = 0;
    json_t *row;

    start(&one);
    start(&two);
    json_t *root = program_document("--json --namespace all segments", false);
    json_array_foreach(json_object_get(root, "segments"), i, row)
    {
        uint64_t inode = (uint64_t)member_number(row, "ipc_namespace");
        ones += inode == one.inode;
        twos += inode == two.inode;
        ours += inode == namespace_of("self") && member_number(row, "shmid") == here;
    }
    assert_int_equal(ones, 1);
    assert_int_equal(twos, 2);
    assert_int_equal(ours, 1);
    json_decref(root);
    child_end(one.pid);
    child_end(two.pid);
    shmctl(here, IPC_RMID, NULL);
}

// The maker has ended, and nobody holds it: an orphan, by the same verdict as here.
static void leak_apart(void *arg, int ready)
{
    struct stranger *s = arg;

    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    if (s->nobody) // else it is not readable by that user, whom it has changed to
        prctl(PR_SET_DUMPABLE, 1);
    prctl(PR_SET_NAME, s->name);
    pid_t maker = fork();
    if (maker == 0)
        _exit(shmget(IPC_PRIVATE, SEGMENT, IPC_CREAT | 0600) < 0);
    if (waitpid(maker, NULL, 0) != maker)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

// Its command, with that namespace once; 0: with none.
static void names_namespace_once(json_t *finding, uint64_t inode)
{
    const char *advice = json_string_value(json_object_get(finding, "advice"));
    char *command = inode ? mem_format("(ipctop --namespace %" PRIu64 " --remove ", inode)
                          : mem_copy_string("(ipctop --remove ");
    const char *found = advice ? strstr(advice, command) : NULL;

    if (!found)
        fail_msg("%s: not in: %s", command, advice);
    const char *option = strstr(advice, "--namespace");
    assert_true(inode ? option && !strstr(option + 1, "--namespace") : !option);
    free(command);
}

static json_t *finding_of(json_t *root, const char *words, bool elsewhere)
{
    json_t *row, *found = NULL;
    size_t i;

    json_array_foreach(json_object_get(root, "findings"), i, row)
    {
        const char *kind = json_string_value(json_object_get(row, "kind"));
        if ((kind && strcmp(kind, "namespace") == 0) == elsewhere &&
            strstr(json_string_value(json_object_get(row, "title")), words))
            found = row;
    }
    return found;
}

TEST(a_finding_elsewhere_names_its_namespace)
{
    struct stranger s = {.name = "leaky"};
    char who[16], name[64], *arguments;

    s.pid = child_start(leak_apart, &s);
    assert_true(s.pid > 0);
    snprintf(who, sizeof who, "%d", s.pid);
    s.inode = namespace_of(who);
    snprintf(name, sizeof name, "IPC namespace %" PRIu64 " of %d leaky: ", s.inode, s.pid);
    json_t *root = program_document("--json findings namespaces", false);
    json_t *found = finding_of(root, name, true);
    assert_non_null(found);
    names_namespace_once(found, s.inode);
    assert_non_null(strstr(json_string_value(json_object_get(found, "title")), "orphan"));
    assert_string_equal(json_string_value(json_object_get(found, "kind")), "namespace");
    assert_true(json_is_null(json_object_get(found, "id")));
    assert_int_equal(member_number(row_of(root, s.inode), "findings"), 1);
    json_decref(root);
    arguments = mem_format("--json findings --namespace %" PRIu64, s.inode);
    root = program_document(arguments, false); // a picture of that namespace itself
    found = finding_of(root, "orphan", false);
    assert_non_null(found);
    names_namespace_once(found, s.inode);
    json_decref(root);
    free(arguments);
    // A program in there: it is its own.
    arguments = mem_format("nsenter --ipc=/proc/%d/ns/ipc " BUILD_DIR "/ipctop --json findings",
                           (int)s.pid);
    struct said said = shell_run(arguments);
    root = json_loads(said.out, 0, NULL);
    found = finding_of(root, "orphan", false);
    assert_non_null(found);
    names_namespace_once(found, 0);
    json_decref(root);
    said_clear(&said);
    free(arguments);
    child_end(s.pid);
}

// What is said of that namespace: its own findings, and those that another one's picture has of it.
static size_t findings_about(json_t *root, uint64_t inode)
{
    char name[48];
    json_t *row;
    size_t i, n = 0;

    snprintf(name, sizeof name, "IPC namespace %" PRIu64, inode);
    json_array_foreach(json_object_get(root, "findings"), i, row)
    {
        n += (uint64_t)member_number(row, "ipc_namespace") == inode ||
             strstr(json_string_value(json_object_get(row, "title")), name);
    }
    return n;
}

TEST(of_all_namespaces_each_finding_is_listed_once)
{
    struct stranger s = {.name = "leaky"};
    char who[16];

    s.pid = child_start(leak_apart, &s);
    assert_true(s.pid > 0);
    snprintf(who, sizeof who, "%d", s.pid);
    s.inode = namespace_of(who);
    json_t *root = program_document("--json --namespace all findings", false);
    assert_int_equal(findings_about(root, s.inode), 1);
    json_decref(root);
    root = program_document("--json --namespace all findings namespaces", false);
    assert_int_equal(findings_about(root, s.inode), 1);
    assert_int_equal(member_number(row_of(root, s.inode), "findings"), 1);
    json_decref(root);
    child_end(s.pid);
}

static void fill_shm_apart(void *arg, int ready)
{
    char block[1 << 14] = {1};

    (void)arg;
    if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=64k") < 0)
        _exit(1);
    FILE *file = fopen("/dev/shm/filler", "w");
    while (file && fwrite(block, sizeof block, 1, file) == 1 && fflush(file) == 0)
        continue;
    child_ready(ready);
    for (;;)
        pause();
}

// It belongs to no IPC namespace.
TEST(of_all_namespaces_a_full_shm_elsewhere_is_found_once)
{
    struct stranger s = {.name = "other", .queues = 1};
    char name[48];
    json_t *row;
    size_t i, n = 0;

    start(&s);
    pid_t filler = child_start(fill_shm_apart, NULL);
    assert_true(filler > 0);
    snprintf(name, sizeof name, "/dev/shm of %d ", (int)filler);
    json_t *root = program_document("--json --namespace all findings", false);
    json_array_foreach(json_object_get(root, "findings"), i, row)
    {
        if (!strstr(member_text(row, "title"), name))
            continue;
        // What is in it, as of one namespace: that is asked for beyond the table.
        assert_non_null(strstr(member_text(row, "evidence"), "filler"));
        n++;
    }
    assert_int_equal(n, 1);
    json_decref(root);
    child_end(filler);
    child_end(s.pid);
}

static void refused(const char *arguments, bool nobody, int status, const char *word)
{
    struct said said = program_run(arguments, nobody);

    assert_int_equal(said.status, status);
    assert_string_equal(said.out, "");
    assert_non_null(strstr(said.err, word));
    assert_ptr_equal(strchr(said.err, '\n'), said.err + strlen(said.err) - 1); // one line
    said_clear(&said);
}

TEST(a_wrong_namespace_ends_in_one_clear_line)
{
    refused("--json --namespace 3 segments", false, 1, "no process lives");
    refused("--json --namespace pid:2147483647 segments", false, 1, "no such process");
    refused("--json --namespace 0 segments", false, 2, "inode number");
    refused("--json --namespace -1 segments", false, 2, "inode number");
    refused("--json --namespace pid:0 segments", false, 2, "inode number");
    refused("--json --namespace alle segments", false, 2, "inode number");
    struct said said = program_run("--check --namespace all", false); // of a plugin: unknown
    assert_int_equal(said.status, 3);
    assert_non_null(strstr(said.err, "--namespace all"));
    said_clear(&said);
    refused("--namespace all", false, 2, "--namespace all");
}

static int all(void)
{
    return tests_run();
}

int main(void)
{
    return ns_run(all);
}
