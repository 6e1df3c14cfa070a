// Whom a signal goes to: only who is known so surely that no other process can be hit.
#include <string.h>

#include "session/actions/targets.h"
#include "support/fake.h"
#include "support/test.h"

enum { PID = 4242, SHMID = 5 };

static struct action_vec actions;
static struct menu_vec labels;

static size_t choose(const struct snapshot *s, const struct identity *row)
{
    struct identity_vec without = {0};

    targets_signal(s, row, 1, &actions, &labels, &without);
    assert_int_equal(actions.n, labels.n);
    assert_int_equal(without.n, actions.n == 0);
    vec_free(&without);
    return actions.n;
}

static int clean_up(void **state)
{
    (void)state;
    vec_free(&actions);
    vec_free(&labels);
    return 0;
}

TEST_GROUP_FIXTURE(NULL, clean_up)

TEST(a_holder_has_its_start_and_instance)
{
    struct snapshot *s = fake_snapshot();
    const struct identity row = {.kind = KIND_SEGMENT, .id = SHMID};

    fake_segment(s, SHMID, 1, 0, 4096, 1);
    struct process *process = fake_process(s, PID, 0, "pmon", NULL);
    process->instance = 9001;
    fake_hold(s, SHMID, PID, 1, MAP_R);
    fake_account(s, SHMID, 0);
    assert_int_equal(choose(s, &row), 1);
    assert_int_equal(actions.at[0].target.start_ticks, PID * 10);
    assert_int_equal(actions.at[0].target.instance, 9001);
    assert_non_null(strstr(labels.at[0].label, "pmon"));

    // The pid has passed on since the holders were looked for: the instance is another one's.
    process->start_ticks++;
    assert_int_equal(choose(s, &row), 1);
    assert_int_equal(actions.at[0].target.start_ticks, PID * 10);
    assert_int_equal(actions.at[0].target.instance, 0);
    process->start_ticks = 0; // or that is not known
    process->known &= (uint8_t)~PROC_KNOWS_START;
    assert_int_equal(choose(s, &row), 1);
    assert_int_equal(actions.at[0].target.instance, 0);
    snapshot_unref(s);
}

TEST(who_does_not_answer_has_an_instance_at_least)
{
    struct snapshot *s = fake_snapshot();
    const struct identity row = {.kind = KIND_HOLDER, .id = -1, .pid = PID};

    struct process *process = fake_process(s, PID, 0, "pmon", NULL);
    process->start_ticks = 0;
    process->known &= (uint8_t)~PROC_KNOWS_START;
    process->stuck = true;
    assert_int_equal(choose(s, &row), 0); // it could be any process of that number
    process->instance = 9001;
    assert_int_equal(choose(s, &row), 1);
    assert_int_equal(actions.at[0].target.start_ticks, 0);
    assert_int_equal(actions.at[0].target.instance, 9001);
    snapshot_unref(s);
}

TEST(pids_of_outside_are_nobody)
{
    struct snapshot *s = fake_snapshot();

    assert_int_equal(choose(s, &(struct identity){.kind = KIND_HOLDER, .start_ticks = 7}), 0);
    assert_int_equal(
        choose(s, &(struct identity){.kind = KIND_HOLDER, .pid = -1, .start_ticks = 7}), 0);
    snapshot_unref(s);
}

// Before processes are read nobody is told to be gone.
TEST(who_last_used_it_is_not_known_before_it_is_read)
{
    struct snapshot *s = fake_snapshot();
    const struct identity row = {.kind = KIND_QUEUE, .id = 3};
    char why[200];

    struct queue *queue = fake_queue(s, 3, 0, 10, 1);
    queue->lspid = PID;
    queue->stime = FAKE_NOW - 60;
    queue->rtime = 0;
    assert_int_equal(choose(s, &row), 0);
    targets_none(s, &row, why, sizeof why);
    assert_non_null(strstr(why, "its last user is not known yet"));
    fake_gone(s, PID);
    assert_int_equal(choose(s, &row), 0);
    targets_none(s, &row, why, sizeof why);
    assert_non_null(strstr(why, "its last user is gone"));
    snapshot_unref(s);
}
