// What two pictures one after the other tell of what happened: each rule where it speaks and where
// it must not.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/events/events.h"
#include "model/kinds/registry.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"

enum { USER = 1001, SECOND = 1000000000 };

struct history {
    struct events *events;
    struct snapshot *last; // the picture seen last
    int64_t seconds;       // since the first
    struct source source;
    int login;
};

static int login(void *self, uint32_t uid)
{
    return uid == USER ? ((struct history *)self)->login : -1;
}

static int setup(void **state)
{
    struct history *h = mem_zero(1, sizeof *h);

    h->events = events_new();
    h->source = (struct source){.self = h, .login = login};
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

// Shows the next picture, `after` seconds later; returns how many events it brought.
static size_t see(struct history *h, struct snapshot *s, int after)
{
    h->seconds += after;
    s->time += h->seconds;
    s->time_ns += h->seconds * SECOND;
    size_t n = events_update(h->events, s, &h->source);
    snapshot_unref(h->last);
    h->last = s;
    return n;
}

static const struct event *newest(const struct history *h, size_t before)
{
    assert_non_null(h->last->events);
    assert_true(before < h->last->events->n);
    return h->last->events->at[h->last->events->n - 1 - before];
}

#define SAYS(event, words)                                                                         \
    do {                                                                                           \
        if (!strstr((event)->text, words))                                                         \
            fail_msg("'%s' says nothing of '%s'", (event)->text, words);                           \
        says((event)->text);                                                                       \
    } while (0)

static struct snapshot *segments(int n)
{
    struct snapshot *s = fake_snapshot();

    for (int i = 0; i < n; i++)
        fake_segment(s, 100 + i, 0, 0, 4096, 1);
    return s;
}

static struct snapshot *one_segment(uint64_t nattch)
{
    struct snapshot *s = fake_snapshot();
    struct segment *segment = fake_segment(s, 42, 0x42, 26, 4096, nattch);

    segment->cpid = 700;
    segment->lpid = 701;
    fake_process(s, 700, 26, "creator", NULL);
    fake_process(s, 701, 26, "user", NULL);
    fake_user(s, 26, "postgres");
    return s;
}

// --- objects -------------------------------------------------------------------------------------

TEST(the_first_picture_tells_nothing)
{
    struct history *h = *state;
    struct snapshot *s = fake_story();

    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].stuck = false;
    assert_int_equal(see(h, s, 0), 0);
    assert_null(h->last->events);
    assert_int_equal(see(h, fake_story(), 2), 0); // nor does the same once more
}

TEST(a_table_that_was_not_read_is_not_empty)
{
    struct history *h = *state;
    struct snapshot *blind = fake_snapshot();

    see(h, one_segment(1), 0);
    blind->has &= ~(uint64_t)NEED_SEGMENTS;
    assert_int_equal(see(h, blind, 2), 0);
    assert_int_equal(see(h, one_segment(1), 2), 0);
    assert_int_equal(see(h, fake_snapshot(), 2), 1); // but what went while nobody looked did go
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
}

