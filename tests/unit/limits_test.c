#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "linux/objects/limits.h"
#include "model/consequence/outcomes.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "support/test.h"
#include "support/tree.h"

static int setup(void **state)
{
    char *root = tree_new();

    tree_write(root, "sys/kernel/shmmni", "4096\n");
    tree_write(root, "sys/kernel/shmall", "18446744073692774399\n");
    tree_write(root, "sys/kernel/shmmax", "18446744073692774399\n");
    tree_write(root, "sys/kernel/sem", "32000\t1024000000\t500\t32001\n");
    tree_write(root, "sys/kernel/msgmni", "32000\n");
    tree_write(root, "sys/kernel/msgmax", "8192\n");
    tree_write(root, "sys/kernel/msgmnb", "16384\n");
    tree_write(root, "sys/kernel/shm_rmid_forced", "1\n");
    tree_write(root, "sys/vm/hugetlb_shm_group", "1001\n");
    tree_write(root, "sys/fs/mqueue/queues_max", "256\n");
    tree_write(root, "sys/fs/mqueue/msg_max", "10\n");
    tree_write(root, "sys/fs/mqueue/msgsize_max", "8192\n");
    *state = root;
    return 0;
}

TEST_FIXTURE(setup, tree_teardown)

static const struct limit *find(const struct snapshot *s, const char *name)
{
    for (size_t i = 0; i < s->limits.n; i++)
        if (strcmp(s->limits.at[i].name, name) == 0)
            return &s->limits.at[i];
    fail_msg("no limit %s", name);
    return NULL;
}

TEST(every_limit_in_the_kernels_order)
{
    static const struct {
        const char *name, *path;
        uint64_t limit;
        // clang-format off
    } all[] = {
        {"shmmni", "/proc/sys/kernel/shmmni", 4096},
        {"shmall", "/proc/sys/kernel/shmall", 18446744073692774399u},
        {"shmmax", "/proc/sys/kernel/shmmax", 18446744073692774399u},
        {"shm_rmid_forced", "/proc/sys/kernel/shm_rmid_forced", 1},
        {"semmni", "/proc/sys/kernel/sem", 32001},
        {"semmns", "/proc/sys/kernel/sem", 1024000000},
        {"semmsl", "/proc/sys/kernel/sem", 32000},
        {"semopm", "/proc/sys/kernel/sem", 500},
        {"msgmni", "/proc/sys/kernel/msgmni", 32000},
        {"msgmax", "/proc/sys/kernel/msgmax", 8192},
        {"msgmnb", "/proc/sys/kernel/msgmnb", 16384},
        {"hugetlb_shm_group", "/proc/sys/vm/hugetlb_shm_group", 1001},
        {"mqueue_queues_max", "/proc/sys/fs/mqueue/queues_max", 256},
        {"mqueue_msg_max", "/proc/sys/fs/mqueue/msg_max", 10},
        {"mqueue_msgsize_max", "/proc/sys/fs/mqueue/msgsize_max", 8192},
    };
    // clang-format on
    struct snapshot *s = snapshot_new();

    limits_read(*state, false, s);
    assert_int_equal(s->limits.n, sizeof all / sizeof *all);
    for (size_t i = 0; i < s->limits.n; i++) {
        assert_string_equal(s->limits.at[i].name, all[i].name);
        assert_string_equal(s->limits.at[i].path, all[i].path);
        assert_true(s->limits.at[i].limit == all[i].limit);
        assert_int_equal(s->limits.at[i].known, LIMIT_KNOWS_LIMIT); // no tables were read
        assert_non_null(s->limits.at[i].unit);
        assert_non_null(s->limits.at[i].meaning);
    }
    snapshot_unref(s);
}

static void segment(struct snapshot *s, uint32_t uid, uint64_t size)
{
    vec_push(&s->segments, (struct segment){.o.uid = uid, .size = size});
}

