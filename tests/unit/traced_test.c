// Events with tracing: exact where a trace says so, by the last user where none does, and what no
// table ever showed.
#include <stdlib.h>
#include <string.h>

#include "model/events/events.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"

enum { SECOND = 1000000000, MS = 1000000 };

struct history {
    struct events *events;
    int64_t seconds;
    struct snapshot *last;
};

static int setup(void **state)
{
    struct history *h = mem_zero(1, sizeof *h);

    h->events = events_new();
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    struct history *h = *state;

    events_free(h->events);
    snapshot_unref(h->last);
    free(h);
    return 0;
}

TEST_FIXTURE(setup, teardown)

// A second later; returns how many events are new.
static size_t see(struct history *h, struct snapshot *s)
{
    s->time += ++h->seconds;
    s->time_ns += h->seconds * SECOND;
    size_t n = events_update(h->events, s, NULL);
    snapshot_unref(h->last);
    h->last = s;
    return n;
}

static const struct event *newest(const struct history *h, size_t before)
{
    assert_true(h->last->events && before < h->last->events->n);
    return h->last->events->at[h->last->events->n - 1 - before];
}

static struct snapshot *traced(void)
{
    struct snapshot *s = fake_snapshot();

    s->tracing = (struct trace_status){.state = TRACE_ON, .before_ns = 190, .after_ns = 251};
    return s;
}

static struct snapshot *with_segment(int32_t id)
{
    struct snapshot *s = traced();
    struct segment *segment = fake_segment(s, id, 0x42, 26, 4096, 0);

    segment->lpid = 701;
    fake_process(s, 701, 26, "innocent", NULL);
    return s;
}

static struct trace *add(struct snapshot *s, enum trace_what what, int32_t id, int32_t pid)
{
    struct trace t = {
        .what = what,
        .kind = KIND_SEGMENT,
        .id = id,
        .count = 1,
        .time_ns = (int64_t)FAKE_NOW * SECOND + 482 * MS,
        .by = {.pid = pid,
               .outer_pid = pid,
               .parent_pid = 18733,
               .uid = 1234,
               .euid = 1234,
               .login_uid = UINT32_MAX,
               .start_ns = 5,
               .comm = "ipcrm",
               .parent_comm = "bash"},
    };

    vec_push(&s->traces, t);
    fake_user(s, 1234, "deploy");
    return &s->traces.at[s->traces.n - 1];
}

TEST(beginning_says_what_it_costs_and_what_stays_unseen)
{
    struct history *h = *state;

    see(h, fake_snapshot());
    assert_int_equal(see(h, traced()), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_TRACING);
    says(newest(h, 0)->text);
    assert_int_equal(see(h, traced()), 0);
    assert_int_equal(see(h, fake_snapshot()), 1);
    assert_string_equal(newest(h, 0)->text, "off");
}

TEST(a_removal_names_the_process_the_user_and_the_moment)
{
    struct history *h = *state;
    struct snapshot *gone = traced();

    see(h, with_segment(7));
    add(gone, TRACE_REMOVED, 7, 12997);
    assert_int_equal(see(h, gone), 1);
    const struct event *e = newest(h, 0);
    assert_int_equal(e->what, EVENT_REMOVED);
    assert_string_equal(e->object, "segment 7");
    assert_string_equal(e->who, "12997 ipcrm (uid 1234 deploy)");
    assert_int_equal(e->by, EVENT_BY_EXACT);
    assert_int_equal(e->pid, 12997);
    assert_int_equal(e->uid, 1234);
    assert_int_equal(e->time, FAKE_NOW);
    assert_int_equal(e->millis, 482);
    says(e->text);
}

TEST(another_identity_is_named_too)
{
    struct history *h = *state;
    struct snapshot *gone = traced();

    see(h, with_segment(7));
    struct trace *t = add(gone, TRACE_REMOVED, 7, 12997);
    t->by.uid = 0;
    t->by.euid = 26;
    t->by.login_uid = 1234;
    see(h, gone);
    assert_string_equal(newest(h, 0)->who, "12997 ipcrm (uid 0 as 26, logged in as 1234 deploy)");
}

