#include "model/kinds/registry.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "support/fake.h"
#include "support/test.h"

enum { DEAD = 100, OTHER_DEAD = 101, ALIVE = 200, YOUNG = 300, UNASKED = 400, DARK = 500 };

enum { ROOT = 0, SERVICE = 7, STRANGER = 9 }; // the user of YOUNG: nobody else's
static uint32_t owner = SERVICE;              // and creator
// The people of every test: two gone, one alive for an hour, one just born, one whose start is
// unknown. 400 was never asked for.
static struct snapshot *people(void)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, DEAD);
    fake_gone(s, OTHER_DEAD);
    fake_process(s, ALIVE, 0, "alive", NULL)->start_time = FAKE_NOW - 3600;
    fake_process(s, YOUNG, STRANGER, "young", NULL)->start_time = FAKE_NOW;
    fake_process(s, DARK, 0, "dark", NULL)->known &= (uint8_t)~PROC_KNOWS_START;
    return s;
}

TEST(a_pid_is_judged_by_its_start)
{
    struct snapshot *s = people();
    int64_t start = FAKE_NOW - 3600; // of ALIVE

    assert_int_equal(snapshot_pid_state(s, 0, FAKE_NOW), PID_OUTSIDE);
    assert_int_equal(snapshot_pid_state(s, -1, FAKE_NOW), PID_UNKNOWN);
    assert_int_equal(snapshot_pid_state(s, UNASKED, FAKE_NOW), PID_UNKNOWN);
    assert_int_equal(snapshot_pid_state(s, DEAD, 0), PID_GONE);
    assert_int_equal(snapshot_pid_state(s, ALIVE, 0), PID_ALIVE);
    assert_int_equal(snapshot_pid_state(s, ALIVE, start), PID_ALIVE);
    assert_int_equal(snapshot_pid_state(s, ALIVE, start - 2), PID_ALIVE); // within the grain
    assert_int_equal(snapshot_pid_state(s, ALIVE, start - 3), PID_REUSED);
    assert_int_equal(snapshot_pid_state(s, DARK, 0), PID_ALIVE);
    assert_int_equal(snapshot_pid_state(s, DARK, FAKE_NOW), PID_UNKNOWN);
    assert_string_equal(pid_state_name(PID_ALIVE), "alive");
    assert_string_equal(pid_state_name(PID_GONE), "gone");
    assert_string_equal(pid_state_name(PID_REUSED), "reused");
    assert_string_equal(pid_state_name(PID_OUTSIDE), "outside");
    assert_null(pid_state_name(PID_UNKNOWN));
    snapshot_unref(s);
}

// Where the clock was set forward, a living creator seems younger than what it made.
TEST(a_younger_process_that_may_be_the_creator_proves_nothing)
{
    struct snapshot *s = people();
    struct process *young = (struct process *)snapshot_process(s, YOUNG);
    const struct owned o = {.uid = 7, .cuid = 8};
    int64_t before = FAKE_NOW - 3600;

    assert_int_equal(object_pid_state(s, &o, YOUNG, before), PID_REUSED);
    assert_int_equal(object_pid_state(s, &o, YOUNG, FAKE_NOW), PID_ALIVE);
    assert_int_equal(object_pid_state(s, &o, DEAD, before), PID_GONE);
    assert_int_equal(object_pid_state(s, &o, DARK, before), PID_UNKNOWN);
    assert_int_equal(object_pid_state(s, &o, 0, before), PID_OUTSIDE);
    assert_int_equal(object_pid_state(s, &(struct owned){.uid = 7, .cuid = ROOT}, YOUNG, before),
                     PID_UNKNOWN);
    static const uint32_t its[] = {0, 7, 8};
    for (size_t i = 0; i < sizeof its / sizeof *its; i++) {
        young->uid = its[i];
        assert_int_equal(object_pid_state(s, &o, YOUNG, before), PID_UNKNOWN);
    }
    young->uid = STRANGER, young->known &= (uint8_t)~PROC_KNOWS_UID;
    assert_int_equal(object_pid_state(s, &o, YOUNG, before), PID_UNKNOWN);
    snapshot_unref(s);
}

TEST(objects_of_a_younger_process_of_their_user_are_no_orphans)
{
    struct snapshot *s = people();
    struct process *young = (struct process *)snapshot_process(s, YOUNG);
    struct segment *g = fake_segment(s, 0, 1, 7, 4096, 0);
    bool known;

    g->cpid = YOUNG, g->lpid = 0, g->atime = g->dtime = 0, g->o.ctime = FAKE_NOW - 3600;
    young->uid = 7;
    assert_false(segment_orphan(s, g, &known));
    assert_false(known);
    young->uid = STRANGER;
    assert_true(segment_orphan(s, g, &known) && known);
    snapshot_unref(s);
}

