// The line of /proc/PID/stat with whatever name a process gives itself.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/process/stat.h"
#include "support/test.h"

#define REST                                                                                       \
    " S 1 18702 18702 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 17 0 5551234 2637824 256 "                 \
    "18446744073709551615 94 94 140 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"

static bool parse(const char *line, struct task_stat *out)
{
    return stat_parse(line, strlen(line), out);
}

TEST(fields)
{
    struct task_stat stat;

    assert_true(parse("18702 (ora_pmon_ORCL)" REST, &stat));
    assert_int_equal(stat.state, 'S');
    assert_int_equal(stat.flags, 4194560);
    assert_int_equal(stat.threads, 17);
    assert_int_equal(stat.start_ticks, 5551234);
    assert_string_equal(stat.comm, "ora_pmon_ORCL");
    assert_true(stat.reaped);
    assert_false(stat_is_dead(&stat));
    assert_false(stat_is_kernel(&stat));
    assert_int_equal(stat.exit_signal, 17);
    assert_false(stat_is_thread(&stat));
    assert_false(stat_is_forked(&stat));
    assert_true(
        parse("8 (t) S 1 2 2 0 -1 64 1 2 3 4 5 6 7 8 20 0 17 0 55 26 2 9 1 1 1 0 0 0 0 0 0 0 0 "
              "0 -1 1 0 0 0 0 0",
              &stat));
    assert_true(stat_is_thread(&stat));
    assert_true(stat_is_forked(&stat));
    assert_true(parse("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0", &stat));
    assert_true(stat_is_kernel(&stat));
    assert_false(stat.reaped);
    assert_false(stat_is_forked(&stat)); // as all kernel threads have it
    assert_true(parse("7 (a) Z 0 0 0 0 -1 4228108 0 0 0 0 0 0 0 0 20 0 2 0 3", &stat));
    assert_true(stat_is_dead(&stat));
}

TEST(hostile_names)
{
    static const char *const names[] = {"",   ")",       "(",          "a) S 1 2 3 4 (b", ") Z 0 (",
                                        "\n", "\033[2J", "x)\nUid: 0", "          "};
    struct task_stat stat;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char line[600];
        snprintf(line, sizeof line, "1 (%s)" REST, names[i]);
        assert_true(parse(line, &stat));
        assert_int_equal(stat.state, 'S');
        assert_int_equal(stat.start_ticks, 5551234);
        assert_string_equal(stat.comm, names[i]);
    }
}

TEST(what_is_no_such_line)
{
    static const char *const lines[] = {
        "",
        "1",
        "1 (a",
        "1 a)",
        ") (",
        "1 (a)",
        "1 (a) ",
        "1 (a) S",
        "1 (a) S ",
        "1 (a)S 1 2 3",
        "1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
        "1 (a) S x",
        "1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19x",
        "1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 99999999999999999999999",
    };
    struct task_stat stat;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (parse(lines[i], &stat))
            fail_msg("taken for a line of stat: %s", lines[i]);
}

TEST(ourselves)
{
    struct task_stat stat;

    if (getenv("TEST_EMULATED")) { // tests/distros.sh
        printf("skip: qemu-user makes up /proc/self/stat\n");
        skip();
    }
    assert_int_equal(stat_read(AT_FDCWD, "/proc/self/stat", &stat), 0);
    assert_int_equal(stat.state, 'R');
    assert_true(stat.threads >= 1 && stat.start_ticks > 0);
    assert_false(stat_is_kernel(&stat));
    assert_int_equal(stat_read(AT_FDCWD, "/proc/self/nothing", &stat), -ENOENT);
    assert_int_equal(stat_read(AT_FDCWD, "/proc/self/comm", &stat), -EIO);
}
