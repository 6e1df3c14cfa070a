// What a form lets pass is what the kernel takes; names are found as the name service tells them.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/names.h"
#include "linux/objects/limits.h"
#include "model/consequence/outcomes.h"
#include "model/record/limit.h"
#include "support/ns.h"
#include "support/test.h"

static const struct limit *read_limit(struct snapshot *s, const char *name)
{
    limits_read("/proc", false, s);
    const struct limit *limit = limit_find(s, name);

    assert_non_null(limit);
    assert_true(limit->known & LIMIT_KNOWS_LIMIT);
    return limit;
}

static enum outcome_state set_limit(const char *name, uint64_t value)
{
    struct action action = {.verb = ACTION_LIMIT, .limit.value = value};
    struct outcome outcome;

    snprintf(action.limit.name, sizeof action.limit.name, "%s", name);
    limits_act("/proc", &action, &outcome);
    return outcome.state;
}

// The ends of the range that limit_parse knows, and one beyond, given to the kernel itself.
TEST(ranges_are_the_kernel_s)
{
    static const struct {
        const char *name, *most, *beyond;
        // clang-format off
    } cases[] = {
        {"shmmni", "32768", "16777217"},      {"semmni", "32768", "16777217"},
        {"msgmni", "32768", "16777217"},      {"msgmax", "2147483647", "2147483648"},
        {"msgmnb", "2147483647", "2147483648"}, {"semopm", "2147483647", "2147483648"},
        {"semmsl", "2147483647", "2147483648"}, {"semmns", "2147483647", "2147483648"},
        {"shmmax", "18446744073709551615", "18446744073709551616"},
        {"shmall", "18446744073709551615", "18446744073709551616"},
        {"shmall", "unlimited", "18446744073709551616"},
    };
    // clang-format on
    struct snapshot *s = snapshot_new();

    if (access("/proc/sys/kernel/shmmni", W_OK) < 0) {
        printf("skip: limits cannot be written here\n");
        snapshot_unref(s);
        skip();
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct limit *limit = read_limit(s, cases[i].name);
        uint64_t before = limit->limit, value, beyond;
        char why[96];

        assert_true(limit_parse(limit, cases[i].most, &value, why, sizeof why));
        assert_int_equal(set_limit(cases[i].name, value), OUTCOME_DONE);
        assert_true(read_limit(s, cases[i].name)->limit == value);
        assert_int_equal(set_limit(cases[i].name, 0), OUTCOME_DONE);
        assert_false(limit_parse(limit, cases[i].beyond, &beyond, why, sizeof why));
        // The kernel refuses it, too, where 64 bits can say it.
        if (beyond > value && beyond < UINT64_MAX)
            assert_int_equal(set_limit(cases[i].name, beyond), OUTCOME_FAILED);
        assert_int_equal(set_limit(cases[i].name, before), OUTCOME_DONE);
        assert_true(read_limit(s, cases[i].name)->limit == before);
    }
    snapshot_unref(s);
}

TEST(names_become_numbers)
{
    struct action action = {
        .verb = ACTION_RESOLVE,
        .set = {.which = SET_UID | SET_GID, .uid = 7, .gid = 7, .user = "root", .group = "root"}};
    struct outcome o;

    names_act(&action, &o);
    assert_int_equal(o.state, OUTCOME_DONE);
    assert_int_equal(o.action.set.uid, 0);
    assert_int_equal(o.action.set.gid, 0);
    assert_int_equal(o.action.set.which, 0);

    snprintf(action.set.group, sizeof action.set.group, "no such\033group");
    names_act(&action, &o);
    assert_int_equal(o.state, OUTCOME_FAILED);
    assert_int_equal(o.error, ENOENT);
    assert_int_equal(o.action.set.which, SET_GID); // whose name was wrong
    assert_int_equal(o.action.set.uid, 0);
    outcome_say(&o);
    assert_null(strchr(o.text, '\033'));

    action.set.which = SET_UID; // the group is not asked for
    names_act(&action, &o);
    assert_int_equal(o.state, OUTCOME_DONE);
}

int main(void)
{
    return ns_run(tests_run);
}
