// Shared memory that is not System V's, as the built program shows it: real objects in a /dev/shm and
// an IPC namespace of the test's own, against stat(2), the calls' own answers and a plain reading of
// /proc.
#include <fcntl.h>
#include <jansson.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/program.h"
#include "support/test.h"

static json_t *document(const char *arguments, bool nobody)
{
    struct said said = program_run(arguments, nobody);
    json_error_t error;
    json_t *root = json_loads(said.out, JSON_REJECT_DUPLICATES, &error);

    if (!root || said.status != 0)
        fail_msg("'%s' ended with %d, %s: %s%s", arguments, said.status, error.text, said.err,
                 said.out);
    said_clear(&said);
    return root;
}

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

static long long number(json_t *row, const char *name)
{
    json_t *value = json_object_get(row, name);

    if (!json_is_integer(value))
        fail_msg("%s is no number", name);
    return json_integer_value(value);
}

static const char *text(json_t *row, const char *name)
{
    const char *value = json_string_value(json_object_get(row, name));

    return value ? value : "(null)";
}

static bool has_status(json_t *row, const char *status)
{
    json_t *word;
    size_t i;

    json_array_foreach(json_object_get(row, "status"), i, word)
    {
        if (strcmp(json_string_value(word), status) == 0)
            return true;
    }
    return false;
}

static void check_file(json_t *row, const char *path)
{
    struct stat st;
    char device[32], perms[8];

    assert_non_null(row);
    assert_int_equal(lstat(path, &st), 0);
    snprintf(device, sizeof device, "%02x:%02x", major(st.st_dev), minor(st.st_dev));
    snprintf(perms, sizeof perms, "%04o", st.st_mode & 0777);
    assert_int_equal(number(row, "inode"), st.st_ino);
    assert_string_equal(text(row, "device"), device);
    assert_string_equal(text(row, "perms"), perms);
    assert_int_equal(number(row, "size"), st.st_size);
    assert_int_equal(number(row, "rss"), st.st_blocks * 512);
}

// --- what has a name ----------------------------------------------------------------------------

static int make_world(void **state)
{
    (void)state;
    if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=16m") < 0)
        return -1;
    umask(022);
    int fd = shm_open("/test-segment", O_CREAT | O_RDWR, 0640);
    if (fd < 0 || ftruncate(fd, 1 << 20) < 0 || pwrite(fd, "x", 1, 0) != 1)
        return -1;
    close(fd);
    return 0;
}

static int end_world(void **state)
{
    (void)state;
    return umount2("/dev/shm", MNT_DETACH);
}

TEST_GROUP_FIXTURE(make_world, end_world)

TEST(a_segment_is_what_stat_says)
{
    json_t *root = document("--json shared", false);

    check_file(find(root, "posix", "test-segment"), "/dev/shm/test-segment");
    json_decref(root);
}

TEST(a_semaphore_shows_its_value)
{
    sem_t *semaphore = sem_open("/test-semaphore", O_CREAT, 0600, 42);

    assert_ptr_not_equal(semaphore, SEM_FAILED);
    json_t *root = document("--json shared -o +value", false);
    json_t *row = find(root, "posix-semaphore", "sem.test-semaphore");
    check_file(row, "/dev/shm/sem.test-semaphore");
    if (sizeof(void *) == 8)
        assert_int_equal(number(row, "value"), 42);
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
    json_t *root = document("--json shared -o +messages,max_messages", false);
    json_t *row = find(root, "mqueue", "test-queue");
    assert_non_null(row);
    assert_int_equal(number(row, "messages"), 2);
    assert_int_equal(number(row, "max_messages"), 3);
    assert_int_equal(number(row, "size"), 300);
    assert_int_equal(number(row, "rss"), 10);
    assert_string_equal(text(row, "perms"), "0600");
    assert_false(has_status(row, "full"));
    json_decref(root);
    mq_send(queue, "", 0, 0);
    root = document("--json shared", false);
    assert_true(has_status(find(root, "mqueue", "test-queue"), "full"));
    json_decref(root);
    mq_close(queue);
    mq_unlink("/test-queue");
    after = shell_run("cat /proc/self/mounts");
    assert_string_equal(before.out, after.out);
    said_clear(&before);
    said_clear(&after);
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
    json_t *root = document("--json shared", false);
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
    json_t *root = document("--json shared -o +value", true);

    assert_ptr_not_equal(semaphore, SEM_FAILED);
    check_file(find(root, "posix", "test-segment"), "/dev/shm/test-segment");
    json_t *row = find(root, "posix-semaphore", "sem.test-closed");
    assert_non_null(row);
    assert_true(json_is_null(json_object_get(row, "value")));
    json_decref(root);
    sem_close(semaphore);
    sem_unlink("/test-closed");
}

int main(void)
{
    return ns_run(tests_run);
}
