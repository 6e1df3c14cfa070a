// Attachment and waiter probes on a /proc made of plain files: what real processes cannot be
// brought to show at will.
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/holders/attachments.h"
#include "linux/waiters/waiters.h"
#include "support/test.h"

static char root[] = "/tmp/ipctop-proc-XXXXXX";
static struct maps_devices devices;
static struct attachments *attachments;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int make_root(void **state)
{
    (void)state;
    if (!mkdtemp(root) || maps_learn_devices(&devices) < 0)
        return -1;
    char *self = mem_format("%s/self", root), *ns = mem_format("%s/self/ns", root);
    char *link = mem_format("%s/self/ns/ipc", root);
    int failed = mkdir(self, 0700) | mkdir(ns, 0700) | symlink("ipc:[4026531839]", link);
    free(self);
    free(ns);
    free(link);
    attachments = attachments_new(root, false, false);
    return failed;
}

static int remove_root(void **state)
{
    (void)state;
    attachments_free(attachments);
    return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

TEST_GROUP_FIXTURE(make_root, remove_root)

// Writes a file below the root, with the directories it needs.
static void put(const char *name, const void *data, size_t len)
{
    char *path = mem_format("%s/%s", root, name);

    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static void put_link(const char *name, const char *target)
{
    char *path = mem_format("%s/%s", root, name);

    assert_int_equal(symlink(target, path), 0);
    free(path);
}

static void put_stat(const char *name, char task_state, unsigned flags, int threads)
{
    char *text = mem_format("9 (na) me\n) %c 1 9 9 0 -1 %u 0 0 0 0 0 0 0 0 20 0 %d 0 777 0 0\n",
                            task_state, flags, threads);
    put_text(name, text);
    free(text);
}

static char *segment_line(unsigned start, int64_t inode)
{
    return mem_format("%x000-%x000 rw-s 00000000 %02x:%02x %lld    /SYSV00a72921 (deleted)\n",
                      start, start + 1, devices.at[0].major, devices.at[0].minor, (long long)inode);
}

static struct answer probe(int32_t pid)
{
    struct answer answer = {0};

    attachments_probe(attachments, PROBE_ATTACHMENTS, pid, 0, &answer);
    return answer;
}

enum { KERNEL_THREAD = 0x00200000, EXITING = 4 };

TEST(a_process)
{
    char *one = segment_line(0x7f1, 0), *two = segment_line(0x7f3, 2147483647);
    char *bad = segment_line(0x7f5, 2147483648); // no id is so large
    char *text = mem_format("400-500 r-xp 0 08:01 7 /bin/\033[31m x\n%s%s%s", one, two, bad);

    put_text("9/maps", text);
    put_stat("9/stat", 'S', 0, 1);
    put_text("9/ns/x", "");
    put_link("9/ns/ipc", "ipc:[4026531839]");
    struct answer answer = probe(9);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.method, SCAN_TEXT); // a file answers no PROCMAP_QUERY
    assert_int_equal(answer.mappings.n, 2);
    assert_int_equal(answer.mappings.at[0].shmid, 0);
    assert_int_equal(answer.mappings.at[1].shmid, 2147483647);
    assert_int_equal(answer.process.start_ticks, 777);
    assert_false(answer.namespace_differs || answer.foreign || answer.exiting);
    answer_clear(&answer);
    free(one);
    free(two);
    free(bad);
    free(text);
}

TEST(another_namespace_without_handles)
{
    char *line = segment_line(0x7f1, 3);

    put_text("10/maps", line);
    put_stat("10/stat", 'S', 0, 1);
    put_text("10/ns/x", "");
    put_link("10/ns/ipc", "ipc:[4026532000]");
    struct answer answer = probe(10);
    assert_int_equal(answer.mappings.n, 1);
    assert_true(answer.namespace_differs && answer.foreign);
    assert_false(answer.mappings.at[0].known & MAP_KNOWS_HANDLE);
    answer_clear(&answer);
    // Where the namespace cannot be told, nothing is claimed about it.
    put_text("11/maps", line);
    put_stat("11/stat", 'S', 0, 1);
    answer = probe(11);
    assert_int_equal(answer.mappings.n, 1);
    assert_false(answer.namespace_differs || answer.foreign);
    answer_clear(&answer);
    free(line);
}

TEST(without_an_address_space)
{
    static const struct {
        char state;
        unsigned flags;
        bool exiting;
    } cases[] = {{'S', KERNEL_THREAD, false}, {'I', KERNEL_THREAD, false}, {'Z', EXITING, false},
                 {'X', EXITING, false},       {'R', EXITING, true},        {'D', EXITING, true}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put_text("20/maps", "");
        put_stat("20/stat", cases[i].state, cases[i].flags, 1);
        struct answer answer = probe(20);
        assert_int_equal(answer.error, 0);
        assert_int_equal(answer.mappings.n, 0);
        assert_int_equal(answer.exiting, cases[i].exiting);
        answer_clear(&answer);
    }
    put_text("21/maps", ""); // and nothing more: it went while it was read
    struct answer answer = probe(21);
    assert_int_equal(answer.error, -ENOENT);
    answer_clear(&answer);
}

TEST(an_exited_leader)
{
    char *line = segment_line(0x7f1, 5);

    put_text("30/maps", "");
    put_stat("30/stat", 'Z', EXITING, 4);
    put_text("30/task/30/maps", line); // the leader itself is not asked again
    put_text("30/task/31/maps", "");
    put_stat("30/task/31/stat", 'Z', EXITING, 4);
    put_text("30/task/word", "");
    struct answer answer = probe(30);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.mappings.n, 0);
    assert_false(answer.exiting); // all its threads are dead
    answer_clear(&answer);
    put_stat("30/task/31/stat", 'R', EXITING, 4);
    answer = probe(30);
    assert_true(answer.exiting); // one still gives the memory back
    answer_clear(&answer);
    put_text("30/task/32/maps", line);
    answer = probe(30);
    assert_int_equal(answer.mappings.n, 1);
    assert_int_equal(answer.mappings.at[0].pid, 30);
    assert_false(answer.exiting);
    assert_int_equal(answer.process.start_ticks, 777);
    answer_clear(&answer);
    free(line);
}

