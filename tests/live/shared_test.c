// Shared memory that is not System V's, as the built program shows it: real objects in a /dev/shm and
// an IPC namespace of the test's own, against stat(2), the calls' own answers and a plain reading of
// /proc.
#include <fcntl.h>
#include <jansson.h>
#include <mqueue.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "support/files.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/shm_world.h"
#include "support/test.h"

// The only row of that kind and name; NULL where there is none.
static json_t *find(json_t *root, const char *kind, const char *name)
{
    json_t *row, *found = NULL;
    size_t i;

    json_array_foreach(json_object_get(root, "shared"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "kind")), kind) != 0 ||
            strcmp(json_string_value(json_object_get(row, "name")), name) != 0)
            continue;
        assert_null(found);
        found = row;
    }
    return found;
}

static void check_file(json_t *row, const char *path)
{
    struct stat st;
    char device[32], perms[8];

    assert_non_null(row);
    assert_int_equal(lstat(path, &st), 0);
    snprintf(device, sizeof device, "%02x:%02x", major(st.st_dev), minor(st.st_dev));
    snprintf(perms, sizeof perms, "%04o", st.st_mode & 0777);
    assert_int_equal(member_number(row, "inode"), st.st_ino);
    assert_string_equal(member_text(row, "device"), device);
    assert_string_equal(member_text(row, "perms"), perms);
    assert_int_equal(member_number(row, "size"), st.st_size);
    assert_int_equal(member_number(row, "rss"), st.st_blocks * 512);
}

// --- what has a name ----------------------------------------------------------------------------

static int make_world(void **state)
{
    if (shm_world_begin(state) < 0)
        return -1;
    int fd = shm_open("/test-segment", O_CREAT | O_RDWR, 0640);
    if (fd < 0 || ftruncate(fd, 1 << 20) < 0 || pwrite(fd, "x", 1, 0) != 1)
        return -1;
    close(fd);
    return 0;
}

TEST_GROUP_FIXTURE(make_world, shm_world_end)

TEST(a_segment_is_what_stat_says)
{
    json_t *root = program_document("--json shared", false);

    check_file(find(root, "posix", "test-segment"), "/dev/shm/test-segment");
    json_decref(root);
}

TEST(a_semaphore_shows_its_value)
{
    sem_t *semaphore = sem_open("/test-semaphore", O_CREAT, 0600, 42);

    assert_ptr_not_equal(semaphore, SEM_FAILED);
    json_t *root = program_document("--json shared -o +value", false);
    json_t *row = find(root, "posix-semaphore", "sem.test-semaphore");
    check_file(row, "/dev/shm/sem.test-semaphore");
    if (sizeof(void *) == 8)
        assert_int_equal(member_number(row, "value"), 42);
    json_decref(root);
    sem_close(semaphore);
    sem_unlink("/test-semaphore");
}

// Also where no mqueue file system is mounted; looking for it leaves no mount behind.
TEST(a_queue_shows_what_it_holds_and_may_hold)
{
    struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 100};
    struct said before = shell_run("cat /proc/self/mounts"), after;
    mqd_t queue = mq_open("/test-queue", O_CREAT | O_RDWR, 0600, &attr);

    assert_int_not_equal(queue, -1);
    if (!ns_was_root()) {
        printf("skip: needs root to list queues that are not mounted\n");
        mq_unlink("/test-queue");
        skip();
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(mq_send(queue, "hello", 5, 0), 0);
    json_t *root = program_document("--json shared -o +messages,max_messages", false);
    json_t *row = find(root, "mqueue", "test-queue");
    assert_non_null(row);
    assert_int_equal(member_number(row, "messages"), 2);
    assert_int_equal(member_number(row, "max_messages"), 3);
    assert_int_equal(member_number(row, "size"), 300);
    assert_int_equal(member_number(row, "rss"), 10);
    assert_string_equal(member_text(row, "perms"), "0600");
    assert_false(has_status(row, "full"));
    json_decref(root);
    mq_send(queue, "", 0, 0);
    root = program_document("--json shared", false);
    assert_true(has_status(find(root, "mqueue", "test-queue"), "full"));
    json_decref(root);
    mq_close(queue);
    mq_unlink("/test-queue");
    after = shell_run("cat /proc/self/mounts");
    assert_string_equal(before.out, after.out);
    said_clear(&before);
    said_clear(&after);
}