TEST(nobody_is_younger_than_what_is_older_than_the_boot)
{
    struct snapshot *s = people();
    int64_t boot = FAKE_NOW - 3 * 3600;

    s->system.uptime = 3 * 3600;
    assert_int_equal(snapshot_pid_state(s, ALIVE, boot - 3), PID_UNKNOWN); // the clock was set
    assert_int_equal(snapshot_pid_state(s, ALIVE, boot - 2), PID_REUSED);
    assert_int_equal(snapshot_pid_state(s, DEAD, boot - 3), PID_GONE);
    snapshot_unref(s);
}

TEST(birth_is_the_earliest_time)
{
    struct segment g = {.o.ctime = 1000};

    assert_int_equal(segment_birth(&g), 1000);
    assert_int_equal(segment_last_use(&g), 0);
    g.atime = 1100, g.dtime = 1200;
    assert_int_equal(segment_birth(&g), 1000);
    assert_int_equal(segment_last_use(&g), 1200);
    g.o.ctime = 5000; // IPC_SET moved it
    assert_int_equal(segment_birth(&g), 1100);
    g.atime = 0;
    assert_int_equal(segment_birth(&g), 1200);
    g.o.ctime = 0;
    assert_int_equal(segment_birth(&g), 1200);
    g.dtime = 0;
    assert_int_equal(segment_birth(&g), 0);
}

// An unattached segment, made two hours ago, last used an hour ago.
static enum { NO, YES, OPEN } segment_case(int32_t cpid, int32_t lpid, bool used, uint64_t nattch)
{
    struct snapshot *s = people();
    struct segment *g = fake_segment(s, 0, 1, owner, 4096, nattch);
    bool known;

    g->cpid = cpid, g->lpid = lpid;
    g->o.ctime = FAKE_NOW - 3600;
    g->atime = used ? FAKE_NOW - 1800 : 0;
    bool orphan = segment_orphan(s, g, &known);
    snapshot_unref(s);
    if (orphan)
        assert_true(known);
    return orphan ? YES : known ? NO : OPEN;
}

TEST(a_segment_is_an_orphan_without_doubt_only)
{
    assert_int_equal(segment_case(DEAD, OTHER_DEAD, true, 0), YES);
    assert_int_equal(segment_case(DEAD, DEAD, true, 0), YES);
    assert_int_equal(segment_case(DEAD, 0, false, 0), YES);  // never attached
    assert_int_equal(segment_case(YOUNG, 0, false, 0), YES); // that pid is somebody else's now
    assert_int_equal(segment_case(DEAD, YOUNG, true, 0), YES);
    assert_int_equal(segment_case(DEAD, DEAD, true, 1), NO); // somebody uses it
    assert_int_equal(segment_case(ALIVE, DEAD, true, 0), NO);
    assert_int_equal(segment_case(DEAD, ALIVE, true, 0), NO);
    assert_int_equal(segment_case(UNASKED, ALIVE, true, 0), NO); // one that lives is enough
    assert_int_equal(segment_case(UNASKED, DEAD, true, 0), OPEN);
    assert_int_equal(segment_case(DEAD, UNASKED, true, 0), OPEN);
    assert_int_equal(segment_case(DEAD, DARK, true, 0), OPEN);
    assert_int_equal(segment_case(0, DEAD, true, 0), OPEN); // the creator is outside
    assert_int_equal(segment_case(DEAD, 0, true, 0), OPEN); // used by somebody outside
}

struct set_case {
    int32_t pids[3];
    uint32_t n;
    int waiters; // -1: not known
    bool first_namespace;
    int expected;
};

static int judge_set(const struct set_case *c)
{
    struct snapshot *s = people();
    struct semset *set = fake_semset(s, 0, owner, c->n);
    bool known;

    s->system.first_pid_namespace = c->first_namespace;
    set->o.ctime = FAKE_NOW - 3600;
    set->otime = FAKE_NOW - 1800;
    set->n_elements = c->n;
    set->waiters = c->waiters > 0 ? (uint64_t)c->waiters : 0;
    if (c->waiters < 0)
        set->known = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        struct element *e = fake_element(s, 0, i, 0);
        e->pid = c->pids[i];
        if (e->pid >= 0)
            e->known |= ELEMENT_KNOWS_PID;
    }
    bool orphan = semset_orphan(s, set, &known);
    snapshot_unref(s);
    return orphan && known ? YES : known ? NO : OPEN;
}