TEST(no_proc_at_all)
{
    assert_null(attachments_new("/nonexistent/proc", false, false));
    assert_int_equal(errno, ENOENT);
    attachments_free(NULL);
}

#ifdef SYS_semtimedop
enum { CALL = SYS_semtimedop };
#else
enum { CALL = SYS_semtimedop_time64 }; // on 32 bits: Linux 5.1
#endif

TEST(waiters_from_files)
{
    char *line = mem_format("%ld 0x2a 0x6 0x2 0x0 0x0 0x0 0x7ffd 0x7f21\n", (long)CALL);
    const struct {
        uint16_t number;
        int16_t op, flags;
    } memory[] = {{0, 0, 0}, {3, -1, 0}, {4, 0, 0}}; // the array is at address 6
    struct answer answer = {0};

    put_text("40/task/40/syscall", "running\n");
    put_text("40/task/41/syscall", line);
    put_text("40/task/41/status", "Name:\tx\nUmask:\t0022\nUid:\t1000\t1001\t1002\t1003\n");
    put_text("40/task/41/comm", "a\033b\nc\n");
    put_stat("40/task/41/stat", 'T', 0, 2);
    put("40/task/41/mem", memory, sizeof memory);
    put_text("40/task/42/syscall", line); // gone before its status was read
    put_text("40/task/43/syscall", "");
    put_text("40/task/-1/syscall", line);
    waiters_probe(root, 40, &answer);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.waiters.n, 1);
    assert_int_equal(answer.waiters.at[0].id, 42);
    assert_int_equal(answer.waiters.at[0].tid, 41);
    assert_int_equal(answer.waiters.at[0].uid, 1001);
    assert_string_equal(answer.waiters.at[0].comm, "a\\eb\\nc");
    assert_string_equal(answer.waiters.at[0].detail, "element 3 -1, element 4 0, stopped");
    answer_clear(&answer);
    free(line);
}
