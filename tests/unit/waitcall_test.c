// Lines of /proc/PID/task/TID/syscall, and what they tell.
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "linux/waiters/blocked_call.h"
#include "support/test.h"

static bool parse(const char *line, struct blocked_call *out)
{
    return blocked_call_parse(line, strlen(line), out);
}

#define SP_PC " 0x7ffd3c1b8ab8 0x7f21d5b1c94b\n"

static bool parse_call(long number, const char *args, struct blocked_call *out)
{
    char line[256];

    snprintf(line, sizeof line, "%ld %s" SP_PC, number, args);
    return parse(line, out);
}

#ifdef SYS_semtimedop
enum { SEMTIMEDOP = SYS_semtimedop };
#else
enum { SEMTIMEDOP = SYS_semtimedop_time64 }; // on 32 bits: Linux 5.1
#endif

TEST(semaphores)
{
    struct blocked_call call;

    assert_true(parse_call(SEMTIMEDOP, "0x2a 0x7ffd3c1b8ae0 0x3 0x0 0x0 0x0", &call));
    assert_int_equal(call.call, WAIT_SEMOP); // without a timeout
    assert_int_equal(call.id, 42);
    assert_int_equal(call.pointer, 0x7ffd3c1b8ae0);
    assert_int_equal(call.count, 3);
    assert_int_equal(blocked_call_memory(&call), 18);
    assert_true(parse_call(SEMTIMEDOP, "0x0 0x7ffd3c1b8ae0 0x1 0x7ffd3c1b8b00 0x0 0x0", &call));
    assert_int_equal(call.call, WAIT_SEMTIMEDOP);
    assert_int_equal(call.id, 0);
#ifdef SYS_semop
    assert_true(parse_call(SYS_semop, "0x7fffffff 0x1 0x1f4 0xdead 0x0 0x0", &call));
    assert_int_equal(call.call, WAIT_SEMOP);
    assert_int_equal(call.id, 2147483647);
    assert_int_equal(blocked_call_memory(&call), WAITCALL_MEMORY);
#endif
}

