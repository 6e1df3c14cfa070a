// postmaster.pid in all the forms it may meet, and where data directories are found.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "linux/databases.h"
#include "support/test.h"
#include "support/tree.h"

static const char whole[] = "18702\n/var/lib/postgresql/15/main\n1795242984\n5432\n"
                            "/var/run/postgresql\nlocalhost\n 10953031         4\nready   \n";

// A copy of exact size, so that a sanitizer sees what is read beyond it.
static struct instance parse(const char *text, size_t len)
{
    char *copy = mem_alloc(len);
    struct instance in = {0};

    memcpy(copy, text, len);
    databases_parse_pidfile(copy, len, &in);
    free(copy);
    return in;
}

TEST(a_pidfile_is_read)
{
    struct instance in = parse(whole, strlen(whole));

    assert_int_equal(in.known, INSTANCE_KNOWS_PID | INSTANCE_KNOWS_PORT | INSTANCE_KNOWS_SEGMENT);
    assert_int_equal(in.pid, 18702);
    assert_int_equal(in.start_time, 1795242984);
    assert_int_equal(in.port, 5432);
    assert_int_equal(in.key, 10953031);
    assert_int_equal(in.shmid, 4);
}

// Cut anywhere it says less, never something else.
TEST(a_truncated_one_says_less)
{
    for (size_t len = 0; len <= strlen(whole); len++) {
        struct instance in = parse(whole, len);

        assert_true(in.pid == 0 || in.pid == 18702);
        assert_true(in.port == 0 || in.port == 5432);
        assert_true(in.key == 0 || in.key == 10953031);
        assert_true(in.start_time == 0 || in.start_time == 1795242984);
        assert_int_equal((in.known & INSTANCE_KNOWS_PID) != 0, in.pid != 0);
        assert_int_equal((in.known & INSTANCE_KNOWS_PORT) != 0, in.port != 0);
        assert_int_equal((in.known & INSTANCE_KNOWS_SEGMENT) != 0, in.key != 0);
    }
}

static struct instance with(int line, const char *text)
{
    static const char *const lines[] = {"1", "/d", "2", "5432", "/s", "l", "9 8"};
    char all[4096] = "";

    for (int i = 0; i < 7; i++) {
        strcat(all, i == line ? text : lines[i]);
        strcat(all, "\n");
    }
    return parse(all, strlen(all));
}

TEST(hostile_lines_stay_unknown)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "-1",
                                      "0",
                                      "x",
                                      "1x",
                                      "99999999999999999999999",
                                      "18446744073709551616",
                                      "1 2",
                                      "\033[31m",
                                      "0x10",
                                      "+5"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(with(0, bad[i]).known & INSTANCE_KNOWS_PID);
        assert_false(with(3, bad[i]).known & INSTANCE_KNOWS_PORT);
        if (strcmp(bad[i], "1 2") != 0)
            assert_false(with(6, bad[i]).known & INSTANCE_KNOWS_SEGMENT);
    }
    assert_false(with(0, "-18702").known & INSTANCE_KNOWS_PID); // a standalone backend writes so
    assert_false(with(0, "2147483648").known & INSTANCE_KNOWS_PID);
    assert_false(with(3, "65536").known & INSTANCE_KNOWS_PORT);
    assert_false(with(6, "1 2147483648").known & INSTANCE_KNOWS_SEGMENT);
    assert_false(with(6, "0 5").known & INSTANCE_KNOWS_SEGMENT); // no key finds a private one
    assert_false(with(6, "4294967296 5").known & INSTANCE_KNOWS_SEGMENT);
    assert_int_equal(with(6, "2147483647 0").key, 2147483647); // 0 is a valid id
    // A key above 2^31, as a negative key_t made unsigned long is printed.
    assert_int_equal(with(6, "18446744073709551615 5").key, 0xffffffff);
    assert_int_equal(with(6, "18446744071562067968 5").key, 0x80000000);
    assert_false(with(6, "18446744071562067967 5").known & INSTANCE_KNOWS_SEGMENT);

    char zeros[64] = {0};
    assert_int_equal(parse(zeros, sizeof zeros).known, 0);
    memset(zeros, '\n', sizeof zeros);
    assert_int_equal(parse(zeros, sizeof zeros).known, 0);
}

// Any bytes whatever: the sanitizers watch.
TEST(noise_does_no_harm)
{
    static const char alphabet[] = "0123456789 \n\n-\r\t/x\xff";
    unsigned seed = 7;
    char text[128];

    for (int round = 0; round < 20000; round++) {
        size_t n = (size_t)rand_r(&seed) % sizeof text;
        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        struct instance in = parse(text, n);
        assert_true(in.pid >= 0 && in.port < 65536 && in.shmid >= 0);
    }
}