static long long setting(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY);

    assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    return atoll(text);
}

// ... as what is counted of queues and of /dev/shm stands among the limits.
TEST(limits_have_queues_and_dev_shm)
{
    struct mq_attr attr = {.mq_maxmsg = 7, .mq_msgsize = 321};
    mqd_t queue = mq_open("/test-limits", O_CREAT | O_RDWR, 0600, &attr);

    assert_int_not_equal(queue, -1);
    json_t *root = program_document("--json limits -f percent>=0", false);
    json_t *queues = row_by_text(json_object_get(root, "limits"), "name", "mqueue_queues_max"),
           *messages = row_by_text(json_object_get(root, "limits"), "name", "mqueue_msg_max"),
           *size = row_by_text(json_object_get(root, "limits"), "name", "mqueue_msgsize_max"),
           *shm = row_by_text(json_object_get(root, "limits"), "name", "dev_shm");
    assert_true(queues && messages && size && shm);
    assert_int_equal(member_number(queues, "limit"), setting("/proc/sys/fs/mqueue/queues_max"));
    assert_int_equal(member_number(messages, "limit"), setting("/proc/sys/fs/mqueue/msg_max"));
    assert_int_equal(member_number(size, "limit"), setting("/proc/sys/fs/mqueue/msgsize_max"));
    assert_int_equal(member_number(shm, "limit"), 16 << 20);
    assert_true(member_number(shm, "used") >= 4096 &&
                member_number(shm, "used") < 1 << 20); // a page of the segment's
    if (ns_was_root()) { // else they cannot be listed where they are not mounted
        assert_int_equal(member_number(queues, "used"), 1);
        assert_int_equal(member_number(messages, "used"), 7);
        assert_int_equal(member_number(size, "used"), 321);
    }
    json_decref(root);
    mq_close(queue);
    mq_unlink("/test-limits");
}

// Only regular files of that directory are looked at, whatever they are called.
TEST(hostile_names_do_no_harm)
{
    static const char *const names[] = {"\33[31mred", "line\nbreak", "\xff\xfe", " ",
                                        "(deleted)",  "sem.",        "-rf",      "\xe2\x80\xae"};
    char longest[256];

    memset(longest, 'n', 255);
    longest[255] = '\0';
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        char path[300];
        snprintf(path, sizeof path, "/dev/shm/%s", i < 8 ? names[i] : longest);
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    assert_int_equal(symlink("/etc/passwd", "/dev/shm/link"), 0);
    assert_int_equal(mkfifo("/dev/shm/fifo", 0600), 0);
    assert_int_equal(mkdir("/dev/shm/directory", 0700), 0);
    json_t *root = program_document("--json shared", false);
    assert_non_null(find(root, "posix", "\\e[31mred"));
    assert_non_null(find(root, "posix", "line\\nbreak"));
    assert_non_null(find(root, "posix", "\\xff\\xfe"));
    assert_non_null(find(root, "posix", "(deleted)"));
    assert_non_null(find(root, "posix", longest));
    assert_null(find(root, "posix", "link"));
    assert_null(find(root, "posix", "fifo"));
    assert_null(find(root, "posix", "directory"));
    json_decref(root);
    struct said said = shell_run("rm -rf /dev/shm/[!t]* ./-none; ls -A /dev/shm");
    assert_string_equal(said.out, "test-segment\n");
    said_clear(&said);
}

