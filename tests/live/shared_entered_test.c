// Shared memory as another IPC namespace shows it. That has no mount namespace; the processes that live in it
// have: what these see is here, and ours is elsewhere.
#include <fcntl.h>
#include <jansson.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/shm_world.h"
#include "support/test.h"

TEST_FIXTURE(shm_world_begin, shm_world_end)

enum { ROOM = 1 << 20, FILLED = 9 * (ROOM / 10) };

static bool make(const char *path, off_t size)
{
    int fd = open(path, O_CREAT | O_RDWR, 0600);

    return fd >= 0 && posix_fallocate(fd, 0, size) == 0 && close(fd) == 0;
}

static size_t times_named(json_t *root, const char *name)
{
    json_t *row;
    size_t i, n = 0;

    json_array_foreach(json_object_get(root, "shared"), i, row)
    {
        const char *value = json_string_value(json_object_get(row, "name"));
        n += value && strcmp(value, name) == 0;
    }
    return n;
}

static bool is_elsewhere(json_t *root, const char *name)
{
    json_t *row = row_by_text(json_object_get(root, "shared"), "name", name);

    assert_non_null(row);
    return has_status(row, "elsewhere");
}

// A container: an IPC namespace, and a /dev/shm of its own that is nearly full; something it maps, something
// nothing maps, memory without a name, and a queue.
static void contain(void *arg, int ready)
{
    struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 100};
    char size[32];

    (void)arg;
    snprintf(size, sizeof size, "size=%d", ROOM);
    if (unshare(CLONE_NEWIPC | CLONE_NEWNS) < 0 ||
        mount("tmpfs", "/dev/shm", "tmpfs", 0, size) < 0 || !make("/dev/shm/test-idle", FILLED) ||
        !make("/dev/shm/test-mapped", 4096) ||
        mq_open("/test-queue", O_CREAT | O_RDWR, 0600, &attr) < 0)
        _exit(1);
    int fd = open("/dev/shm/test-mapped", O_RDWR), memory = memfd_create("test memory", 0);
    if (fd < 0 || memory < 0 || ftruncate(memory, 4096) < 0 ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, memory, 0) == MAP_FAILED)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static void leave_ipc(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static json_t *document_in(pid_t pid, const char *tables)
{
    char arguments[160];

    snprintf(arguments, sizeof arguments, "--json --namespace pid:%d %s", (int)pid, tables);
    return program_document(arguments, false);
}

TEST(what_processes_of_the_namespace_see_is_here_and_ours_elsewhere)
{
    char path[64];

    assert_true(make("/dev/shm/test-ours", 4096));
    pid_t container = child_start(contain, NULL);
    assert_true(container > 0);
    json_t *root = document_in(container, "shared");
    assert_true(is_elsewhere(root, "test-ours"));
    assert_false(is_elsewhere(root, "test-mapped"));
    assert_false(is_elsewhere(root, "test-idle"));
    assert_int_equal(times_named(root, "test-queue"), 1);
    json_decref(root);

    root = document_in(container, "limits -f name~dev_shm");
    json_t *limit = row_by_text(json_object_get(root, "limits"), "name", "dev_shm");
    assert_non_null(limit);
    assert_int_equal(json_integer_value(json_object_get(limit, "limit")), ROOM);
    assert_true(json_integer_value(json_object_get(limit, "used")) >= FILLED);
    snprintf(path, sizeof path, "/proc/%d/root/dev/shm", (int)container);
    assert_string_equal(json_string_value(json_object_get(limit, "path")), path);
    json_decref(root);

    root = program_document("--json shared", false); // from our own it is the other way round
    assert_false(is_elsewhere(root, "test-ours"));
    assert_true(is_elsewhere(root, "test-mapped"));
    assert_true(is_elsewhere(root, "test-idle"));
    json_decref(root);
    child_end(container);
}

TEST(a_full_dev_shm_is_that_of_the_namespace_there)
{
    json_t *row;
    size_t i, n = 0;

    pid_t container = child_start(contain, NULL);
    assert_true(container > 0);
    json_t *root = document_in(container, "shared findings");
    json_array_foreach(json_object_get(root, "findings"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "rule")), "shm-full") != 0)
            continue;
        const char *title = json_string_value(json_object_get(row, "title"));
        assert_ptr_equal(strstr(title, "/dev/shm is nearly full"), title);
        // Remounting ours would not help.
        assert_non_null(strstr(json_string_value(json_object_get(row, "advice")), "--shm-size"));
        assert_non_null(strstr(json_string_value(json_object_get(row, "evidence")), "test-idle"));
        n++;
    }
    assert_int_equal(n, 1);
    json_decref(root);
    child_end(container);
}