TEST(created_by_its_creator)
{
    struct history *h = *state;

    see(h, fake_snapshot(), 0);
    assert_int_equal(see(h, one_segment(1), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_CREATED);
    assert_int_equal(newest(h, 0)->about.kind, KIND_SEGMENT);
    assert_int_equal(newest(h, 0)->about.id, 42);
    assert_int_equal(newest(h, 0)->time, FAKE_NOW + 2);
    assert_string_equal(newest(h, 0)->who, "700 creator");
    SAYS(newest(h, 0), "4.0K, key 0x00000042, owner postgres");
}

TEST(removed_who_used_it_last)
{
    struct history *h = *state;
    struct snapshot *gone = fake_snapshot();

    see(h, one_segment(0), 0);
    fake_gone(gone, 701);
    assert_int_equal(see(h, gone, 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
    assert_string_equal(newest(h, 0)->who,
                        "701 user (gone)"); // its name is remembered
    SAYS(newest(h, 0), "4.0K, owner postgres");
    assert_null(strstr(newest(h, 0)->text, "RemoveIPC"));
}

TEST(a_younger_process_of_that_pid_is_not_named)
{
    struct history *h = *state;
    struct snapshot *s = one_segment(1);

    see(h, fake_snapshot(), 0);
    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].start_time = FAKE_NOW + 100;
    see(h, s, 2);
    assert_string_equal(newest(h, 0)->who, "700");
}

TEST(sets_and_queues_by_who_can_be_known)
{
    struct history *h = *state;
    struct snapshot *s = fake_snapshot();

    see(h, fake_snapshot(), 0);
    struct semset *set = fake_semset(s, 5, 26, 3);
    set->n_elements = 1;
    struct element *element = fake_element(s, 5, 0, 1);
    element->known |= ELEMENT_KNOWS_PID;
    element->pid = 800;
    fake_process(s, 800, 26, "semaphorist", NULL);
    struct queue *queue = fake_queue(s, 6, 26, 0, 0);
    queue->stime = 0;
    fake_user(s, 26, "postgres");
    assert_int_equal(see(h, s, 2), 2);
    assert_string_equal(newest(h, 1)->who, "800 semaphorist");
    SAYS(newest(h, 1), "3 semaphores");
    assert_string_equal(newest(h, 0)->who, "postgres"); // nobody sent or received yet
}

TEST(marked_then_gone_with_its_last_attachment)
{
    struct history *h = *state;
    struct snapshot *s = one_segment(2);

    see(h, one_segment(2), 0);
    s->segments.at[0].flags |= SEG_DEST;
    s->segments.at[0].o.key = 0;
    assert_int_equal(see(h, s, 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_MARKED);
    SAYS(newest(h, 0), "4.0K stays until 2 attachments end");
    s = one_segment(2);
    s->segments.at[0].flags |= SEG_DEST;
    s->segments.at[0].o.key = 0;
    assert_int_equal(see(h, s, 2), 0); // once
    see(h, fake_snapshot(), 2);
    SAYS(newest(h, 0), "gone with its last attachment, 4.0K freed");
}

TEST(changed_by_ipc_set)
{
    struct history *h = *state;
    struct snapshot *s = one_segment(1);

    see(h, one_segment(1), 0);
    s->segments.at[0].o.uid = 0;
    s->segments.at[0].o.mode = 0666;
    s->segments.at[0].o.ctime = FAKE_NOW;
    assert_int_equal(see(h, s, 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_CHANGED);
    assert_string_equal(newest(h, 0)->text, "owner postgres to uid 0, mode 0640 to 0666");
}

TEST(another_object_of_that_id_is_two_events)
{
    struct history *h = *state;
    struct snapshot *s = one_segment(1);

    see(h, one_segment(1), 0);
    s->segments.at[0].cpid = 999;
    assert_int_equal(see(h, s, 2), 2);
    assert_int_equal(newest(h, 1)->what, EVENT_CREATED);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
}

TEST(thousands_at_once_are_one_event)
{
    struct history *h = *state;

    see(h, fake_snapshot(), 0);
    assert_int_equal(see(h, segments(EVENTS_EACH), 2), EVENTS_EACH);
    assert_false(newest(h, 0)->several);
    see(h, fake_snapshot(), 2);
    assert_int_equal(see(h, segments(3000), 2), 1);
    assert_true(newest(h, 0)->several);
    assert_int_equal(newest(h, 0)->what, EVENT_CREATED);
    SAYS(newest(h, 0), "3000 segments, 11.7M in all, all of uid 0");
    assert_int_equal(see(h, fake_snapshot(), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
}

// --- attachments --------------------------------------------------------------------------------

TEST(attachments_are_told_at_once_then_summed_up)
{
    struct history *h = *state;

    see(h, one_segment(3), 0);
    assert_int_equal(see(h, one_segment(5), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_ATTACHED);
    assert_string_equal(newest(h, 0)->text, "3 to 5 attachments");
    assert_string_equal(newest(h, 0)->who, "701 user");
    assert_int_equal(see(h, one_segment(9), 2), 0);
    assert_int_equal(see(h, one_segment(4), 2), 0);
    assert_int_equal(see(h, one_segment(2), 2), 0);
    assert_int_equal(see(h, one_segment(2), 4), 1); // ten seconds since it was told
    assert_int_equal(newest(h, 0)->what, EVENT_DETACHED);
    assert_string_equal(newest(h, 0)->text, "5 to 2 attachments in 10s, as many as 9");
    assert_int_equal(see(h, one_segment(2), 30), 0); // calm: forgotten
    assert_int_equal(see(h, one_segment(3), 2), 1);  // and told at once again
}

TEST(a_busy_segment_is_told_ever_more_rarely)
{
    struct history *h = *state;
    size_t n = 0;

    for (int i = 0; i < 1800; i++) // an hour
        n += see(h, one_segment(i % 3 ? 3 + (uint64_t)i : 2), 2);
    assert_true(n >= 3 && n <= 15);
}

TEST(what_comes_back_to_what_it_was_is_no_news)
{
    struct history *h = *state;

    see(h, one_segment(3), 0);
    see(h, one_segment(4), 2);
    size_t n = 0;
    for (int i = 0; i < 50; i++)
        n += see(h, one_segment(i & 1 ? 4 : 7), 10); // 4 whenever a window ends
    assert_true(n <= 6);
}

TEST(gone_segments_have_no_attachments_to_tell)
{
    struct history *h = *state;

    see(h, one_segment(3), 0);
    see(h, one_segment(4), 2);
    see(h, one_segment(1), 2);
    assert_int_equal(see(h, fake_snapshot(), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
    assert_int_equal(see(h, fake_snapshot(), 60), 0);
}

// --- limits, processes, actions ------------------------------------------------------------------

static struct snapshot *limit(uint64_t used, uint64_t most)
{
    struct snapshot *s = fake_snapshot();

    fake_limit(s, "shmmni", "segments", used, most);
    return s;
}

TEST(limits_are_told_when_crossed)
{
    struct history *h = *state;

    assert_int_equal(see(h, limit(50, 100), 0), 0);
    assert_int_equal(see(h, limit(79, 100), 2), 0);
    assert_int_equal(see(h, limit(80, 100), 2), 1);
    assert_int_equal(newest(h, 0)->severity, SEVERITY_WARNING);
    SAYS(newest(h, 0), "shmmni above 80%: 80 of 100 segments");
    assert_int_equal(see(h, limit(79, 100), 2), 0); // playing around the line
    assert_int_equal(see(h, limit(81, 100), 2), 0);
    assert_int_equal(see(h, limit(97, 100), 2), 1);
    assert_int_equal(newest(h, 0)->severity, SEVERITY_CRITICAL);
    assert_int_equal(see(h, limit(10, 100), 2), 1);
    SAYS(newest(h, 0), "below 95%");
    assert_int_equal(see(h, limit(10, 4096), 2), 1);
    SAYS(newest(h, 0), "shmmni set from 100 to 4096");
}

static struct snapshot *places(uint64_t here, uint64_t there)
{
    struct snapshot *s = limit(0, 100);

    fake_limit(s, "dev_shm", "bytes", 0, here);
    if (there)
        fake_limit(s, "dev_shm", "bytes", 0, there)->mount_namespace = 4026532201;
    return s;
}

// Each of that name is another's.
TEST(the_dev_shm_of_another_mount_namespace_is_another_limit)
{
    struct history *h = *state;

    assert_int_equal(see(h, places(1000, 64), 0), 0);
    assert_int_equal(see(h, places(1000, 64), 2), 0);
    assert_int_equal(see(h, places(1000, 128), 2), 1);
    SAYS(newest(h, 0), "dev_shm:4026532201 set from 64 to 128");
    assert_int_equal(see(h, places(1000, 0), 2), 0);
    assert_int_equal(see(h, places(1000, 64), 2), 0); // a later one of that number
}

TEST(a_limit_above_from_the_start_or_without_end_is_no_event)
{
    struct history *h = *state;
    uint64_t no_limit = UINT64_MAX - (1 << 24);

    assert_int_equal(see(h, limit(99, 100), 0), 0);
    assert_int_equal(see(h, limit(98, 100), 2), 0);
    events_free(h->events);
    h->events = events_new();
    assert_int_equal(see(h, limit(1, no_limit), 2), 0);
    assert_int_equal(see(h, limit(no_limit - 1, no_limit), 2), 0);
}

TEST(stuck_processes_come_and_recover)
{
    struct history *h = *state;
    struct snapshot *s = fake_snapshot();

    see(h, fake_snapshot(), 0);
    fake_process(s, 900, 0, "hanging", NULL)->stuck = true;
    assert_int_equal(see(h, s, 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_STUCK);
    assert_string_equal(newest(h, 0)->who, "900 hanging");
    s = fake_snapshot();
    fake_process(s, 900, 0, "hanging", NULL)->stuck = true;
    assert_int_equal(see(h, s, 2), 0);
    s = fake_snapshot();
    fake_process(s, 900, 0, "hanging", NULL);
    assert_int_equal(see(h, s, 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_RECOVERED);
    assert_string_equal(newest(h, 0)->text, "answers again");
    assert_string_equal(newest(h, 0)->who, "900 hanging");
}

static struct outcome removal(const struct snapshot *s, enum outcome_state state)
{
    struct outcome outcome = {.action = {.verb = ACTION_REMOVE}, .state = state};

    kind_segments.identify(s, &s->segments.at[0], &outcome.action.target);
    snprintf(outcome.text, sizeof outcome.text, "segment 42 removed");
    return outcome;
}

TEST(our_own_removal_is_told_once)
{
    struct history *h = *state;

    see(h, one_segment(0), 0);
    struct outcome outcome = removal(h->last, OUTCOME_DONE);
    events_outcome(h->events, &outcome);
    assert_int_equal(see(h, fake_snapshot(), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_ACTION);
    assert_string_equal(newest(h, 0)->who, "root");
    assert_string_equal(newest(h, 0)->text, "segment 42 removed [ipcrm -m 42]");
}

// A picture may show that it went before its outcome is known.
TEST(a_removal_under_way_is_told_by_its_outcome)
{
    struct history *h = *state;

    see(h, one_segment(0), 0);
    struct outcome outcome = removal(h->last, OUTCOME_DONE);
    for (int i = 0; i < 5; i++) { // its log is slow
        events_begun(h->events, &outcome.action);
        assert_int_equal(see(h, fake_snapshot(), 2), 0);
    }
    events_outcome(h->events, &outcome);
    assert_int_equal(see(h, fake_snapshot(), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_ACTION);
    see(h, one_segment(0), 2); // another one of that id and key
    assert_int_equal(see(h, fake_snapshot(), 2), 1);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
}

// One of ours for each: what goes in its place is news, however many we removed.
TEST(of_many_removed_only_ours_are_hidden)
{
    struct history *h = *state;
    struct snapshot *s = fake_snapshot();

    for (int32_t id = 0; id < 100; id++)
        fake_segment(s, id, (uint32_t)id + 1, USER, 4096, 0);
    see(h, s, 0);
    for (int32_t id = 98; id >= 0; id -= 2) { // every other one, from the last
        struct outcome outcome = {.action = {.verb = ACTION_REMOVE}, .state = OUTCOME_DONE};
        kind_segments.identify(h->last, &h->last->segments.at[id], &outcome.action.target);
        snprintf(outcome.text, sizeof outcome.text, "segment %d removed", id);
        events_outcome(h->events, &outcome);
    }
    s = fake_snapshot(); // and so did somebody else with one between
    for (int32_t id = 1; id < 100; id += 2)
        if (id != 51)
            fake_segment(s, id, (uint32_t)id + 1, USER, 4096, 0);
    assert_int_equal(see(h, s, 2), 51);
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
    assert_int_equal(newest(h, 0)->about.id, 51);
    assert_int_equal(newest(h, 1)->what, EVENT_ACTION);
}

static void act(struct history *h, int32_t id, uint32_t batch, enum outcome_state state)
{
    struct outcome outcome = {.action = {.verb = ACTION_REMOVE, .batch = batch}, .state = state};

    kind_segments.identify(h->last, snapshot_segment(h->last, id), &outcome.action.target);
    snprintf(outcome.text, sizeof outcome.text, "segment %d removed", id);
    events_outcome(h->events, &outcome);
}

static struct snapshot *segments_of(int32_t from, int32_t to)
{
    struct snapshot *s = fake_snapshot();

    for (int32_t id = from; id < to; id++)
        fake_segment(s, id, (uint32_t)id + 1, USER, 4096, 0);
    return s;
}

// Also where it takes several pictures; what was done to each stands below it.
TEST(a_command_on_several_targets_is_one_event)
{
    struct history *h = *state;

    see(h, segments_of(0, 6), 0);
    for (int32_t id = 0; id < 3; id++)
        act(h, id, 1, OUTCOME_DONE);
    assert_int_equal(see(h, segments_of(3, 6), 2), 1);
    assert_string_equal(newest(h, 0)->text, "3 segments removed");
    assert_string_equal(newest(h, 0)->object, "segments");
    uint64_t number = newest(h, 0)->number;
    act(h, 3, 1, OUTCOME_FAILED);
    act(h, 4, 1, OUTCOME_DONE);
    act(h, 5, 2, OUTCOME_DONE); // the next command
    assert_int_equal(see(h, segments_of(3, 4), 2), 1);
    assert_string_equal(newest(h, 0)->text, "1 segment removed");
    assert_string_equal(newest(h, 1)->text, "4 of 5 segments removed; 1 failed");
    assert_true(newest(h, 1)->number == number);
    assert_int_equal(newest(h, 1)->severity, SEVERITY_WARNING);
    assert_int_equal(newest(h, 1)->members->n, 5);
    assert_string_equal(newest(h, 1)->members->at[4]->text, "segment 4 removed [ipcrm -m 4]");
    assert_int_equal(newest(h, 1)->members->at[4]->of, number);
    assert_int_equal(h->last->events->n, 2);
}

TEST(a_limit_we_set_is_told_once)
{
    struct history *h = *state;
    struct outcome outcome = {.action = {.verb = ACTION_LIMIT}, .state = OUTCOME_DONE};
    const uint64_t unlimited = ULONG_MAX - (1UL << 24);

    see(h, limit(1, unlimited), 0);
    snprintf(outcome.action.limit.name, sizeof outcome.action.limit.name, "%s",
             h->last->limits.at[0].name);
    outcome.action.limit.value = 1000;
    snprintf(outcome.text, sizeof outcome.text, "set");
    events_outcome(h->events, &outcome);
    assert_int_equal(see(h, limit(1, unlimited), 2), 1); // read before it was set
    assert_int_equal(newest(h, 0)->what, EVENT_ACTION);
    assert_int_equal(see(h, limit(1, 1000), 2), 0);
    assert_int_equal(see(h, limit(1, unlimited), 2), 1); // somebody else
    assert_int_equal(newest(h, 0)->what, EVENT_LIMIT);
    SAYS(newest(h, 0), "set from 1000 to unlimited");
}

TEST(what_we_marked_is_told_when_it_goes)
{
    struct history *h = *state;

    see(h, one_segment(1), 0);
    struct outcome outcome = removal(h->last, OUTCOME_DONE);
    events_outcome(h->events, &outcome);
    struct snapshot *s = one_segment(1);
    s->segments.at[0].flags |= SEG_DEST;
    s->segments.at[0].o.key = 0;
    assert_int_equal(see(h, s, 2), 1); // the action alone
    assert_int_equal(newest(h, 0)->what, EVENT_ACTION);
    assert_int_equal(see(h, fake_snapshot(), 2), 1); // its last attachment ended
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
}

TEST(a_removal_that_failed_hides_nothing)
{
    struct history *h = *state;

    see(h, one_segment(0), 0);
    struct outcome outcome = removal(h->last, OUTCOME_FAILED);
    events_outcome(h->events, &outcome);
    assert_int_equal(see(h, fake_snapshot(), 2), 2);
    assert_int_equal(newest(h, 1)->what, EVENT_ACTION);
    SAYS(newest(h, 1), "failed: ");
    assert_int_equal(newest(h, 0)->what, EVENT_REMOVED);
}

// --- logout --------------------------------------------------------------------------------------

static struct snapshot *of_user(bool all)
{
    struct snapshot *s = fake_snapshot();

    fake_segment(s, 1, 1, 0, 4096, 0);
    fake_queue(s, 3, USER, 0, 0);
    if (all)
        fake_segment(s, 2, 2, USER, 4096, 0);
    return s;
}

static struct snapshot *of_root(void)
{
    struct snapshot *s = fake_snapshot();

    fake_segment(s, 1, 1, 0, 4096, 0);
    return s;
}

TEST(what_goes_with_its_owners_login_says_perhaps)
{
    struct history *h = *state;

    h->login = 1;
    see(h, of_user(true), 0);
    h->login = 0;
    assert_int_equal(see(h, of_root(), 2), 2);
    SAYS(newest(h, 0), "perhaps by systemd as its owner logged out (RemoveIPC)");
    SAYS(newest(h, 1), "perhaps by systemd as its owner logged out (RemoveIPC)");
}

TEST(no_logout_is_claimed_where_it_was_none)
{
    struct history *h = *state;
    struct snapshot *elsewhere = of_root();

    // Still logged in.
    h->login = 1;
    see(h, of_user(true), 0);
    see(h, of_root(), 2);
    assert_null(strstr(newest(h, 0)->text, "RemoveIPC"));
    // Never was: a service of a user without a session.
    h->login = 0;
    see(h, of_user(true), 2);
    see(h, of_root(), 2);
    assert_null(strstr(newest(h, 0)->text, "RemoveIPC"));
    // Something of that user is left.
    h->login = 1;
    see(h, of_user(true), 2);
    h->login = 0;
    see(h, of_user(false), 2);
    assert_null(strstr(newest(h, 0)->text, "RemoveIPC"));
    // Not the machine's namespace.
    h->login = 1;
    see(h, of_user(true), 2);
    h->login = 0;
    elsewhere->system.host_namespace = false;
    see(h, elsewhere, 2);
    assert_null(strstr(newest(h, 0)->text, "RemoveIPC"));
}

// --- the list ------------------------------------------------------------------------------------

TEST(the_list_is_bounded_and_pictures_keep_theirs)
{
    struct history *h = *state;

    see(h, fake_snapshot(), 0);
    see(h, one_segment(1), 2);
    struct snapshot *early = snapshot_ref(h->last);
    for (int i = 0; i < EVENTS_MAX; i++)
        see(h, i & 1 ? one_segment(1) : fake_snapshot(), 2);
    assert_int_equal(early->events->n, 1);
    assert_int_equal(early->events->at[0]->number, 1);
    assert_int_equal(h->last->events->n, EVENTS_MAX);
    assert_int_equal(newest(h, 0)->number, EVENTS_MAX + 1);
    assert_int_equal(h->last->events->at[0]->number, 2);
    const struct event *first = kind_at(&kind_events, h->last, 0);
    assert_int_equal(first->number, EVENTS_MAX + 1); // the newest first
    snapshot_unref(early);
    struct snapshot *same = snapshot_new();
    events_keep(h->events, same);
    assert_ptr_equal(same->events, h->last->events); // shared, not copied
    snapshot_unref(same);
}
