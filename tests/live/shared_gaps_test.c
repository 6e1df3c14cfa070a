// What cannot be seen of shared memory, or is not what it seems: it is said, not left out in silence.
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
#include <sys/stat.h>
#include <unistd.h>

#include "linux/holders/maps.h"
#include "support/ns.h"
#include "support/program.h"
#include "support/rows.h"
#include "support/shm_world.h"
#include "support/test.h"

TEST_FIXTURE(shm_world_begin, shm_world_end)

static void make(const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0644);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 4096), 0);
    close(fd);
}

// --- what is left out ----------------------------------------------------------------------------

static void map_often(void *arg, int ready)
{
    int fd = memfd_create("test filler", 0), n = *(const int *)arg;

    if (fd < 0 || ftruncate(fd, 4096) < 0)
        _exit(1);
    for (int i = 0; i < n; i++)
        if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
            _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

static void map_once(void *arg, int ready)
{
    int fd = open(arg, O_RDWR);

    if (fd < 0 || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

// Beyond what is kept of all processes an object that nothing is seen to use may be used.
TEST(mappings_that_are_left_out_are_counted)
{
    int often = 60000;
    pid_t fillers[3];

    make("/dev/shm/used");
    for (int i = 0; i < 3; i++)
        fillers[i] = child_start(map_often, &often);
    pid_t holder = child_start(map_once, (void *)"/dev/shm/used");
    if (fillers[2] < 0) {
        for (int i = 0; i < 3; i++)
            child_end(fillers[i]);
        child_end(holder);
        printf("skip: a process may not map as much: vm.max_map_count\n");
        skip();
    }
    assert_true(holder > 0);
    make("/dev/shm/idle");
    struct said said = program_run("--json --strict shared", false);
    assert_int_equal(said.status, 3);
    json_t *root = json_loads(said.out, 0, NULL);
    said_clear(&said);
    assert_non_null(root);
    // On a loaded machine one of them may be given up instead.
    assert_true(scanned(root, "shared_left_out") + scanned(root, "shared_stuck") > 0);
    assert_true(json_is_null(
        json_object_get(row_by_text(json_object_get(root, "shared"), "name", "idle"), "attached")));
    json_decref(root);
    root = program_document("--json --remove -f name=idle shared", false);
    char *preview = json_dumps(row_by_text(json_object_get(root, "results"), "name", "idle"), 0);
    assert_non_null(preview);
    assert_non_null(strstr(preview, "Some processes cannot be read"));
    free(preview);
    json_decref(root);
    said = program_run("--batch shared", false);
    assert_non_null(strstr(said.err, "incomplete: "));
    assert_non_null(strstr(said.err, " whose shared memory "));
    said_clear(&said);
    for (int i = 0; i < 3; i++)
        child_end(fillers[i]);
    child_end(holder);
    root = program_document("--json shared", false);
    assert_int_equal(scanned(root, "shared_left_out"), 0);
    assert_int_equal(scanned(root, "shared_unreadable"), 0);
    assert_int_equal(json_integer_value(json_object_get(
                         row_by_text(json_object_get(root, "shared"), "name", "idle"), "attached")),
                     0);
    assert_true(json_is_integer(
        json_object_get(row_by_text(json_object_get(root, "shared"), "name", "idle"), "attached")));
    json_decref(root);
}

TEST(so_are_those_of_one_process)
{
    const struct maps_devices none = {0};
    struct shared_mappings found = {0};
    int fd = memfd_create("maps", 0);

    for (int more = 0; more < 2; more++) {
        FILE *maps = fdopen(dup(fd), "w");
        assert_non_null(maps);
        assert_int_equal(ftruncate(fd, 0), 0);
        rewind(maps);
        for (unsigned long i = 1; i <= (unsigned long)SHARED_MAPPINGS_MAX + (unsigned)more; i++)
            fprintf(maps, "%lx-%lx r--s 00000000 00:19 7 /dev/shm/x\n", i << 12, (i + 1) << 12);
        assert_int_equal(fclose(maps), 0);
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        found.left_out = false;
        vec_clear(&found.objects);
        vec_clear(&found.mappings);
        assert_int_equal(maps_read_shared(fd, true, &none, NULL, &found), 0);
        assert_int_equal(found.mappings.n, SHARED_MAPPINGS_MAX);
        assert_int_equal(found.left_out, more);
    }
    vec_free(&found.objects);
    vec_free(&found.mappings);
    close(fd);
}

TEST(what_an_ordinary_user_may_not_read_is_counted)
{
    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    struct said said = program_run("--json --strict shared", true);
    assert_int_equal(said.status, 3);
    json_t *root = json_loads(said.out, 0, NULL);
    said_clear(&said);
    assert_non_null(root);
    assert_true(scanned(root, "shared_unreadable") > 0);
    json_decref(root);
}

// --- what is in the way --------------------------------------------------------------------------

static void be_linked_elsewhere(void *arg, int ready)
{
    (void)arg;
    if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", "/dev", "tmpfs", 0, "size=1m") < 0 ||
        symlink("/tmp", "/dev/shm") < 0)
        _exit(1);
    child_ready(ready);
    for (;;)
        pause();
}

TEST(a_dev_shm_elsewhere_that_cannot_be_read_is_counted)
{
    json_t *root = program_document("--json shared", false);
    long long before = scanned(root, "shared_places_unread");

    json_decref(root);
    pid_t child = child_start(be_linked_elsewhere, NULL);
    assert_true(child > 0);
    struct said said = program_run("--json --strict shared", false);
    assert_int_equal(said.status, 3);
    root = json_loads(said.out, 0, NULL);
    said_clear(&said);
    assert_non_null(root);
    assert_int_equal(scanned(root, "shared_places_unread"), before + 1);
    json_decref(root);
    child_end(child);
}

TEST(a_file_mounted_over_a_name_is_no_segment)
{
    assert_int_equal(mount("tmpfs", "/mnt", "tmpfs", 0, "size=1m"), 0);
    make("/mnt/other");
    make("/dev/shm/covered");
    make("/dev/shm/plain");
    assert_int_equal(mount("/mnt/other", "/dev/shm/covered", NULL, MS_BIND, NULL), 0);
    json_t *root = program_document("--json shared", false);
    assert_non_null(row_by_text(json_object_get(root, "shared"), "name", "plain"));
    assert_null(row_by_text(json_object_get(root, "shared"), "name", "covered"));
    json_decref(root);
    umount2("/dev/shm/covered", MNT_DETACH);
    umount2("/mnt", MNT_DETACH);
}

TEST(of_two_names_of_one_segment_neither_frees_it)
{
    make("/dev/shm/one");
    assert_int_equal(link("/dev/shm/one", "/dev/shm/two"), 0);
    json_t *root = program_document("--json --remove -f name=one shared", false);
    char *preview = json_dumps(json_array_get(json_object_get(root, "results"), 0), 0);
    assert_non_null(preview);
    assert_non_null(strstr(preview, "1 other name leads to the same data"));
    assert_null(strstr(preview, "vanishes"));
    free(preview);
    json_decref(root);
}

// --- a mount of another IPC namespace ------------------------------------------------------------

static void see_own_queues(void *arg, int ready)
{
    bool root = *(const bool *)arg;

    if (unshare(CLONE_NEWIPC) < 0)
        _exit(1);
    mqd_t own = mq_open("/test-own", O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
    json_t *seen = program_document("--json shared", !root);
    bool parents = row_by_text(json_object_get(seen, "shared"), "name", "test-parents") != NULL,
         mine = row_by_text(json_object_get(seen, "shared"), "name", "test-own") != NULL;
    json_decref(seen);
    struct said said = program_run("--remove -f name=test-parents --yes --force shared", !root);
    said_clear(&said);
    if (own >= 0 && !parents && mine == root)
        child_ready(ready);
    _exit(0);
}

TEST(queues_of_another_ipc_namespace_are_not_ours)
{
    if (!ns_was_root()) {
        printf("skip: needs root to list queues that are not mounted\n");
        skip();
    }
    assert_true(shm_world_mount_queues());
    mqd_t parents = mq_open("/test-parents", O_CREAT | O_EXCL | O_RDWR, 0644, NULL);
    assert_true(parents >= 0);
    mq_close(parents); // what a process holds open is seen by that
    for (int nobody = 0; nobody < 2; nobody++) {
        json_t *root = program_document("--json shared", nobody);
        assert_non_null(row_by_text(json_object_get(root, "shared"), "name", "test-parents"));
        json_decref(root);
        bool as_root = !nobody;
        assert_true(child_start(see_own_queues, &as_root) > 0);
        mqd_t again = mq_open("/test-parents", O_RDONLY);
        assert_true(again >= 0);
        mq_close(again);
    }
    mq_unlink("/test-parents");
}

int main(void)
{
    return ns_run(tests_run);
}
