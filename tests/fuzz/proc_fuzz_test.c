// What processes and strangers write or choose, damaged in every way: one process' stat line, its
// system call, a postmaster.pid, a settings file. What is taken in must hold what its header
// promises; the sanitizers watch the rest.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linux/databases.h"
#include "linux/process/stat.h"
#include "linux/waiters/blocked_call.h"
#include "store/settings.h"
#include "support/test.h"

enum { ROUNDS = 20000, ROOM = 4096 };

static uint64_t seed;
static uint32_t chance(uint32_t below) // xorshift64
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % below;
}

// A damaged copy of exact size, so that a sanitizer sees what is read beyond it.
static char *damaged(const char *sample, size_t *len)
{
    static const char spice[] = "0123456789-+ \n\t\r()x=,;.#\0\x1b\x7f\xff\xc3";
    char text[ROOM];
    size_t n = strlen(sample);

    memcpy(text, sample, n);
    for (uint32_t times = chance(8); times > 0 && n > 0; times--) {
        size_t at = chance((uint32_t)n);
        switch (chance(5)) {
        case 0:
            text[at] = spice[chance(sizeof spice - 1)];
            break;
        case 1: // a piece goes
            n = chance(4) ? n : at;
            memmove(text + at, text + at + 1, n > at ? n - at - 1 : 0);
            n -= n > at;
            break;
        case 2: // digits come, perhaps too many
            for (uint32_t more = chance(30); more > 0 && n < ROOM; more--, n++) {
                memmove(text + at + 1, text + at, n - at);
                text[at] = (char)('0' + chance(10));
            }
            break;
        case 3: // a piece comes twice
            for (uint32_t more = 1 + chance(60); more > 0 && n < ROOM && at + more < n;
                 more--, n++) {
                memmove(text + at + 1, text + at, n - at);
                text[at] = text[at + more];
            }
            break;
        default:
            text[at] = (char)chance(256);
        }
    }
    char *copy = mem_alloc(n ? n : 1);
    memcpy(copy, text, n);
    *len = n;
    return copy;
}

TEST(stat_lines)
{
    static const char *const samples[] = {
        "18811 (python) S 1 18811 18811 0 -1 4194560 7000 0 0 0 120 33 0 0 20 0 3 0 8812345 "
        "123456 7890 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n",
        "7 (a) R 1 (b\nc) Z 1 7 7 0 -1 4228100 0 0 0 0 0 0 0 0 20 0 1 0 42 0 0 "
        "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 -1 0 0 0 0 0 0\n",
    };
    struct task_stat out;
    size_t taken = 0;

    for (int i = 0; i < ROUNDS; i++) {
        size_t n;
        char *text = damaged(samples[chance(2)], &n);
        memset(&out, 0x5a, sizeof out);
        if (stat_parse(text, n, &out)) {
            assert_true(memchr(out.comm, '\0', sizeof out.comm));
            taken++;
        }
        free(text);
    }
    assert_in_range(taken, ROUNDS / 100, ROUNDS);
}

TEST(system_calls)
{
    size_t taken = 0;

    for (int i = 0; i < ROUNDS; i++) {
        char sample[200], dst[96], *memory = NULL;
        struct blocked_call call;
        size_t n, part;
        // Every number there is, so that no call of any architecture is left out.
        snprintf(sample, sizeof sample,
                 "%u 0x%x 0x%x 0x%x 0x%x 0x%x 0x%x 0x7ffd3c1b8ab8 0x7f21d5\n", chance(450),
                 chance(100), chance(UINT32_MAX), chance(600), chance(8), chance(0x3000),
                 chance(9));
        char *text = damaged(sample, &n);
        if (blocked_call_parse(text, n, &call)) {
            size_t most = blocked_call_memory(&call);
            assert_in_range(most, 0, WAITCALL_MEMORY);
            part = most ? chance((uint32_t)most + 1) : 0;
            memory = mem_alloc(part ? part : 1);
            for (size_t k = 0; k < part; k++)
                memory[k] = (char)chance(256);
            size_t cap = 1 + chance(sizeof dst);
            memset(dst, 'x', sizeof dst);
            blocked_call_describe(&call, memory, part, dst, cap);
            assert_true(memchr(dst, '\0', cap));
            free(memory);
            taken++;
        }
        free(text);
    }
    assert_in_range(taken, 20, ROUNDS);
}

TEST(pidfiles)
{
    static const char sample[] = "18702\n/var/lib/postgresql/15/main\n1795242984\n5432\n"
                                 "/var/run/postgresql\nlocalhost\n 10953031         4\nready   \n";

    for (int i = 0; i < ROUNDS; i++) {
        struct instance in = {0};
        size_t n;
        char *text = damaged(sample, &n);
        databases_parse_pidfile(text, n, &in);
        assert_true(in.pid >= 0 && in.port < 65536 && in.shmid >= 0 && in.start_time >= 0);
        assert_int_equal((in.known & INSTANCE_KNOWS_PID) != 0, in.pid > 0);
        assert_int_equal((in.known & INSTANCE_KNOWS_SEGMENT) != 0, in.key != 0);
        free(text);
    }
}

// What was taken in is written so that it is taken in again, without complaint and the same.
TEST(settings)
{
    static const char sample[] = "# mine\ninterval = 2.5\nheader = line\ncolors = mono\n"
                                 "orphan_age = 5m\nsort.segments = -size\nsort.queues = +bytes\n"
                                 "columns.segments = key,shmid,owner,size\n"
                                 "columns.semaphores = key,semid\n";
    struct settings *config = mem_zero(1, sizeof *config), *again = mem_zero(1, sizeof *again);

    for (int i = 0; i < ROUNDS / 10; i++) {
        char why[120], *written = NULL;
        size_t n, size;
        char *text = damaged(sample, &n);
        settings_parse(config, text, n, why, sizeof why);
        assert_true(memchr(why, '\0', sizeof why));
        assert_null(strpbrk(why, "\x1b\n\x7f"));
        FILE *out = open_memstream(&written, &size);
        settings_write(config, out);
        fclose(out);
        assert_int_equal(settings_parse(again, written, size, why, sizeof why), 0);
        assert_int_equal(config->header, again->header);
        assert_int_equal(config->scheme, again->scheme);
        assert_int_equal(config->orphan_age, again->orphan_age);
        for (int kind = 1; kind < KINDS; kind++) {
            assert_ptr_equal(config->tables[kind].sort, again->tables[kind].sort);
            assert_int_equal(config->tables[kind].n, again->tables[kind].n);
        }
        free(written);
        free(text);
    }
    free(config);
    free(again);
}

static int same_numbers(void **state)
{
    (void)state;
    seed = 88172645463325252u;
    return 0;
}

TEST_FIXTURE(same_numbers, NULL)