// What the permissions forbid stays unknown; the directory itself is everyone's to list.
TEST(an_ordinary_user_sees_the_names)
{
    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    sem_t *semaphore = sem_open("/test-closed", O_CREAT, 0600, 1);
    json_t *root = program_document("--json shared -o +value", true);

    assert_ptr_not_equal(semaphore, SEM_FAILED);
    check_file(find(root, "posix", "test-segment"), "/dev/shm/test-segment");
    json_t *row = find(root, "posix-semaphore", "sem.test-closed");
    assert_non_null(row);
    assert_true(json_is_null(json_object_get(row, "value")));
    json_decref(root);
    sem_close(semaphore);
    sem_unlink("/test-closed");
}

// --- what processes hold -------------------------------------------------------------------------

// Processes whose maps have a shared mapping of that inode on that device: read as text.
static long long mapped_by(const char *device, long long inode)
{
    char command[256];

    snprintf(command, sizeof command,
             "grep -lE '^[0-9a-f]+-[0-9a-f]+ ..[-x]s [0-9a-f]+ %s %lld ' /proc/[0-9]*/maps "
             "2>/dev/null | wc -l",
             device, inode);
    struct said said = shell_run(command);
    long long n = atoll(said.out);
    said_clear(&said);
    return n;
}

struct held {
    void *anonymous, *memfd, *gone; // of 3, 2 and 1 pages
    int opened;                     // a memfd that nothing maps
};

static void hold(void *arg, int ready)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct held *held = arg;
    int memfd = memfd_create("test memfd", 0),
        gone = shm_open("/test-gone", O_CREAT | O_RDWR, 0600);

    if (memfd < 0 || gone < 0 || ftruncate(memfd, 2 * (off_t)page) < 0 ||
        ftruncate(gone, (off_t)page) < 0)
        _exit(1);
    held->memfd = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
    held->gone = mmap(NULL, page, PROT_READ, MAP_SHARED, gone, 0);
    held->opened = memfd_create("test opened", 0);
    if (held->memfd == MAP_FAILED || held->gone == MAP_FAILED || held->opened < 0 ||
        dup(held->opened) < 0)
        _exit(1);
    *(char *)held->memfd = 1;
    close(memfd);
    close(gone);
    shm_unlink("/test-gone");
    child_ready(ready);
    for (;;)
        pause();
}

TEST(what_is_held_has_a_row_and_its_holders)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct held held = {.anonymous = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0)};

    assert_ptr_not_equal(held.anonymous, MAP_FAILED);
    pid_t child = child_start(hold, &held);
    assert_true(child > 0);
    json_t *root = program_document("--json shared shared_holders shared_maps", false);
    json_t *memfd = find(root, "memfd", "test memfd"), *gone = find(root, "posix", "test-gone");
    json_t *opened = find(root, "memfd", "test opened");
    assert_true(memfd && gone && opened);
    assert_int_equal(member_number(memfd, "size"), 2 * page);
    assert_int_equal(member_number(memfd, "attached"), 1);
    assert_int_equal(member_number(memfd, "open"), 0);
    assert_false(has_status(memfd, "deleted")); // it never had a name
    assert_true(has_status(gone, "deleted"));
    assert_int_equal(member_number(gone, "attached"), 1);
    assert_int_equal(member_number(opened, "attached"), 0);
    assert_int_equal(member_number(opened, "open"), 2);
    assert_true(json_is_false(json_object_get(gone, "orphan")));
    if (ns_was_root()) { // by map_files
        assert_int_equal(member_number(memfd, "rss"), page);
        assert_string_equal(member_text(gone, "perms"), "0600");
    }
    json_t *row;
    size_t i, anonymous = 0, holders = 0, maps = 0;
    json_array_foreach(json_object_get(root, "shared"), i, row)
    {
        if (json_is_integer(json_object_get(row, "attached")) && member_number(row, "attached") > 0)
            assert_int_equal(member_number(row, "attached"),
                             mapped_by(member_text(row, "device"), member_number(row, "inode")));
        anonymous += strcmp(member_text(row, "kind"), "anonymous") == 0 &&
                     member_number(row, "size") == 3 * (long long)page;
    }
    assert_true(anonymous >= 1);
    json_array_foreach(json_object_get(root, "shared_holders"), i, row)
    {
        holders += member_number(row, "pid") == child &&
                   member_number(row, "inode") == member_number(memfd, "inode");
    }
    json_array_foreach(json_object_get(root, "shared_maps"), i, row)
    {
        maps += member_number(row, "pid") == child &&
                member_number(row, "inode") == member_number(memfd, "inode") &&
                member_number(row, "size") == 2 * (long long)page;
    }
    assert_int_equal(holders, 1);
    assert_int_equal(maps, 1);
    json_decref(root);
    child_end(child);
    root = program_document("--json shared", false);
    assert_null(find(root, "memfd", "test memfd"));
    assert_null(find(root, "posix", "test-gone"));
    json_decref(root);
    munmap(held.anonymous, 3 * page);
}

