// The clock set while objects live: what then no longer proves who a pid is.
#include "model/record/clock_steps.h"
#include "model/record/pid_state.h"
#include "support/fake.h"
#include "support/test.h"

enum { OLD = 200, YOUNG = 300, STRANGER = 9, UPTIME = 100000 };

// OLD started an hour ago, YOUNG ten seconds ago, both as the owner of segment 1, which is a minute old.
static struct snapshot *picture(int64_t time)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 1, 0, 7, 4096, 1);

    s->time = time;
    s->has |= NEED_SYSTEM;
    s->system.uptime = UPTIME;
    g->o.ctime = g->atime = FAKE_NOW - 60, g->dtime = 0;
    g->cpid = YOUNG;
    fake_process(s, OLD, 7, "old", NULL)->start_time = FAKE_NOW - 3600;
    fake_process(s, YOUNG, 7, "young", NULL)->start_time = FAKE_NOW - 10;
    return s;
}

static enum pid_state state_of(const struct snapshot *s, int32_t pid, int64_t age)
{
    return snapshot_pid_state(s, pid, FAKE_NOW - age);
}

TEST(no_step_changes_nothing)
{
    struct clock_steps steps = {0};
    struct snapshot *s = picture(FAKE_NOW);

    for (int i = 0; i < 3; i++) { // an uptime is a whole number
        s->system.uptime = UPTIME + i % 2;
        clock_steps_note(&steps, s);
        assert_int_equal(state_of(s, OLD, 60), PID_ALIVE);
        assert_int_equal(state_of(s, YOUNG, 60), PID_REUSED);
    }
    snapshot_unref(s);
}

TEST(a_step_forward_makes_what_it_may_explain_unknown)
{
    struct clock_steps steps = {0};
    struct snapshot *before = picture(FAKE_NOW - 52), *s = picture(FAKE_NOW);

    before->system.uptime = UPTIME - 2; // two seconds later it is 52 later
    clock_steps_note(&steps, before);
    clock_steps_note(&steps, s);
    assert_int_equal(s->system.forward.by, 50);
    assert_int_equal(state_of(s, YOUNG, 60), PID_UNKNOWN);
    assert_int_equal(state_of(s, YOUNG, 70), PID_REUSED); // by a minute it is not
    assert_int_equal(state_of(s, OLD, 60), PID_ALIVE);
    struct snapshot *next = picture(FAKE_NOW + 2); // it stays known
    next->system.uptime = UPTIME + 2;
    clock_steps_note(&steps, next);
    assert_int_equal(state_of(next, YOUNG, 60), PID_UNKNOWN);
    snapshot_unref(before);
    snapshot_unref(s);
    snapshot_unref(next);
}

// Seconds cut off from two clocks would hide a step of three.
TEST(a_small_step_is_seen_by_exact_clocks)
{
    static const int64_t moved[] = {900, 1100, 2900, -900, -1100, -2900}, by[] = {0, 2, 3, 0, 2, 3};

    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
        struct clock_steps steps = {0};
        struct snapshot *s = picture(FAKE_NOW);
        s->system.boot_ms = (FAKE_NOW - UPTIME) * INT64_C(1000);
        clock_steps_note(&steps, s);
        s->system.boot_ms += moved[i];
        clock_steps_note(&steps, s);
        assert_int_equal(s->system.forward.by, moved[i] > 0 ? by[i] : 0);
        assert_int_equal(s->system.back.by, moved[i] < 0 ? by[i] : 0);
        snapshot_unref(s);
    }
}

TEST(a_step_back_makes_a_recycled_pid_unknown)
{
    struct clock_steps steps = {0};
    struct snapshot *before = picture(FAKE_NOW + 28), *s = picture(FAKE_NOW);

    before->system.uptime = UPTIME - 2;
    clock_steps_note(&steps, before);
    clock_steps_note(&steps, s);
    assert_int_equal(s->system.back.by, 30);
    assert_int_equal(state_of(s, YOUNG, 0), PID_UNKNOWN); // started 10 s before, by today's clock
    assert_int_equal(state_of(s, YOUNG, -20), PID_UNKNOWN);
    assert_int_equal(state_of(s, OLD, 60), PID_ALIVE);    // an hour is more than the step
    assert_int_equal(state_of(s, YOUNG, -40), PID_ALIVE); // no object has such a time from before
    snapshot_unref(before);
    snapshot_unref(s);
}

TEST(a_time_to_come_proves_a_step_back)
{
    struct clock_steps steps = {0};
    struct snapshot *s = picture(FAKE_NOW);
    struct queue *q = fake_queue(s, 3, 7, 0, 0);

    q->rtime = FAKE_NOW + 1;
    clock_steps_note(&steps, s);
    assert_int_equal(state_of(s, OLD, 60), PID_ALIVE);
    q->rtime = FAKE_NOW + 600;
    clock_steps_note(&steps, s);
    assert_int_equal(state_of(s, OLD, 60), PID_UNKNOWN); // by how much is not known
    assert_int_equal(state_of(s, YOUNG, 60), PID_REUSED);
    snapshot_unref(s);
}

TEST(a_creator_that_is_attached_proves_a_step_forward)
{
    struct clock_steps steps = {0};
    struct snapshot *s = picture(FAKE_NOW);

    fake_hold(s, 1, YOUNG, 1, 0);
    clock_steps_note(&steps, s);
    assert_int_equal(state_of(s, YOUNG, 60), PID_UNKNOWN);
    assert_int_equal(state_of(s, YOUNG, 3000), PID_UNKNOWN); // what is older too
    assert_int_equal(state_of(s, YOUNG, 30), PID_REUSED);    // not what is younger
    // A stranger that got the pid proves nothing.
    ((struct process *)snapshot_process(s, YOUNG))->uid = STRANGER;
    clock_steps_note(&steps, s);
    assert_int_equal(state_of(s, YOUNG, 60), PID_REUSED);
    snapshot_unref(s);
}
