// Objects made together: what shows no use of its own may be needed by the server that uses the others.
#include <stdio.h>

#include "model/apps/groups.h"
#include "model/apps/labels.h"
#include "model/consequence/consequence.h"
#include "model/orphans.h"
#include "model/record/identity.h"
#include "support/fake.h"
#include "support/test.h"

#include <string.h>

enum { DEAD = 100, SERVER = 200 };

static struct snapshot *people(void)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, DEAD);
    fake_process(s, SERVER, 0, "httpd", NULL)->start_time = FAKE_NOW - 9 * 3600;
    s->scan = scan_new();
    s->system.first_pid_namespace = true;
    return s;
}

// Its only semaphore was last operated by `pid`.
static struct semset *set_of(struct snapshot *s, int32_t id, uint32_t key, int32_t pid)
{
    struct semset *set = fake_semset(s, id, 0, 1);

    set->o.key = key;
    set->first_element = (uint32_t)s->elements.n, set->n_elements = 1;
    struct element *e = fake_element(s, id, 0, 1);
    e->pid = pid, e->known |= ELEMENT_KNOWS_PID;
    return set;
}

static bool set_known(const struct snapshot *s, int32_t id, bool *orphan)
{
    bool known;

    *orphan = semset_orphan(s, snapshot_semset(s, id), &known);
    return known;
}

TEST(neighbours_of_a_set_in_use_are_not_known)
{
    struct snapshot *s = people();
    bool orphan;

    set_of(s, 0, 0, DEAD);
    set_of(s, 1, 0, SERVER);
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    assert_false(orphan);
    assert_int_equal(group_mate(s, &s->semsets.at[0].o)->id, 1);
    assert_int_equal(group_mate(s, &s->semsets.at[0].o)->kind, KIND_SEMSET);
    assert_true(set_known(s, 1, &orphan)); // which needs no group
    assert_null(group_mate(s, &s->semsets.at[1].o));
    s->elements.at[1].pid = DEAD; // the whole server is gone
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    snapshot_unref(s);
}

TEST(what_makes_no_group)
{
    struct snapshot *s = people();
    bool orphan;

    set_of(s, 0, 0, DEAD);
    struct semset *mate = set_of(s, 1, 0, SERVER);
    mate->o.ctime += 60; // made later
    mate->otime = FAKE_NOW - 1;
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    mate->o.ctime -= 60;
    mate->o.uid = 7; // of another owner
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    mate->o.uid = 0, mate->o.cuid = 7; // by another creator
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    mate->o.cuid = 0;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    snapshot_unref(s);
}

// A set's ctime moves with SETVAL: keys and ids beside each other count without it.
TEST(keys_and_ids_beside_each_other)
{
    struct snapshot *s = people();
    bool orphan;

    set_of(s, 0, 0x5000, DEAD);
    struct semset *mate = set_of(s, 1, 0x5001, SERVER);
    mate->o.ctime = mate->otime = FAKE_NOW - 1;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    mate->o.key = 0x6000;
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    snapshot_unref(s);
}

// fakeroot's daemon waits on queue K; its set is K + 2, and no client came yet.
TEST(groups_of_several_kinds_go_by_keys)
{
    struct snapshot *s = people();
    bool orphan;

    struct queue *q = fake_queue(s, 30, 0, 0, 0);
    q->o.key = 0x7000, q->stime = q->rtime = 0;
    set_of(s, 4, 0x7002, DEAD);
    fake_waiter(s, KIND_QUEUE, 30, SERVER, WAIT_MSGRCV, "");
    groups_mark(s);
    assert_false(set_known(s, 4, &orphan));
    q->o.key = 0x41007002; // ftok(3): the same file, another letter
    groups_mark(s);
    assert_false(set_known(s, 4, &orphan));
    q->o.key = 0x41007003;
    groups_mark(s);
    assert_true(set_known(s, 4, &orphan) && orphan);
    snapshot_unref(s);
}

TEST(a_grouped_segment_carries_the_application_and_takes_the_word)
{
    struct snapshot *s = people();
    struct consequence c;
    struct label label;
    bool known;

    struct segment *g = fake_segment(s, 0, 0, 0, 4096, 0);
    g->cpid = g->lpid = DEAD;
    fake_segment(s, 1, 0, 0, 4096, 1)->cpid = DEAD; // before the server went into the background
    fake_hold(s, 1, SERVER, 1, MAP_R);
    fake_account(s, 1, 0);
    groups_mark(s);
    g = &s->segments.at[0];
    assert_false(segment_orphan(s, g, &known));
    assert_false(known);
    assert_true(label_of(s, &g->o, &label));
    assert_string_equal(label.app, "apache");
    const struct action remove = {.verb = ACTION_REMOVE, .target = identity_of(&g->o)};
    consequence_of(s, &remove, &c);
    assert_true(c.grave);
    assert_non_null(strstr(c.effect, "It was made together with segment 1, which is in use."));
    snapshot_unref(s);
}