TEST(a_set_is_judged_by_its_last_operators)
{
    // clang-format off
    static const struct set_case cases[] = {
        {{DEAD}, 1, 0, false, YES},
        {{YOUNG}, 1, 0, false, YES},
        {{DEAD, OTHER_DEAD, DEAD}, 3, 0, false, YES},
        {{DEAD, ALIVE, DEAD}, 3, 0, false, NO},
        {{DEAD}, 1, 1, false, NO},                // somebody waits on it
        {{DEAD}, 1, -1, false, OPEN},             // nobody knows who waits
        {{ALIVE}, 1, -1, false, NO},
        {{DEAD, UNASKED}, 2, 0, false, OPEN},
        {{DEAD, -1}, 2, 0, false, OPEN},          // a pid that could not be read
        {{DEAD, 0, DEAD}, 3, 0, false, OPEN},     // perhaps somebody outside
        {{DEAD, 0, DEAD}, 3, 0, true, YES},       // nobody is outside: that one was never touched
        {{0, 0}, 2, 0, true, OPEN},               // nobody ever touched it: no one to ask
        {{0}, 1, 0, false, OPEN},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (judge_set(&cases[i]) != cases[i].expected)
            fail_msg("case %zu", i);
}

TEST(a_set_not_read_is_not_judged)
{
    struct snapshot *s = people();
    struct semset *set = fake_semset(s, 0, 0, 2);
    bool known = true;

    assert_false(semset_orphan(s, set, &known)); // no elements
    assert_false(known);
    struct element *e = fake_element(s, 0, 0, 0);
    e->pid = DEAD, e->known |= ELEMENT_KNOWS_PID;
    set->n_elements = 1; // of two
    known = true;
    assert_false(semset_orphan(s, set, &known));
    assert_false(known);
    set->n_elements = 2; // promises more than there are
    known = true;
    assert_false(semset_orphan(s, set, &known));
    assert_false(known);
    snapshot_unref(s);
}

// Whether a set's queue is in use takes looking for it; among very many nobody does, and says so.
TEST(a_set_among_very_many_is_left_open)
{
    enum { MANY = 2100 };
    struct snapshot *s = people();
    bool known;

    for (int32_t id = 0; id < MANY; id++) {
        fake_semset(s, id, 0, 1)->o.key = 0x1000 + (uint32_t)id * 2;
        fake_queue(s, id, 0, 0, 0)->o.key = 0x2000000 + (uint32_t)id;
    }
    struct element *e = fake_element(s, 0, 0, 0);
    e->pid = DEAD, e->known |= ELEMENT_KNOWS_PID;
    struct semset *set = &s->semsets.at[0];
    set->first_element = 0, set->n_elements = 1;
    set->known |= SET_KNOWS_WAITERS;
    assert_false(semset_orphan(s, set, &known));
    assert_false(known);
    set->o.key = 0; // a private one has no queue
    assert_true(semset_orphan(s, set, &known) && known);
    set->o.key = 0x1000;
    s->queues.n = 1000;
    assert_true(semset_orphan(s, set, &known) && known);
    snapshot_unref(s);
}

// A queue sent to by `sender` and read by `receiver` (-1: never), everything readable.
static struct queue *queue_of(struct snapshot *s, int32_t sender, int32_t receiver)
{
    struct queue *q = fake_queue(s, 0, owner, 100, 1);

    q->stime = sender >= 0 ? FAKE_NOW - 1800 : 0;
    q->rtime = receiver >= 0 ? FAKE_NOW - 1700 : 0;
    q->lspid = sender >= 0 ? sender : 0;
    q->lrpid = receiver >= 0 ? receiver : 0;
    return q;
}

static int queue_case(int32_t sender, int32_t receiver)
{
    struct snapshot *s = people();
    bool known, orphan = queue_orphan(s, queue_of(s, sender, receiver), &known);

    snapshot_unref(s);
    return orphan && known ? YES : known ? NO : OPEN;
}

TEST(a_queue_is_judged_by_its_last_users)
{
    assert_int_equal(queue_case(DEAD, OTHER_DEAD), YES);
    assert_int_equal(queue_case(DEAD, -1), YES); // sent to and never read
    assert_int_equal(queue_case(YOUNG, -1), YES);
    assert_int_equal(queue_case(ALIVE, DEAD), NO);
    assert_int_equal(queue_case(DEAD, ALIVE), NO);
    assert_int_equal(queue_case(-1, -1), OPEN); // never used: no one to ask
    assert_int_equal(queue_case(0, DEAD), OPEN);
    assert_int_equal(queue_case(DEAD, 0), OPEN);
    assert_int_equal(queue_case(DEAD, UNASKED), OPEN);
}

// A daemon of root's becomes another user and keeps its objects: where the clock was set forward, it
// looks like a younger process of a stranger.
TEST(what_root_made_may_be_the_strangers)
{
    const struct set_case set = {{YOUNG}, 1, 0, false, OPEN};

    owner = ROOT;
    assert_int_equal(segment_case(YOUNG, 0, false, 0), OPEN);
    assert_int_equal(segment_case(DEAD, YOUNG, true, 0), OPEN);
    assert_int_equal(segment_case(DEAD, DEAD, true, 0), YES);
    assert_int_equal(judge_set(&set), OPEN);
    assert_int_equal(queue_case(YOUNG, -1), OPEN);
    owner = SERVICE;
}

TEST(a_queue_is_no_orphan_while_somebody_may_wait)
{
    struct snapshot *s = people();
    struct queue *q = queue_of(s, DEAD, DEAD);
    bool known = false;

    assert_true(queue_orphan(s, q, &known));
    s->has &= ~(uint64_t)NEED_WAITERS; // nobody looked
    assert_false(queue_orphan(s, q, &known));
    assert_false(known);
    s->has |= NEED_WAITERS;
    s->waiters_unseen = 3; // some could not be asked
    s->system.euid = 54;
    assert_false(queue_orphan(s, q, &known));
    assert_false(known);
    q->o.uid = q->o.cuid = 54, q->o.mode = 0600; // but those may not use it
    assert_true(queue_orphan(s, q, &known));
    q->o.mode = 0620;
    assert_false(queue_orphan(s, q, &known));
    s->waiters_unseen = 0;
    fake_waiter(s, KIND_SEMSET, 0, ALIVE, WAIT_SEMOP, ""); // of a set with the same id
    assert_true(queue_orphan(s, q, &known));
    fake_waiter(s, KIND_QUEUE, 0, ALIVE, WAIT_MSGRCV, "");
    known = false;
    assert_false(queue_orphan(s, q, &known));
    assert_true(known);
    snapshot_unref(s);
}

// The letter of it stays; what is told of it waits until the object has been idle for so long.
TEST(an_orphan_is_told_once_it_has_idled)
{
    struct snapshot *s = people();
    struct segment *g = fake_segment(s, 3, 0, 0, 4096, 0);
    struct queue *q = queue_of(s, DEAD, DEAD);
    struct semset *set = fake_semset(s, 0, 0, 1);
    struct element *e = fake_element(s, 0, 0, 0);
    const struct {
        enum kind_id kind;
        const void *object;
        int64_t idle; // at first
        int64_t *used;
    } cases[] = {{KIND_SEGMENT, g, 700, &g->dtime},
                 {KIND_SEMSET, set, 800, &set->otime},
                 {KIND_QUEUE, q, 1700, &q->rtime}};
    bool known;

    g->cpid = g->lpid = DEAD, g->atime = FAKE_NOW - 900, g->dtime = FAKE_NOW - 700;
    e->pid = DEAD, e->known |= ELEMENT_KNOWS_PID;
    set->n_elements = 1, set->otime = FAKE_NOW - 800, set->o.ctime = FAKE_NOW - 3600;
    for (size_t i = 0; i < 3; i++) {
        for (int64_t age = 0; age <= 2 * cases[i].idle; age += 100) {
            s->orphan_age = age;
            assert_int_equal(kind_orphan(kind_get(cases[i].kind), s, cases[i].object),
                             age <= cases[i].idle);
        }
        s->orphan_age = 0;
        *cases[i].used = FAKE_NOW + 60; // a clock that was set
        assert_true(kind_orphan(kind_get(cases[i].kind), s, cases[i].object));
    }
    s->orphan_age = 86400;
    assert_true(segment_orphan(s, g, &known) && semset_orphan(s, set, &known) &&
                queue_orphan(s, q, &known));
    // Never used: since it was made.
    g->atime = g->dtime = 0, g->o.ctime = FAKE_NOW - 60;
    s->orphan_age = 61;
    assert_false(kind_orphan(&kind_segments, s, g));
    s->orphan_age = 60;
    assert_true(kind_orphan(&kind_segments, s, g));
    g->nattch = 1;
    assert_false(kind_orphan(&kind_segments, s, g));
    assert_null(kind_limits.orphan);
    snapshot_unref(s);
}