TEST(queues)
{
    struct blocked_call call;
    char text[96];
    static const struct {
        const char *args, *text;
        // clang-format off
    } cases[] = {
        {"0x7 0x7ffd00 0x190 0x0 0x0 0x0", "any type"},
        {"0x7 0x7ffd00 0x190 0x5 0x0 0x0", "type 5"},
        {"0x7 0x7ffd00 0x190 0xfffffffffffffffd 0x0 0x0", "type ≤ 3"},
        {"0x7 0x7ffd00 0x190 0x8000000000000000 0x0 0x0", "type ≤ 9223372036854775808"},
        {"0x7 0x7ffd00 0x190 0x5 0x2000 0x0", "not type 5"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(parse_call(SYS_msgrcv, cases[i].args, &call));
        assert_int_equal(call.call, WAIT_MSGRCV);
        assert_int_equal(call.id, 7);
        assert_int_equal(blocked_call_memory(&call), 0);
        blocked_call_describe(&call, NULL, 0, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
    assert_true(parse_call(SYS_msgsnd, "0x7 0x7ffd00 0x190 0x0 0x0 0x0", &call));
    assert_int_equal(call.call, WAIT_MSGSND);
    assert_int_equal(blocked_call_memory(&call), sizeof(long));
    long type = 1;
    blocked_call_describe(&call, &type, sizeof type, text, sizeof text);
    assert_string_equal(text, "type 1, 400 bytes");
    blocked_call_describe(&call, NULL, 0, text, sizeof text); // its memory could not be read
    assert_string_equal(text, "400 bytes");
}

TEST(operations)
{
    struct {
        uint16_t number;
        int16_t op, flags;
    } ops[16] = {{3, -1, 0}, {4, 0, 0}, {5, 2, 010000}};
    struct blocked_call call = {.call = WAIT_SEMOP, .count = 3};
    char text[96];

    blocked_call_describe(&call, ops, sizeof ops[0] * 3, text, sizeof text);
    assert_string_equal(text, "element 3 -1, element 4 0, element 5 +2");
    blocked_call_describe(&call, ops, sizeof ops[0] + 3, text, sizeof text); // cut in the second
    assert_string_equal(text, "element 3 -1, …");
    blocked_call_describe(&call, ops, 0, text, sizeof text);
    assert_string_equal(text, "");
    // Never more than fits, and it says that there is more.
    for (size_t i = 0; i < 16; i++)
        ops[i].number = 65535, ops[i].op = -32768;
    call.count = 500;
    for (size_t cap = 1; cap <= sizeof text; cap++) {
        memset(text, '#', sizeof text);
        blocked_call_describe(&call, ops, sizeof ops, text, cap);
        assert_non_null(memchr(text, '\0', cap));
        if (cap == sizeof text)
            assert_string_equal(text, "element 65535 -32768, element 65535 -32768, "
                                      "element 65535 -32768, element 65535 -32768, …");
    }
}

TEST(programs_of_32_bits)
{
#if defined __x86_64__
    struct blocked_call call;
    char text[96];
    int32_t pair[2] = {0x1000, -3};

    // ipc(SEMTIMEDOP, id, n, 0, sops, timeout)
    assert_true(parse("117 0x4 0x2a 0x2 0x0 0xffd0a0c0 0x0 0xffd0a000 0xf7f00549\n", &call));
    assert_int_equal(call.call, WAIT_SEMOP);
    assert_int_equal(call.id, 42);
    assert_int_equal(call.pointer, 0xffd0a0c0);
    assert_int_equal(call.count, 2);
    assert_true(parse("117 0x4 0x2a 0x2 0x0 0xffd0a0c0 0xffd0a0d0 0xffd0a000 0xf7f00549", &call));
    assert_int_equal(call.call, WAIT_SEMTIMEDOP);
    // ipc(MSGRCV, id, size, flags, {message, type}, 0), and version 1 with the type last
    assert_true(parse("117 0xc 0x7 0x190 0x0 0xffd0a0c0 0x0 0xffd0a000 0xf7f00549", &call));
    assert_int_equal(call.call, WAIT_MSGRCV);
    assert_int_equal(blocked_call_memory(&call), 8);
    blocked_call_describe(&call, pair, sizeof pair, text, sizeof text);
    assert_string_equal(text, "type ≤ 3");
    assert_true(
        parse("117 0x1000c 0x7 0x190 0x0 0xffd0a0c0 0xffffffff 0xffd0a000 0xf7f00549", &call));
    blocked_call_describe(&call, NULL, 0, text, sizeof text);
    assert_string_equal(text, "type ≤ 1");
    assert_true(parse("117 0xb 0x7 0x190 0x0 0xffd0a0c0 0x0 0xffd0a000 0xf7f00549", &call));
    assert_int_equal(blocked_call_memory(&call), 4);
    blocked_call_describe(&call, pair, 4, text, sizeof text);
    assert_string_equal(text, "type 4096, 400 bytes");
    // Its newer calls have numbers of their own.
    assert_true(parse("420 0x2a 0xffd0a0c0 0x2 0x0 0x0 0x0 0xffd0a000 0xf7f00549", &call));
    assert_int_equal(call.call, WAIT_SEMOP);
    assert_true(parse("401 0x2a 0xffd0a0c0 0x2 0xfffffffe 0x0 0x0 0xffd0a000 0xf7f00549", &call));
    assert_int_equal(call.type, -2);
    // x32: the numbers of 64-bit programs and a bit, the long of 32-bit ones
    assert_true(parse("1073742044 0x2a 0xffd0a0c0 0x2 0x0 0x0 0x0 0xffd0a000 0xf7f00549", &call));
    assert_int_equal(call.call, WAIT_SEMOP);
    // setresuid(4, …) of a 64-bit program with a wide argument, and another call of ipc(): SHMAT
    assert_false(parse("117 0x4 0x2a 0x2 0x0 0x7fffffd0a0c0 0x0 0x7ffd0 0x7f21", &call));
    assert_false(parse("117 0x15 0x2a 0x2 0x0 0xffd0a0c0 0x0 0xffd0a000 0xf7f00549", &call));
#else
    printf("skip: the 32-bit numbers tested are those of x86\n");
    skip();
#endif
}

TEST(everything_else_is_no_wait)
{
    static const char *const lines[] = {
        "",
        "\n",
        "running\n",
        "-1 0x7ffd3c1b8ab8 0x7f21d5b1c94b\n",
        "220",
        "220 ",
        "220 0x",
        "220 0x1 0x2 0x3 0x4 0x5",
        "220 0x1 0x2 0x3 0x4 0x5 0x",
        "220 1 2 3 4 5 6 7 8",
        "220 0xffffffff 0x2 0x3 0x4 0x5 0x6",
        "7 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8",
        "99999999999999999999999999 0x1 0x2 0x3 0x4 0x5 0x6",
    };
    struct blocked_call call;
    char long_line[400];

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_false(parse(lines[i], &call));
    memset(long_line, '2', sizeof long_line);
    assert_false(blocked_call_parse(long_line, sizeof long_line, &call));
}
