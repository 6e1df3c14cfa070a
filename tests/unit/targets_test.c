// Whom a signal goes to: only who is known so surely that no other process can be hit.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/actions/preview_list.h"
#include "session/actions/targets.h"
#include "support/fake.h"
#include "support/test.h"

enum { PID = 4242, SHMID = 5 };

static struct identity_vec targets;
static struct menu_vec labels;

static size_t choose(const struct snapshot *s, const struct identity *row)
{
    struct identity_vec without = {0};

    targets_signal(s, row, 1, &targets, &labels, &without);
    assert_int_equal(targets.n, labels.n);
    assert_int_equal(without.n, targets.n == 0);
    vec_free(&without);
    return targets.n;
}

static int clean_up(void **state)
{
    (void)state;
    vec_free(&targets);
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
    assert_int_equal(targets.at[0].start_ticks, PID * 10);
    assert_int_equal(targets.at[0].instance, 9001);
    assert_non_null(strstr(labels.at[0].label, "pmon"));

    // The pid has passed on since the holders were looked for: the instance is another one's.
    process->start_ticks++;
    assert_int_equal(choose(s, &row), 1);
    assert_int_equal(targets.at[0].start_ticks, PID * 10);
    assert_int_equal(targets.at[0].instance, 0);
    process->start_ticks = 0; // or that is not known
    process->known &= (uint8_t)~PROC_KNOWS_START;
    assert_int_equal(choose(s, &row), 1);
    assert_int_equal(targets.at[0].instance, 0);
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
    assert_int_equal(targets.at[0].start_ticks, 0);
    assert_int_equal(targets.at[0].instance, 9001);
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

// --- the list of many -----------------------------------------------------------------------------

// Every second one is grave, and every third refused: each stands once, in the order of its rank, and the
// room for the rest is not taken again at each change of rank.
TEST(a_list_of_mixed_targets_is_in_order)
{
    enum { N = 600 };
    static const char *const marks[] = {"  ", "! ", "left out: "};
    struct snapshot *s = fake_snapshot();
    struct preview_list list = {0};
    size_t room = 0;

    for (size_t i = 0; i < N; i++) {
        struct identity target = {.kind = KIND_PROCESS, .pid = PID + (int32_t)i};
        struct consequence c = {.grave = i % 2, .impossible = i % 3 == 0, .effect = "It ends."};
        snprintf(c.question, sizeof c.question, "Number %zu?", i);
        preview_list_add(&list, s, &target, &c, N - i - 1);
    }
    assert_int_equal(list.parts.n, PREVIEW_RANKS);
    for (size_t i = 0; i < list.parts.n; i++)
        room += list.parts.at[i].text.cap;
    assert_true(room < (size_t)PREVIEW_RANKS * N * 2 * 64);
    char *text = preview_list_end(&list, s);
    const char *at = text;
    for (int rank = 2; rank >= 0; rank--)
        for (size_t i = 0; i < N; i++) {
            char line[64];
            if (rank != (i % 3 == 0 ? 2 : (int)(i % 2)))
                continue;
            int n = snprintf(line, sizeof line, "%sNumber %zu?\n    It ends.\n", marks[rank], i);
            assert_memory_equal(at, line, n);
            at += n;
        }
    assert_int_equal(*at, '\0');
    free(text);
    snapshot_unref(s);
}

TEST(identities_in_any_order_become_a_set)
{
    struct identity_vec set = {0};

    for (int32_t i = 0; i < 100; i++)
        vec_push(&set, (struct identity){.kind = KIND_HOLDER, .id = SHMID, .pid = (i * 37) % 100});
    identity_set_settle(&set);
    for (int32_t i = 0; i < 100; i++)
        assert_int_equal(set.at[i].pid, i);
    identity_set_add_all(&set, &(struct identity){.kind = KIND_HOLDER, .id = 1, .pid = 7}, 1);
    const struct identity again = set.at[50];
    identity_set_add_all(&set, &again, 1);
    assert_int_equal(set.n, 101);
    assert_int_equal(set.at[0].id, 1);
    vec_free(&set);
}