// A container's /dev/shm is another file system: its segments are shown, and as being there.
static void hold_elsewhere(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") < 0)
        _exit(1);
    int fd = shm_open("/test-elsewhere", O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, 4096) < 0 ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

// What nobody maps there has a name there all the same; how full it is stands among the limits.
static void fill_elsewhere(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=1m") < 0)
        _exit(1);
    int fd = open("/dev/shm/test-unmapped", O_CREAT | O_RDWR, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, 1 << 20) != 0 || close(fd) < 0 ||
        symlink("test-unmapped", "/dev/shm/test-link") < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_full_dev_shm_of_a_container_is_found_with_what_nobody_maps)
{
    pid_t child = child_start(fill_elsewhere, NULL);
    char path[64], name[64], link[64] = "";

    assert_true(child > 0);
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)child);
    assert_true(readlink(path, link, sizeof link - 1) > 0);
    snprintf(name, sizeof name, "dev_shm:%.*s", (int)strcspn(link + 5, "]"), link + 5);
    json_t *root = program_document("--json shared findings", false);
    json_t *limits = program_document("--json limits -f name~dev_shm", false);
    json_t *unmapped = find(root, "posix", "test-unmapped");
    assert_non_null(unmapped);
    assert_true(has_status(unmapped, "elsewhere"));
    assert_int_equal(member_number(unmapped, "rss"), 1 << 20);
    assert_int_equal(member_number(unmapped, "attached"), 0);
    assert_null(find(root, "posix", "test-link"));
    json_t *limit = row_by_text(json_object_get(limits, "limits"), "name", name);
    assert_non_null(limit);
    assert_int_equal(member_number(limit, "used"), 1 << 20);
    assert_int_equal(member_number(limit, "limit"), 1 << 20);
    snprintf(path, sizeof path, "/proc/%d/root/dev/shm", (int)child);
    assert_string_equal(member_text(limit, "path"), path);
    json_t *finding =
        row_by_text(json_object_get(root, "findings"), "rule", "shm-full"); // and none of ours
    assert_non_null(finding);
    assert_string_equal(member_text(finding, "severity"), "critical");
    assert_non_null(strstr(member_text(finding, "title"), name + strlen("dev_shm:")));
    assert_non_null(strstr(member_text(finding, "evidence"), "test-unmapped"));
    json_decref(limits);
    json_decref(root);
    child_end(child);
    root = program_document("--json limits -f name~dev_shm", false);
    assert_null(row_by_text(json_object_get(root, "limits"), "name", name));
    json_decref(root);
    root = program_document("--json findings", false);
    assert_null(row_by_text(json_object_get(root, "findings"), "rule", "shm-full"));
    json_decref(root);
}

TEST(a_segment_of_another_mount_namespace_is_said_to_be_there)
{
    pid_t child = child_start(hold_elsewhere, NULL);

    assert_true(child > 0);
    json_t *root = program_document("--json shared", false);
    json_t *row = find(root, "posix", "test-elsewhere");
    assert_non_null(row);
    assert_true(has_status(row, "elsewhere"));
    assert_int_equal(member_number(row, "attached"), 1);
    assert_false(has_status(find(root, "posix", "test-segment"), "elsewhere"));
    json_decref(root);
    child_end(child);
}