TEST(use_and_who_uses_most)
{
    struct snapshot *s = snapshot_new();

    segment(s, 7, 1);    // a page
    segment(s, 5, 8193); // three
    segment(s, 7, 4096); // one
    vec_push(&s->semsets, (struct semset){.o.uid = 1, .nsems = 10});
    vec_push(&s->semsets, (struct semset){.o.uid = 2, .nsems = 6});
    vec_push(&s->semsets, (struct semset){.o.uid = 2, .nsems = 7});
    vec_push(&s->queues, (struct queue){.o.uid = 3, .bytes = 100});
    vec_push(&s->queues, (struct queue){.o.uid = 4, .bytes = 900});
    s->has = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES;
    limits_read(*state, false, s);

    const struct {
        const char *name;
        uint64_t used;
        uint32_t top;
    } expected[] = {{"shmmni", 3, 7},  {"shmall", 5, 5},  {"shmmax", 8193, 5}, {"semmni", 3, 2},
                    {"semmns", 23, 2}, {"semmsl", 10, 1}, {"msgmni", 2, 3},    {"msgmnb", 900, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct limit *l = find(s, expected[i].name);
        assert_int_equal(l->known, LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED | LIMIT_KNOWS_TOP);
        assert_int_equal(l->used, expected[i].used);
        assert_int_equal(l->top_uid, expected[i].top);
    }
    assert_int_equal(find(s, "semopm")->known, LIMIT_KNOWS_LIMIT); // of a call: nobody counts it
    assert_int_equal(find(s, "msgmax")->known, LIMIT_KNOWS_LIMIT);
    snapshot_unref(s);
}

// A queue keeps the size it was made with, or was given: full is what reached that.
TEST(the_fullest_queue_is_the_one_nearest_to_its_own_limit)
{
    struct snapshot *s = snapshot_new();
    double percent;

    vec_push(
        &s->queues,
        (struct queue){.o.uid = 3, .bytes = 4096, .max_bytes = 4096, .known = QUEUE_KNOWS_MAX});
    vec_push(
        &s->queues,
        (struct queue){.o.uid = 4, .bytes = 8000, .max_bytes = 16384, .known = QUEUE_KNOWS_MAX});
    s->has = NEED_QUEUES;
    limits_read(*state, false, s);
    const struct limit *l = find(s, "msgmnb");
    assert_int_equal(l->used, 4096);
    assert_int_equal(l->top_uid, 3);
    assert_true(limit_percent(l, &percent) && percent == 100);
    assert_true(limit_percent(find(s, "msgmni"), &percent) && percent < 1);
    snapshot_unref(s);
}

TEST(nothing_used_has_no_top)
{
    struct snapshot *s = snapshot_new();

    s->has = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES;
    limits_read(*state, false, s);
    assert_int_equal(find(s, "shmmni")->known, LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED);
    assert_int_equal(find(s, "shmmni")->used, 0);
    snapshot_unref(s);
}

TEST(sums_do_not_wrap)
{
    struct snapshot *s = snapshot_new();

    vec_push(&s->semsets, (struct semset){.o.uid = 1, .nsems = UINT64_MAX});
    vec_push(&s->semsets, (struct semset){.o.uid = 1, .nsems = 2});
    s->has = NEED_SEMSETS;
    limits_read(*state, false, s);
    assert_true(find(s, "semmns")->used == UINT64_MAX);
    snapshot_unref(s);
}

TEST(what_cannot_be_read_is_unknown)
{
    struct snapshot *s = snapshot_new();

    tree_write(*state, "sys/kernel/sem", "32000\t1024000000\n"); // cut
    tree_write(*state, "sys/kernel/shmmni", "no number\n");
    tree_write(*state, "sys/kernel/msgmni", "-1\n");
    limits_read(*state, false, s);
    assert_int_equal(find(s, "semmsl")->known, LIMIT_KNOWS_LIMIT);
    assert_int_equal(find(s, "semmni")->known, 0);
    assert_int_equal(find(s, "shmmni")->known, 0);
    assert_int_equal(find(s, "msgmni")->known, 0);
    limits_read("/nonexistent", false, s);
    assert_int_equal(s->limits.n, LIMIT_SPECS);
    for (size_t i = 0; i < s->limits.n; i++)
        assert_int_equal(s->limits.at[i].known, 0);
    snapshot_unref(s);
}

static struct outcome set_limit(const char *root, const char *name, uint64_t value)
{
    struct action action = {.verb = ACTION_LIMIT, .target.kind = KIND_LIMIT};
    struct outcome outcome;

    memcpy(action.limit.name, name, strnlen(name, sizeof action.limit.name));
    action.limit.value = value;
    memset(&outcome, 0x55, sizeof outcome);
    limits_act(root, &action, &outcome);
    outcome_say(&outcome);
    assert_string_not_equal(outcome.text, "");
    return outcome;
}

// It is the whole machine's: other IPC namespaces would lose it, too.
TEST(what_is_the_machines_is_not_written)
{
    struct outcome o = set_limit(*state, "hugetlb_shm_group", 7);
    char *text = tree_read(*state, "sys/vm/hugetlb_shm_group");

    assert_int_equal(o.state, OUTCOME_FAILED);
    assert_string_equal(text, "1001\n");
    free(text);
}

TEST(a_limit_is_written_and_read_back)
{
    struct outcome o = set_limit(*state, "shmmni", 8192);
    char *text = tree_read(*state, "sys/kernel/shmmni");

    assert_int_equal(o.state, OUTCOME_DONE);
    assert_string_equal(o.text, "shmmni is 8192 now (was 4096)");
    assert_string_equal(text, "8192\n");
    free(text);
}

TEST(its_neighbours_in_kernel_sem_stay)
{
    struct outcome o = set_limit(*state, "semopm", 1000);
    char *text = tree_read(*state, "sys/kernel/sem");

    assert_int_equal(o.state, OUTCOME_DONE);
    assert_string_equal(o.text, "semopm is 1000 now (was 500)");
    assert_string_equal(text, "32000\t1024000000\t1000\t32001\n");
    free(text);
}

TEST(no_such_limit_is_refused)
{
    struct outcome o = set_limit(*state, "../\033[31mx", 1);

    assert_int_equal(o.state, OUTCOME_REFUSED);
    assert_null(strchr(o.text, '\033'));
    o = set_limit(*state, "0123456789abcdefghij", 1); // fills the field: no NUL
    assert_int_equal(o.state, OUTCOME_REFUSED);
}

TEST(failures_say_why)
{
    struct outcome o = set_limit("/nonexistent", "shmmni", 1);

    assert_int_equal(o.state, OUTCOME_FAILED);
    assert_int_equal(o.error, ENOENT);
    tree_write(*state, "sys/kernel/sem", "1 2\n"); // not what it should be: it stays
    o = set_limit(*state, "semmni", 5);
    assert_int_equal(o.state, OUTCOME_FAILED);
    char *text = tree_read(*state, "sys/kernel/sem");
    assert_string_equal(text, "1 2\n");
    free(text);
}
