// How values of the kernel's limits are written, and which are possible.
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "model/record/shm_limit.h"
#include "support/test.h"

static const struct limit shmmni = {.name = "shmmni", .unit = "segments"},
                          shmmax = {.name = "shmmax", .unit = "bytes"},
                          shmall = {.name = "shmall", .unit = "pages"},
                          semmsl = {.name = "semmsl", .unit = "semaphores"},
                          msgmnb = {.name = "msgmnb", .unit = "bytes"};

// The kernel's unsigned long: 64 bits or 32.
TEST(possible_values)
{
    char greatest[32];
    const struct {
        const struct limit *limit;
        const char *text;
        uint64_t value;
        // clang-format off
    } cases[] = {
        {&shmmni, "0", 0},
        {&shmmni, "16777216", 16777216},
        {&semmsl, "2147483647", INT32_MAX},
        {&msgmnb, "64K", 65536},
        {&msgmnb, "65536", 65536},
        {&shmmax, "1.5G", UINT64_C(1610612736)},
        {&shmmax, greatest, ULONG_MAX},
        {&shmall, "unlimited", ULONG_MAX - (1 << 24)},
        {&shmmax, "unlimited", ULONG_MAX - (1 << 24)},
    };
    // clang-format on

    snprintf(greatest, sizeof greatest, "%lu", ULONG_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t value = 1;
        char why[96];
        assert_true(limit_parse(cases[i].limit, cases[i].text, &value, why, sizeof why));
        assert_true(value == cases[i].value);
    }
}

TEST(impossible_values)
{
    static const struct {
        const struct limit *limit;
        const char *text, *why;
        // clang-format off
    } cases[] = {
        {&shmmni, "", "a whole number"},
        {&shmmni, "-1", "a whole number"},
        {&shmmni, "64K", "a whole number"}, // of segments, not of bytes
        {&shmmni, "12 ", "a whole number"},
        {&shmmni, "16777217", "from 0 to 16777216"},
        {&shmmni, "unlimited", "a whole number"},
        {&shmall, "8G", "pages"},
        {&semmsl, "2147483648", "from 0 to 2147483647"},
        {&msgmnb, "2G", "from 0 to 2147483647"},
        {&msgmnb, "unlimited", "64K"},
        {&msgmnb, "-4", "64K"},
        {&shmmax, "18446744073709551616", "from 0 to"},
        {&shmmax, "a lot", "64K"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t value;
        char why[96] = "";
        assert_false(limit_parse(cases[i].limit, cases[i].text, &value, why, sizeof why));
        assert_non_null(strstr(why, cases[i].why));
    }
}

TEST(what_is_written_is_read_again)
{
    static const uint64_t values[] = {0, 1, 4096, (ULONG_MAX >> 24) + 1, ULONG_MAX - (1 << 24)};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[32], why[96];
        uint64_t value = 1;
        limit_write(values[i], text, sizeof text);
        assert_true(limit_parse(&shmmax, text, &value, why, sizeof why));
        assert_true(value == values[i]);
    }
}

TEST(huge_ones_are_no_limit)
{
    char text[32];

    struct limit limit = shmmax;

    limit.limit = ULONG_MAX - (1 << 24);
    limit_show(&limit, text, sizeof text);
    assert_string_equal(text, "unlimited");
    limit.used = UINT64_C(1) << 62; // a segment may be as large, without memory behind it
    limit_show_used(&limit, text, sizeof text);
    assert_string_equal(text, "4.0E");
    limit.limit = 1 << 26;
    limit_show(&limit, text, sizeof text);
    assert_string_equal(text, "64.0M");
    limit = semmsl;
    limit.limit = 32000;
    limit_show(&limit, text, sizeof text);
    assert_string_equal(text, "32000");
    limit_range(&shmmni, text, sizeof text);
    assert_non_null(strstr(text, "0 to 32768"));
}

TEST(each_kind_of_object_has_its_limits)
{
    static const struct {
        enum kind_id kind;
        const char *number, *size;
        // clang-format off
    } cases[] = {{KIND_SEGMENT, "shmmni", "shmmax"}, {KIND_SEMSET, "semmni", "semmsl"},
                 {KIND_QUEUE, "msgmni", "msgmnb"}};
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(limit_of_objects(cases[i].kind), cases[i].number);
        assert_string_equal(limit_spec_size(cases[i].kind)->name, cases[i].size);
    }
    assert_null(limit_of_objects(KIND_HOLDER));
    assert_null(limit_spec_size(KIND_HOLDER));
}

static void have_names(const struct snapshot *s, const char *names)
{
    char all[256] = "", name[64];

    for (size_t i = 0; i < s->limits.n; i++) {
        size_t n = strlen(all);
        limit_name(&s->limits.at[i], name, sizeof name);
        snprintf(all + n, sizeof all - n, "%s%s", i ? " " : "", name);
    }
    assert_string_equal(all, names);
}

// The reader of limits has the one of our own IPC namespace; of another one it is the first one there.
TEST(each_dev_shm_that_is_used_is_a_limit)
{
    static const struct shm_place places[] = {
        {.mount_namespace = 10, .size = 100, .used = 50},
        {.mount_namespace = 11, .size = 100, .here = true},
        {.mount_namespace = 12, .size = 100, .here = true},
        {.mount_namespace = 13, .size = 100, .used = 1, .here = true},
        {.mount_namespace = 14, .size = 1000, .used = 9},
    };
    struct snapshot *s = snapshot_new();

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        vec_push(&s->shm_places, places[i]);
    vec_push(&s->limits, shmmni);
    vec_push(&s->limits, shm_limit(&(struct shm_place){.ours = true, .here = true}));
    s->has = NEED_LIMITS;
    for (int twice = 0; twice < 2; twice++) {
        shm_limits_fill(s);
        have_names(s, "shmmni dev_shm dev_shm:10");
    }
    s->entered = 99;
    for (int twice = 0; twice < 2; twice++) {
        shm_limits_fill(s);
        have_names(s, "shmmni dev_shm dev_shm:10 dev_shm:13");
        assert_int_equal(s->limits.at[1].mount_namespace, 11);
    }
    vec_clear(&s->shm_places); // no process of it was seen
    shm_limits_fill(s);
    have_names(s, "shmmni");
    snapshot_unref(s);
}