TEST(a_full_dev_shm_and_a_full_queue_are_findings)
{
    int fd = shm_open("/PostgreSQL.4242", O_CREAT | O_RDWR, 0600);
    json_t *row;
    size_t i, full = 0;

    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, 15 << 20), 0);
    close(fd);
    json_t *root = program_document("--json shared findings", false);
    json_array_foreach(json_object_get(root, "findings"), i, row)
    {
        if (strcmp(member_text(row, "rule"), "shm-full") != 0)
            continue;
        full++;
        assert_non_null(strstr(member_text(row, "evidence"), "PostgreSQL.4242"));
        assert_non_null(strstr(member_text(row, "evidence"), "could not resize"));
    }
    assert_int_equal(full, 1);
    // Of a PID namespace of its own not all processes are seen: no verdict.
    assert_true(json_is_null(json_object_get(find(root, "posix", "PostgreSQL.4242"), "orphan")));
    json_decref(root);
    shm_unlink("/PostgreSQL.4242");
    root = program_document("--json shared findings", false);
    json_array_foreach(json_object_get(root, "findings"), i, row)
    {
        assert_string_not_equal(member_text(row, "rule"), "shm-full");
    }
    json_decref(root);
}

TEST(a_full_queue_is_a_finding)
{
    struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 8};
    mqd_t queue = mq_open("/test-unread", O_CREAT | O_RDWR, 0600, &attr);

    assert_int_not_equal(queue, -1);
    if (!ns_was_root()) {
        printf("skip: needs root to list queues that are not mounted\n");
        mq_unlink("/test-unread");
        skip();
    }
    json_t *root = program_document("--json shared findings", false);
    assert_null(row_by_text(json_object_get(root, "findings"), "rule", "mqueue-full"));
    json_decref(root);
    assert_int_equal(mq_send(queue, "x", 1, 0), 0);
    root = program_document("--json shared findings", false);
    json_t *finding = row_by_text(json_object_get(root, "findings"), "rule", "mqueue-full");
    assert_non_null(finding);
    assert_non_null(strstr(member_text(finding, "title"), "test-unread is full: 1 message"));
    json_decref(root);
    root = program_document("--json findings", false); // also where no other table is asked for
    assert_non_null(row_by_text(json_object_get(root, "findings"), "rule", "mqueue-full"));
    json_decref(root);
    struct said check = program_run("--check -f rule=mqueue-full", false);
    assert_int_equal(check.status, 1);
    said_clear(&check);
    mq_close(queue);
    mq_unlink("/test-unread");
}

// Much memory that has no name any longer, in a /dev/shm of the child's own.
static void hold_much(void *arg, int ready)
{
    const size_t much = 65 << 20;

    (void)arg;
    if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/dev/shm", "tmpfs", 0, "size=100m") < 0)
        _exit(1);
    int fd = shm_open("/test-much", O_CREAT | O_RDWR, 0600);
    void *at = fd < 0 || ftruncate(fd, (off_t)much) < 0
                   ? MAP_FAILED
                   : mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED || shm_unlink("/test-much") < 0)
        _exit(1);
    memset(at, 1, much);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(much_deleted_memory_is_a_finding_with_its_holder)
{
    char who[64];

    if (!ns_was_root()) {
        printf("skip: needs root to know how much is in memory (map_files)\n");
        skip();
    }
    pid_t child = child_start(hold_much, NULL);
    assert_true(child > 0);
    json_t *root = program_document("--json shared findings", false);
    json_t *finding = row_by_text(json_object_get(root, "findings"), "rule", "shared-deleted");
    assert_non_null(finding);
    assert_string_equal(member_text(finding, "severity"), "notice");
    assert_non_null(strstr(member_text(finding, "evidence"), "test-much"));
    snprintf(who, sizeof who, "held by %d", (int)child);
    assert_non_null(strstr(member_text(finding, "evidence"), who));
    json_decref(root);
    child_end(child);
    root = program_document("--json shared findings", false);
    assert_null(row_by_text(json_object_get(root, "findings"), "rule", "shared-deleted"));
    json_decref(root);
}