TEST(a_removal_without_a_trace_waits_one_round_and_is_the_last_users_then)
{
    struct history *h = *state;

    see(h, with_segment(7));
    assert_int_equal(see(h, traced()), 0);
    assert_int_equal(see(h, traced()), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
    assert_int_equal(newest(h, 0)->by, EVENT_BY_LAST_USER);
    assert_int_equal(newest(h, 0)->pid, 701);
    assert_int_equal(see(h, traced()), 0);
}

TEST(a_trace_that_comes_a_round_late_is_the_right_one)
{
    struct history *h = *state;
    struct snapshot *late = traced();

    see(h, with_segment(7));
    see(h, traced());
    add(late, TRACE_REMOVED, 7, 12997);
    assert_int_equal(see(h, late), 1);
    assert_int_equal(newest(h, 0)->by, EVENT_BY_EXACT);
    assert_int_equal(newest(h, 0)->pid, 12997);
    assert_int_equal(see(h, traced()), 0);
}

TEST(a_trace_that_comes_before_the_table_shows_it_waits)
{
    struct history *h = *state;
    struct snapshot *early = with_segment(7);

    see(h, with_segment(7));
    add(early, TRACE_REMOVED, 7, 12997);
    assert_int_equal(see(h, early), 0);
    assert_int_equal(see(h, traced()), 1);
    assert_int_equal(newest(h, 0)->pid, 12997);
}

TEST(the_first_of_those_that_got_it_created_it)
{
    struct history *h = *state;
    struct snapshot *there = with_segment(7);

    see(h, traced());
    add(there, TRACE_GOT, 7, 100)->time_ns -= 5 * MS;
    add(there, TRACE_GOT, 7, 200);
    assert_int_equal(see(h, there), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_CREATED);
    assert_int_equal(newest(h, 0)->pid, 100);
    struct snapshot *again = with_segment(7);
    add(again, TRACE_GOT, 7, 300); // found
    assert_int_equal(see(h, again), 0);
    assert_int_equal(see(h, with_segment(7)), 0);
}

TEST(what_came_and_went_between_two_refreshes_is_two_events)
{
    struct history *h = *state;
    struct snapshot *s = traced();

    see(h, traced());
    add(s, TRACE_GOT, 9, 100)->time_ns -= 20 * MS;
    add(s, TRACE_REMOVED, 9, 200);
    assert_int_equal(see(h, s), 2);
    assert_int_equal(newest(h, 1)->what, EVENT_CREATED);
    assert_int_equal(newest(h, 1)->pid, 100);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
    assert_int_equal(newest(h, 0)->pid, 200);
    assert_int_equal(see(h, traced()), 0);
}

TEST(what_was_made_and_marked_between_two_refreshes_names_both)
{
    struct history *h = *state;
    struct snapshot *s = traced();

    see(h, traced());
    fake_segment(s, 9, 0, 0, 4096, 1)->flags = SEG_DEST;
    add(s, TRACE_GOT, 9, 100)->time_ns -= 20 * MS;
    add(s, TRACE_REMOVED, 9, 200);
    assert_int_equal(see(h, s), 2);
    assert_int_equal(newest(h, 1)->what, EVENT_CREATED);
    assert_int_equal(newest(h, 1)->pid, 100);
    assert_int_equal(newest(h, 0)->what, EVENT_MARKED);
    assert_int_equal(newest(h, 0)->pid, 200);
    assert_non_null(strstr(newest(h, 0)->text, "goes with its last attachment"));
}

TEST(attaches_have_their_way_and_the_tables_count_says_nothing_beside_them)
{
    struct history *h = *state;
    struct snapshot *more = with_segment(7);

    see(h, with_segment(7));
    more->segments.at[0].nattch = 3;
    struct trace *t = add(more, TRACE_ATTACHED, 7, 100);
    t->way = TRACE_BY_FORK;
    t->count = 3;
    assert_int_equal(see(h, more), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_ATTACHED);
    assert_string_equal(newest(h, 0)->text, "3 attachments by fork");
    assert_int_equal(newest(h, 0)->pid, 100);
}

TEST(changes_that_no_table_shows_have_their_author)
{
    struct history *h = *state;
    struct snapshot *s = with_segment(7);

    see(h, with_segment(7));
    add(s, TRACE_LOCKED, 7, 100);
    add(s, TRACE_CHANGED, 7, 100)->time_ns += MS;
    add(s, TRACE_CHANGED, 7, 100)->time_ns += 2 * MS;
    assert_int_equal(see(h, s), 2);
    assert_string_equal(newest(h, 1)->text, "locked in memory (SHM_LOCK)");
    assert_string_equal(newest(h, 0)->text, "by IPC_SET, 2 times");
}

TEST(thousands_removed_by_one_process_are_one_event_of_it)
{
    struct history *h = *state;
    struct snapshot *all = traced(), *none = traced();

    for (int i = 0; i < 2000; i++) {
        fake_segment(all, i, 0, 26, 4096, 0);
        add(none, TRACE_REMOVED, i, 12997);
    }
    see(h, all);
    assert_int_equal(see(h, none), 1);
    assert_true(newest(h, 0)->several);
    assert_int_equal(newest(h, 0)->by, EVENT_BY_EXACT);
    assert_string_equal(newest(h, 0)->who, "12997 ipcrm (uid 1234 deploy)");
}

TEST(lost_records_are_counted_in_an_event)
{
    struct history *h = *state;
    struct snapshot *s = traced(), *t = traced();

    see(h, traced());
    s->tracing.lost = 12;
    t->tracing.lost = 12;
    assert_int_equal(see(h, s), 1);
    assert_int_equal(newest(h, 0)->severity, SEVERITY_WARNING);
    says(newest(h, 0)->text);
    assert_int_equal(see(h, t), 0);
}

TEST(where_it_is_refused_the_reason_is_an_event)
{
    struct history *h = *state;
    struct snapshot *s = fake_snapshot();

    s->tracing = (struct trace_status){.state = TRACE_REFUSED, .reason = "not permitted"};
    see(h, fake_snapshot());
    assert_int_equal(see(h, s), 1);
    assert_string_equal(newest(h, 0)->text, "not possible: not permitted");
}