// A server that was killed and started again at once does not hide what it left behind.
TEST(another_creators_segments_are_no_group)
{
    struct snapshot *s = people();
    bool known;

    struct segment *g = fake_segment(s, 0, 0, 0, 4096, 0);
    g->cpid = g->lpid = DEAD, g->o.key = 0x7000;
    struct segment *mate = fake_segment(s, 1, 0, 0, 4096, 1);
    mate->cpid = SERVER, mate->o.key = 0x7001;
    groups_mark(s);
    assert_true(segment_orphan(s, &s->segments.at[0], &known) && known);
    s->segments.at[1].cpid = DEAD;
    groups_mark(s);
    assert_false(segment_orphan(s, &s->segments.at[0], &known));
    assert_false(known);
    snapshot_unref(s);
}

// Without keys, neighbouring ids join what was made within two seconds; with keys it may take longer.
TEST(ids_alone_join_what_was_made_in_one_moment)
{
    struct snapshot *s = people();
    bool orphan;

    set_of(s, 0, 0, DEAD);
    struct semset *mate = set_of(s, 1, 0, SERVER);
    mate->o.ctime += 3, mate->otime = FAKE_NOW - 1;
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    mate->o.ctime -= 1;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    snapshot_unref(s);
}

// Anybody may operate it, and an ended process shows no user: that proves nothing.
TEST(what_strangers_may_use_is_not_known)
{
    struct snapshot *s = people();
    bool orphan, known;

    set_of(s, 0, 0, DEAD)->o.mode = 0666;
    struct queue *q = fake_queue(s, 0, 0, 100, 1);
    q->lspid = DEAD, q->o.mode = 0666;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    queue_orphan(s, q, &known);
    assert_false(known);
    s->semsets.at[0].o.mode = q->o.mode = 0660;
    assert_true(set_known(s, 0, &orphan) && orphan);
    assert_true(queue_orphan(s, q, &known) && known);
    snapshot_unref(s);
}

// The kernel keeps no creator of a set, but its last user made a segment that is in use.
TEST(a_set_of_a_maker_whose_segment_is_in_use)
{
    struct snapshot *s = people();
    bool orphan;
    struct segment *g = fake_segment(s, 7, 0, 0, 4096, 1);

    g->cpid = DEAD, g->o.ctime = FAKE_NOW - 7200;
    set_of(s, 0, 0, DEAD);
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    assert_int_equal(group_mate(s, &s->semsets.at[0].o)->id, 7);
    assert_int_equal(group_mate(s, &s->semsets.at[0].o)->kind, KIND_SEGMENT);
    g->o.uid = 7; // another owner's
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    g->o.uid = 0, g->cpid = SERVER, g->o.ctime = s->semsets.at[0].o.ctime; // made at the same time
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    s->elements.at[0].pid = SERVER + 1; // perhaps by a child of the server: it had some
    fake_gone(s, SERVER + 1);
    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].reaped = s->processes.at[i].pid == SERVER;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    snapshot_unref(s);
}

// The kernel does not count a stopped one.
TEST(a_set_a_stopped_process_waits_for_is_in_use)
{
    struct snapshot *s = people();
    bool orphan;

    set_of(s, 0, 0, DEAD);
    assert_true(set_known(s, 0, &orphan) && orphan);
    vec_push(&s->waiters,
             ((struct waiter){.kind = KIND_SEMSET, .id = 0, .pid = SERVER, .stopped = true}));
    assert_true(set_known(s, 0, &orphan));
    assert_false(orphan);
    snapshot_unref(s);
}

// Two servers were started at the same time, and one is gone: its segment shows which made the set.
TEST(a_set_whose_maker_left_a_segment_is_of_no_other_group)
{
    struct snapshot *s = people();
    bool orphan;

    set_of(s, 0, 0x100, DEAD);
    set_of(s, 1, 0x101, SERVER);
    fake_segment(s, 7, 0x103, 0, 4096, 1)->cpid = SERVER;
    struct segment *g = fake_segment(s, 8, 0x102, 0, 4096, 0);
    g->o.ctime = s->semsets.at[0].o.ctime;
    g->cpid = 4711;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    g->cpid = DEAD;
    groups_mark(s);
    assert_true(set_known(s, 0, &orphan) && orphan);
    g->o.key = 0; // its own: it may have been a worker of the server
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    g->o.key = 0x102, g->o.ctime += 60;
    groups_mark(s);
    assert_false(set_known(s, 0, &orphan));
    snapshot_unref(s);
}