// A file on hugetlbfs, mapped without a page of the pool, which may be empty.
static void hold_huge(void *arg, int ready)
{
    const char *path = arg;
    int fd = open(path, O_CREAT | O_RDWR, 0600);

    if (fd < 0 || mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0) ==
                      MAP_FAILED)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_file_of_hugetlbfs_is_shown_and_not_removed)
{
    const char *directory = file_dir();
    char path[80];

    if (mount("none", directory, "hugetlbfs", 0, "pagesize=2M") < 0) {
        printf("skip: no hugetlbfs with pages of 2M can be mounted here\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/test-huge", directory);
    pid_t child = child_start(hold_huge, path);
    assert_true(child > 0);
    json_t *root = program_document("--json shared", false);
    json_t *row = find(root, "hugetlbfs", "test-huge");
    assert_non_null(row);
    assert_int_equal(member_number(row, "attached"), 1);
    assert_int_equal(member_number(row, "size"), 2 << 20);
    json_decref(root);
    struct said said =
        program_run("--remove -f name=test-huge --yes --force --attached shared", false);
    assert_int_equal(said.status, 1);
    assert_non_null(strstr(said.out, "by rm(1)"));
    said_clear(&said);
    child_end(child);
    assert_int_equal(unlink(path), 0);
    umount2(directory, MNT_DETACH);
}

// Where all processes are seen: nothing maps it, and no program of that rule runs as its owner. The
// machine's PID namespace, with a /dev/shm of its own.
static const uid_t STRANGER = 54321; // runs nothing on this machine

static void be_postgres(void *arg, int ready)
{
    (void)arg;
    if (setresuid(STRANGER, STRANGER, STRANGER) < 0 || prctl(PR_SET_NAME, "postgres") < 0)
        _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(what_a_dead_server_left_is_an_orphan, .apart = true)
{
    int fd = shm_open("/PostgreSQL.1234567", O_CREAT | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fchown(fd, STRANGER, STRANGER), 0);
    close(fd);
    fd = shm_open("/nobody-knows", O_CREAT | O_RDWR, 0600);
    close(fd);
    json_t *root = program_document("--json shared findings", false);
    json_t *left = find(root, "posix", "PostgreSQL.1234567");
    json_t *finding = row_by_text(json_object_get(root, "findings"), "rule", "shared-orphan");
    assert_non_null(finding);
    assert_non_null(
        strstr(member_text(finding, "title"), "of PostgreSQL left behind")); // others may be more
    assert_true(json_is_true(json_object_get(left, "orphan")));
    assert_string_equal(member_text(left, "app"), "postgres");
    assert_true(json_is_null(json_object_get(find(root, "posix", "nobody-knows"), "orphan")));
    json_decref(root);
    pid_t server = child_start(be_postgres, NULL);
    assert_true(server > 0);
    root = program_document("--json shared", false);
    assert_true(
        json_is_false(json_object_get(find(root, "posix", "PostgreSQL.1234567"), "orphan")));
    json_decref(root);
    child_end(server);
    shm_unlink("/PostgreSQL.1234567");
    shm_unlink("/nobody-knows");
}

// Mounts of its own, processes of the machine.
static int run_apart(void)
{
    struct stat st;

    if (geteuid() != 0 || stat("/proc/self/ns/pid", &st) < 0 || st.st_ino != 0xEFFFFFFC ||
        unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        printf("skip: orphans need root in the machine's PID namespace\n"); // PROC_PID_INIT_INO
        return 0;
    }
    return tests_run_apart();
}

int main(void)
{
    int failed = ns_run(tests_run);

    return failed ? failed : run_apart();
}