TEST(a_namespace_whose_processes_see_ours_has_it_here)
{
    assert_true(make("/dev/shm/test-ours", 4096));
    pid_t other = child_start(leave_ipc, NULL), container = child_start(contain, NULL);
    assert_true(other > 0 && container > 0);
    json_t *root = document_in(other, "shared");
    assert_false(is_elsewhere(root, "test-ours"));
    assert_true(is_elsewhere(root, "test-mapped"));
    assert_true(is_elsewhere(root, "test-queue")); // a process has it open
    json_decref(root);
    root = document_in(other, "limits -f name~dev_shm");
    json_t *limit = row_by_text(json_object_get(root, "limits"), "name", "dev_shm");
    assert_non_null(limit);
    assert_string_equal(json_string_value(json_object_get(limit, "path")), "/dev/shm");
    json_decref(root);
    child_end(other);
    child_end(container);
}

TEST(of_all_namespaces_shared_memory_is_listed_once_and_every_queue)
{
    struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 100};

    assert_true(make("/dev/shm/test-ours", 4096));
    mqd_t queue = mq_open("/test-queue", O_CREAT | O_RDWR, 0600, &attr);
    assert_true(queue >= 0);
    pid_t container = child_start(contain, NULL);
    assert_true(container > 0);
    json_t *root = program_document("--json --namespace all shared", false);
    assert_int_equal(times_named(root, "test-ours"), 1);
    assert_int_equal(times_named(root, "test-mapped"), 1);
    assert_int_equal(times_named(root, "test-idle"), 1);
    assert_int_equal(times_named(root, "test memory"), 1);
    assert_int_equal(times_named(root, "test-queue"), 2);
    json_decref(root);
    assert_int_equal(mq_unlink("/test-queue"), 0);
    mq_close(queue);
    child_end(container);
}

// Each name in the mount namespace that it is in: there one of the same name is ours.
TEST(a_name_is_removed_where_it_is)
{
    char arguments[256], path[64];

    assert_true(make("/dev/shm/test-idle", 4096));
    pid_t container = child_start(contain, NULL);
    assert_true(container > 0);
    snprintf(path, sizeof path, "/proc/%d/root/dev/shm/test-idle", (int)container);
    snprintf(arguments, sizeof arguments,
             BUILD_DIR "/ipctop --remove -f 'name=test-idle size>100000' --yes --force --namespace "
                       "pid:%d shared",
             (int)container);
    struct said said = shell_run(arguments);
    if (!strstr(said.out, "1 done, 0 refused, 0 failed"))
        fail_msg("%s%s", said.out, said.err);
    said_clear(&said);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access("/dev/shm/test-idle", F_OK), 0);
    assert_true(make(path, 8192));
    snprintf(arguments, sizeof arguments,
             BUILD_DIR "/ipctop --remove -f 'name=test-idle size=4096' --yes --force --namespace "
                       "pid:%d shared",
             (int)container);
    said = shell_run(arguments); // ours, from there
    if (!strstr(said.out, "1 done, 0 refused, 0 failed"))
        fail_msg("%s%s", said.out, said.err);
    said_clear(&said);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(access("/dev/shm/test-idle", F_OK), -1);
    child_end(container);
}

int main(void)
{
    return ns_run(tests_run);
}