static const struct instance *at(const struct answer *answer, const char *end)
{
    for (size_t i = 0; i < answer->instances.n; i++) {
        const char *d = answer->instances.at[i].directory;
        if (strlen(d) >= strlen(end) && strcmp(d + strlen(d) - strlen(end), end) == 0)
            return &answer->instances.at[i];
    }
    return NULL;
}

static char *join(const char *root, const char *path)
{
    return mem_format("%s/%s", root, path);
}

TEST(the_usual_places_are_searched)
{
    char *root = tree_new();
    struct answer answer = {0};
    struct stat st;

    tree_write(root, "var/lib/postgresql/15/main/PG_VERSION", "15\n");
    tree_write(root, "var/lib/postgresql/15/main/postmaster.pid", whole);
    tree_write(root, "var/lib/postgresql/14/old\033[31m/PG_VERSION", "14\n"); // stopped
    tree_write(root, "var/lib/postgresql/14/empty/notes", "no data directory\n");
    tree_write(root, "var/lib/postgresql/14/file", "");
    tree_write(root, "var/lib/pgsql/data/PG_VERSION", "13\n");
    tree_link(root, "var/lib/pgsql/data/postmaster.pid", "/proc/self/environ");
    tree_write(root, "var/lib/postgres/data/PG_VERSION", "16\n");
    char *pipe = join(root, "var/lib/postgres/data/postmaster.pid");
    assert_int_equal(mkfifo(pipe, 0600), 0); // opening it to read would wait for a writer

    databases_probe_places(root, &answer);
    assert_int_equal(answer.error, 0);
    assert_int_equal(answer.instances.n, 4);
    const struct instance *main_ = at(&answer, "15/main");
    assert_non_null(main_);
    assert_int_equal(main_->pid, 18702);
    char *path = join(root, "var/lib/postgresql/15/main");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(main_->inode, st.st_ino);
    assert_int_equal(main_->uid, getuid());
    assert_non_null(at(&answer, "14/old\\e[31m"));
    assert_int_equal(at(&answer, "pgsql/data")->known, 0);
    assert_int_equal(at(&answer, "postgres/data")->known, 0);
    answer_clear(&answer);
    free(path);
    free(pipe);
    tree_free(root);
}

TEST(a_process_leads_to_its_directory)
{
    char *root = tree_new();
    char *data = join(root, "data"), *not_data = join(root, "etc");
    struct answer answer = {0};

    tree_write(root, "data/PG_VERSION", "15\n");
    tree_write(root, "data/postmaster.pid", whole);
    tree_write(root, "etc/passwd", "");
    tree_write(root, "7/comm", "postgres\n");
    tree_link(root, "7/cwd", data);
    tree_write(root, "8/comm", "postgres\n");
    tree_link(root, "8/cwd", not_data);
    databases_probe_server(root, 7, &answer);
    assert_int_equal(answer.instances.n, 1);
    assert_string_equal(answer.instances.at[0].directory, data);
    assert_int_equal(answer.instances.at[0].key, 10953031);
    answer_clear(&answer);
    databases_probe_server(root, 8, &answer);
    assert_int_equal(answer.instances.n, 0);
    answer_clear(&answer);
    databases_probe_server(root, 9, &answer);
    assert_int_equal(answer.error, -2); // -ENOENT: gone
    answer_clear(&answer);
    databases_probe_server(root, 0, &answer);
    assert_int_equal(answer.instances.n, 0);
    answer_clear(&answer);
    free(data);
    free(not_data);
    tree_free(root);
}

// A process called postgres that stands in /tmp, with files of its own there; or in the directory of
// somebody else: root's segments are not a server's by that.
TEST(strangers_directories_are_not_believed)
{
    char *root = tree_new(), *data = join(root, "data"), *proc = join(root, "7");
    struct answer answer = {0};

    tree_write(root, "data/PG_VERSION", "15\n");
    tree_write(root, "data/postmaster.pid", whole);
    tree_write(root, "7/comm", "postgres\n");
    tree_link(root, "7/cwd", data);
    static const mode_t open_to_others[] = {01777, 0777, 0775, 0703};
    for (size_t i = 0; i < sizeof open_to_others / sizeof *open_to_others; i++) {
        assert_int_equal(chmod(data, open_to_others[i]), 0);
        databases_probe_server(root, 7, &answer);
        assert_int_equal(answer.instances.n, 0);
        answer_clear(&answer);
    }
    assert_int_equal(chmod(data, 0750), 0);
    databases_probe_server(root, 7, &answer);
    assert_int_equal(answer.instances.n, 1);
    answer_clear(&answer);
    if (chown(proc, 65534, (gid_t)-1) == 0) { // as root alone
        databases_probe_server(root, 7, &answer);
        assert_int_equal(answer.error, 0);
        assert_int_equal(answer.instances.n, 0);
        answer_clear(&answer);
    }
    free(proc);
    free(data);
    tree_free(root);
}
