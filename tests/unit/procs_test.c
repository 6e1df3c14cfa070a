// Processes below the root of a fixture, where names are as hostile as the kernel allows.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/names.h"
#include "linux/process/accounts.h"
#include "linux/process/list.h"
#include "linux/process/process.h"
#include "support/test.h"
#include "support/tree.h"

static char *root;

static int setup(void **state)
{
    (void)state;
    root = tree_new();
    tree_write(root, "stat",
               "cpu  1 2 3 4\nintr 5 0 0\nctxt 7\nbtime 1700000000\n"
               "processes 123456\nprocs_running 1\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_free(root);
    return 0;
}

TEST_FIXTURE(setup, teardown)

static void make_process(int pid, const char *comm)
{
    char path[64], text[512];

    snprintf(path, sizeof path, "%d/stat", pid);
    snprintf(text, sizeof text, "%d (%s) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4200 8 9\n",
             pid, comm);
    tree_write(root, path, text);
    snprintf(path, sizeof path, "%d/statm", pid);
    tree_write(root, path, "646 25 20 9 0 30 0\n");
}

static void probe(int32_t pid, unsigned facts, struct answer *answer)
{
    struct prober *procs =
        process_reader_new(root, &(struct process_reader_options){.read_only = true});

    *answer = (struct answer){0};
    process_reader_probe(procs, pid, facts, answer);
    process_reader_free(procs);
}

TEST(a_process_as_its_files_say)
{
    struct answer a;

    make_process(42, "pmon");
    tree_write_bytes(root, "42/cmdline", "/bin/pmon\0-x\0a b\0", 17);
    probe(42, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(a.error, 0);
    assert_int_equal(a.process.pid, 42);
    assert_int_equal(a.process.uid, geteuid()); // of whom the directory is
    assert_int_equal(a.process.state, 'S');
    assert_int_equal(a.process.start_ticks, 4200);
    assert_int_equal(a.process.start_time, 1700000000 + 4200 / sysconf(_SC_CLK_TCK));
    assert_int_equal(a.process.rss, 25 * sysconf(_SC_PAGESIZE));
    assert_string_equal(a.process.comm, "pmon");
    assert_null(process_string(&a.process, PROCESS_COMMAND));
    assert_int_equal(a.process.known, PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STATE |
                                          PROC_KNOWS_RSS | PROC_KNOWS_COMM | PROC_KNOWS_PARENT |
                                          PROC_KNOWS_STAT | PROC_READABLE);
    assert_false(a.process.gone);
    answer_clear(&a);
    probe(42, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_true(a.process.known & PROC_KNOWS_COMMAND);
    assert_string_equal(process_string(&a.process, PROCESS_COMMAND), "/bin/pmon -x a b");
    answer_clear(&a);
}

TEST(hostile_names_are_harmless_and_change_nothing_else)
{
    static const struct {
        const char *comm, *escaped;
        // clang-format off
    } names[] = {
        {"a) R 1 2 3 4 5", "a) R 1 2 3 4 5"}, {"\033[31m", "\\e[31m"}, {"x\ny", "x\\ny"},
        {"\xff\xfe", "\\xff\\xfe"},           {"caf\xc3", "caf\\xc3"},  {")", ")"},
        {"", ""},
    };
    // clang-format on
    struct answer a;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        make_process(42, names[i].comm);
        probe(42, NEED_PROCESSES | NEED_RSS, &a);
        assert_int_equal(a.error, 0);
        assert_string_equal(a.process.comm, names[i].escaped);
        assert_int_equal(a.process.start_ticks, 4200);
        assert_int_equal(a.process.state, 'S');
        answer_clear(&a);
    }
}

TEST(command_lines_of_all_sorts)
{
    static const struct {
        const char *raw;
        size_t n;
        const char *shown;
        // clang-format off
    } lines[] = {
        {"", 0, NULL},                       // a kernel thread, a zombie
        {"\0\0\0", 3, NULL},
        {"\0" "2\0", 3, " 2"},               // an empty argv[0]
        {"title: idle\0\0\0\0", 15, "title: idle"},
        {"a\0\033[2J\0\xff\0b\nc", 13, "a \\e[2J \\xff b\\nc"},
        {"a\0\0b", 4, "a  b"},
    };
    // clang-format on
    struct answer a;

    make_process(42, "x");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        tree_write_bytes(root, "42/cmdline", lines[i].raw, lines[i].n);
        probe(42, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
        assert_int_equal(a.error, 0);
        assert_true(a.process.known & PROC_KNOWS_COMMAND);
        if (lines[i].shown)
            assert_string_equal(process_string(&a.process, PROCESS_COMMAND), lines[i].shown);
        else
            assert_null(process_string(&a.process, PROCESS_COMMAND));
        answer_clear(&a);
    }
}

TEST(a_huge_command_line_is_cut)
{
    char *raw = malloc(300000);
    struct answer a;

    assert_non_null(raw);
    memset(raw, 'x', 300000);
    make_process(42, "x");
    tree_write_bytes(root, "42/cmdline", raw, 300000);
    free(raw);
    probe(42, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_int_equal(a.error, 0);
    assert_true(strlen(process_string(&a.process, PROCESS_COMMAND)) > 4000 &&
                strlen(process_string(&a.process, PROCESS_COMMAND)) < 20000);
    answer_clear(&a);
}

TEST(who_is_not_there_is_gone)
{
    struct answer a;

    probe(43, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_int_equal(a.error, -ESRCH);
    assert_true(a.process.gone);
    assert_int_equal(a.process.known, 0);
    answer_clear(&a);
    probe(0, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS,
          &a); // outside this PID namespace: neither alive nor gone
    assert_int_equal(a.error, -EINVAL);
    assert_false(a.process.gone);
    answer_clear(&a);
    probe(-1, NEED_PROCESSES | NEED_COMMANDS | NEED_RSS, &a);
    assert_false(a.process.gone);
    answer_clear(&a);
}

// A thread's id also has a directory, though none that is listed.
TEST(a_thread_is_no_process)
{
    struct answer a;

    make_process(42, "x");
    tree_write(root, "42/stat",
               "42 (x) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 2 0 4200 8 9 1 1 1 1 "
               "0 0 0 0 0 0 0 0 0 -1 3 0\n");
    probe(42, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(a.error, -ESRCH);
    assert_true(a.process.gone);
    answer_clear(&a);
}

TEST(what_is_missing_is_unknown)
{
    struct answer a;

    make_process(42, "kthread");
    tree_write(root, "42/statm", "0 0 0 0 0 0 0\n");
    tree_write(root, "stat", "cpu 1\n");
    probe(42, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(a.error, 0);
    assert_int_equal(a.process.known, PROC_KNOWS_UID | PROC_KNOWS_STATE | PROC_KNOWS_COMM |
                                          PROC_KNOWS_PARENT | PROC_KNOWS_STAT | PROC_READABLE);
    assert_int_equal(a.process.start_ticks, 4200); // identity needs no clock
    answer_clear(&a);
    tree_write(root, "42/stat", "42 (cut");
    probe(42, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(a.error, -EPROTO);
    assert_false(a.process.gone);
    answer_clear(&a);
}

TEST(processes_are_listed_by_number)
{
    static const char *const entries[] = {"5/x",  "40/x", "3/x",   "400000/x",      "self/x",
                                          "7x/x", "0/x",  "012/x", "99999999999/x", "sysvipc/x"};
    static const int32_t pids[] = {3, 5, 40, 400000};
    struct pid_entry_vec v = {0};

    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        tree_write(root, entries[i], "");
    assert_int_equal(process_list_read(root, &v), 0);
    assert_int_equal(v.n, sizeof pids / sizeof *pids);
    for (size_t i = 0; i < v.n; i++) {
        assert_int_equal(v.at[i].pid, pids[i]);
        assert_true(v.at[i].instance != 0);
    }
    assert_int_equal(process_list_read("/nonexistent", &v), -ENOENT);
    vec_free(&v);
}

TEST(forks_behind_any_number_of_interrupts)
{
    uint64_t forks = 0;

    assert_int_equal(process_list_forks(root, &forks), 0);
    assert_int_equal(forks, 123456);
    // Wherever the pieces of reading end, the number is whole.
    for (size_t pad = 8192 - 40; pad < 8192 + 40; pad++) {
        char *text = malloc(pad + 100);
        assert_non_null(text);
        memset(text, '0', pad);
        strcpy(text + pad, "\nctxt 7\nprocesses 18446744073709551615\nprocs_running 1\n");
        tree_write(root, "stat", text);
        free(text);
        forks = 0;
        assert_int_equal(process_list_forks(root, &forks), 0);
        assert_true(forks == UINT64_MAX);
    }
    tree_write(root, "stat", "cpu 1\nprocesses 12");
    assert_int_equal(process_list_forks(root, &forks), -EPROTO);
    assert_int_equal(process_list_forks("/nonexistent", &forks), -ENOENT);
}

TEST(users_and_groups)
{
    struct answer a = {0};
    char name[40];

    names_probe_user(0, &a);
    assert_int_equal(a.error, 0);
    assert_int_equal(a.named.id, 0);
    assert_string_equal(a.named.name, "root");
    answer_clear(&a);
    names_probe_group(0, &a);
    assert_int_equal(a.error, 0);
    assert_string_equal(a.named.name, "root");
    answer_clear(&a);
    names_probe_user(3999999999u, &a);
    assert_int_equal(a.error, -ENOENT);
    assert_true(a.named.id == 3999999999u);
    assert_string_equal(a.named.name, "");
    answer_clear(&a);
    names_probe_group(3999999999u, &a);
    assert_int_equal(a.error, -ENOENT);
    answer_clear(&a);
    accounts_user(0, name, sizeof name);
    assert_string_equal(name, "root");
    accounts_user(3999999999u, name, sizeof name);
    assert_string_equal(name, "uid 3999999999");
}

// A zombie waits to be reaped, perhaps for ever; its leader's end alone ends no process.
TEST(a_zombie_is_gone_unless_a_thread_lives)
{
    struct answer a;

    make_process(77, "worker");
    tree_write(root, "77/stat",
               "77 (worker) Z 3 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4200 8 9\n");
    probe(77, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(a.error, -ESRCH);
    assert_true(a.process.gone && a.process.unreaped);
    assert_int_equal(a.process.known, PROC_KNOWS_PARENT | PROC_KNOWS_COMM | PROC_KNOWS_UID);
    assert_string_equal(a.process.comm, "worker");
    assert_int_equal(a.process.parent, 3);
    answer_clear(&a);
    tree_write(root, "77/stat",
               "77 (worker) Z 5 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 2 0 4200 8 9\n");
    probe(77, NEED_PROCESSES | NEED_RSS, &a);
    assert_int_equal(a.error, 0);
    assert_false(a.process.gone);
    assert_int_equal(a.process.state, 'Z');
    assert_int_equal(a.process.parent, 5);
    answer_clear(&a);
}
