// What names nobody alive, and the daemons that may have inherited it.
#include "model/apps/heirs.h"
#include "model/apps/servers.h"
#include "model/consequence/consequence.h"
#include "model/orphans.h"
#include "model/record/identity.h"
#include "support/fake.h"
#include "support/test.h"

#include <string.h>

enum { MAKER = 100, BORN = FAKE_NOW - 3600, ROOT = 0, SERVICE = 7 };

// A set, a segment and a queue of the service, made by root; their maker is gone.
static struct snapshot *left_behind(void)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, MAKER);
    fake_process(s, MAKER + 1, ROOT, "other", NULL)->start_time = BORN + 1000;
    s->scan = scan_new();
    s->system.first_pid_namespace = true;

    struct semset *set = fake_semset(s, 1, SERVICE, 1);
    set->o.cuid = ROOT, set->o.ctime = BORN, set->otime = 0;
    set->first_element = 0, set->n_elements = 1;
    set->known |= SET_KNOWS_WAITERS;
    struct element *e = fake_element(s, 1, 0, 1);
    e->pid = MAKER, e->known |= ELEMENT_KNOWS_PID;

    struct segment *g = fake_segment(s, 2, 0, SERVICE, 4096, 0);
    g->o.cuid = ROOT, g->o.ctime = BORN, g->atime = g->dtime = 0;
    g->cpid = MAKER, g->lpid = 0;

    struct queue *q = fake_queue(s, 3, SERVICE, 10, 1);
    q->o.cuid = ROOT, q->o.ctime = BORN, q->stime = BORN, q->rtime = 0;
    q->lspid = MAKER, q->lrpid = 0;
    return s;
}

static size_t orphans(const struct snapshot *s)
{
    bool known;
    size_t n = 0;

    n += semset_orphan(s, snapshot_semset(s, 1), &known) && known;
    n += segment_orphan(s, snapshot_segment(s, 2), &known) && known;
    n += queue_orphan(s, snapshot_queue(s, 3), &known) && known;
    return n;
}

TEST(what_names_nobody_alive)
{
    struct snapshot *s = left_behind();
    struct left_vec left = {0};

    heirs_left(s, &left);
    assert_int_equal(left.n, 3);
    for (size_t i = 0; i < left.n; i++) {
        assert_int_equal(left.at[i].maker, MAKER);
        assert_true(left.at[i].made == BORN);
    }
    vec_clear(&left);
    s->segments.at[0].nattch = 1;
    s->queues.at[0].lrpid = 4711,
    s->queues.at[0].rtime = BORN + 1;  // nobody knows whether that one lives
    s->elements.at[0].pid = MAKER + 1; // of root: it may be the same
    heirs_left(s, &left);
    assert_int_equal(left.n, 0);
    vec_free(&left);
    snapshot_unref(s);
}

TEST(a_daemon_may_have_inherited)
{
    static const struct {
        struct heir heir;
        size_t orphans;
    } cases[] = {
        {{.pid = MAKER + 2, .uid = SERVICE, .start_time = BORN}, 0},
        {{.pid = MAKER + 2, .uid = ROOT, .start_time = BORN + 1}, 0},
        {{.pid = MAKER + 4096, .uid = ROOT, .start_time = BORN - 1}, 0},
        {{.pid = MAKER + 2, .uid = 8, .start_time = BORN}, 3},           // another user's
        {{.pid = MAKER + 2, .uid = ROOT, .start_time = BORN + 2}, 3},    // forked later
        {{.pid = MAKER + 2, .uid = ROOT, .start_time = BORN - 2}, 3},    // and earlier
        {{.pid = MAKER - 1, .uid = ROOT, .start_time = BORN}, 3},        // than the maker was
        {{.pid = MAKER + 4097, .uid = ROOT, .start_time = BORN + 1}, 3}, // too many processes later
        // daemons, which began a session
        {{.pid = MAKER + 3, .uid = ROOT, .start_time = BORN + 5, .session = MAKER + 2}, 0},
        {{.pid = MAKER + 3, .uid = ROOT, .start_time = BORN + 6, .session = MAKER + 2}, 3},
        {{.pid = MAKER + 3, .uid = ROOT, .start_time = BORN + 5, .session = MAKER - 2}, 3},
        {{.pid = MAKER + 3, .uid = 8, .start_time = BORN, .session = MAKER + 2}, 0}, // root became
        // whose session is of the next process, whatever the clock was set to since
        {{.pid = MAKER + 1, .uid = ROOT, .start_time = BORN - 3600, .session = MAKER + 1}, 0},
        {{.pid = MAKER + 2, .uid = ROOT, .start_time = BORN + 3600, .session = MAKER + 1}, 0},
        {{.pid = MAKER + 2, .uid = 8, .start_time = BORN + 3600, .session = MAKER + 1}, 0},
        {{.pid = MAKER + 2, .uid = ROOT, .start_time = BORN + 3600, .session = MAKER + 2}, 3},
        // that do not answer
        {{.pid = MAKER + 2, .uid = ROOT, .silent = true}, 0},
        {{.pid = MAKER + 2, .uid = 8, .silent = true}, 3},
        {{.pid = MAKER - 1, .uid = ROOT, .silent = true}, 3},
        {{.pid = MAKER + 4097, .uid = ROOT, .silent = true}, 3},
        {{.pid = MAKER + 2, .uid = 8, .silent = true, .any_user = true}, 0},
        {{.pid = MAKER + 4097, .uid = 8, .silent = true, .any_user = true}, 3},
        {{.uid = 8, .silent = true, .hidden = true}, 0}, // all but those of user 8
        {{.uid = SERVICE, .silent = true, .hidden = true}, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = left_behind();
        assert_int_equal(orphans(s), 3);
        vec_push(&s->heirs, cases[i].heir);
        if (orphans(s) != cases[i].orphans)
            fail_msg("case %zu", i);
        assert_true((semset_heir(s, &s->semsets.at[0]) != NULL) == (cases[i].orphans == 0));
        snapshot_unref(s);
    }
}

// The last worker that used them ended; the segment names its maker.
TEST(a_server_that_forks_workers_may_have_made_what_they_used)
{
    static const struct {
        struct heir heir;
        size_t orphans;
    } cases[] = {
        {{.pid = MAKER - 9, .uid = ROOT, .start_time = BORN - 30, .server = true}, 1},
        {{.pid = MAKER - 9, .uid = ROOT, .start_time = BORN + 1, .server = true}, 1},
        {{.pid = MAKER - 9, .uid = SERVICE, .start_time = BORN, .server = true},
         3}, // root made them
        {{.pid = MAKER - 9, .uid = ROOT, .start_time = BORN + 2, .server = true}, 3},
        {{.pid = MAKER - 9, .uid = ROOT, .start_time = BORN - 31, .server = true}, 3},
        {{.pid = MAKER + 9, .uid = ROOT, .start_time = BORN, .server = true}, 3},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = left_behind();
        struct segment *g = &s->segments.at[0];
        s->semsets.at[0].otime = s->queues.at[0].rtime = BORN + 60;
        s->queues.at[0].lrpid = MAKER;
        g->o.ctime -= 60;
        vec_push(&s->heirs, cases[i].heir);
        struct heir *heir = &s->heirs.at[0];
        heir->workers[0] = BORN + 2, heir->workers[1] = 0;
        if (orphans(s) != cases[i].orphans)
            fail_msg("case %zu", i);
        heir->workers[0] = BORN + 1; // that may have made them
        assert_int_equal(orphans(s), 3);
        heir->workers[1] = BORN - 1; // there are more
        if (orphans(s) != cases[i].orphans)
            fail_msg("case %zu, of a pool", i);
        g->o.ctime += 60; // its maker, which is gone, made all three
        assert_int_equal(orphans(s), 3);
        s->semsets.at[0].otime = 0; // only set up, by the one that made it
        g->o.ctime -= 60;
        assert_int_equal(orphans(s), cases[i].orphans == 1 ? 2 : 3);
        snapshot_unref(s);
    }
}

// Of a thread that waits to receive the kernel notes its own id: it may have ended before its process.
TEST(a_process_with_threads_may_have_received)
{
    struct snapshot *s = left_behind();
    struct queue *q = &s->queues.at[0];
    const struct heir heir = {
        .pid = MAKER - 9, .uid = ROOT, .start_time = BORN, .server = true, .threads = true};

    q->rtime = q->stime, q->lrpid = MAKER;
    assert_int_equal(orphans(s), 3);
    vec_push(&s->heirs, heir);
    s->segments.at[0].o.ctime -= 60;
    assert_int_equal(orphans(s), 2); // of the set the process is noted
    q->rtime = q->stime + 1;         // after the last sender: by a process that did not wait
    assert_int_equal(orphans(s), 3);
    q->rtime = q->stime, q->lrpid = MAKER - 10; // older than that one
    fake_gone(s, MAKER - 10);
    assert_int_equal(orphans(s), 3);
    snapshot_unref(s);
}

TEST(of_ones_own_objects_no_hidden_process_is_an_heir)
{
    struct snapshot *s = left_behind();

    vec_push(&s->heirs, ((struct heir){.uid = 8, .silent = true, .hidden = true}));
    assert_int_equal(orphans(s), 0);
    s->segments.at[0].o.uid = s->segments.at[0].o.cuid = 8;
    assert_int_equal(orphans(s), 1);
    snapshot_unref(s);
}

// Those of sets alone matter that were given away, between their users.
TEST(a_server_that_does_not_answer_makes_sets_of_its_users_alone_unknown)
{
    static const struct {
        struct server server;
        size_t orphans;
    } cases[] = {
        {{.uid = ROOT, .worker_uid = SERVICE, .silent = true}, 2},
        {{.any_uid = true, .uid = 8, .worker_uid = SERVICE, .silent = true}, 2},
        {{.any_uid = true, .any_worker = true, .uid = 8, .silent = true}, 2},
        {{.any_uid = true, .worker_uid = 8, .silent = true}, 3},
        {{.uid = 8, .worker_uid = SERVICE, .silent = true}, 3},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = left_behind();
        vec_push(&s->servers, cases[i].server);
        if (orphans(s) != cases[i].orphans)
            fail_msg("case %zu", i);
        assert_null(server_of_set(s, &s->semsets.at[0]));
        s->semsets.at[0].o.cuid = SERVICE; // it was never given away
        assert_int_equal(orphans(s), 3);
        snapshot_unref(s);
    }
    struct snapshot *s = left_behind();
    s->servers_missing = true;
    assert_int_equal(orphans(s), 2);
    s->semsets.at[0].o.cuid = SERVICE;
    assert_int_equal(orphans(s), 3);
    snapshot_unref(s);
}

// Nothing of it is known where nobody looked.
TEST(heirs_that_were_not_looked_for_may_be_there)
{
    struct snapshot *s = left_behind();

    assert_int_equal(orphans(s), 3);
    s->has &= ~(uint64_t)NEED_SERVERS;
    assert_int_equal(orphans(s), 0);
    snapshot_unref(s);
}

TEST(the_daemon_of_a_segment)
{
    static const struct {
        int32_t pid;
        uint32_t uid, cuid;
        int64_t start;
        int32_t session;
        bool forked, daemon;
    } cases[] = {
        {MAKER + 3, SERVICE, ROOT, BORN, MAKER + 2, true, true},
        {MAKER + 3, SERVICE, ROOT, BORN - 1, MAKER + 2, true, true},
        {MAKER + 3, SERVICE, SERVICE, BORN + 5, MAKER + 2, true, true},
        {MAKER + 3, 8, ROOT, BORN, MAKER + 2, true, true}, // root became that user
        {MAKER + 3, 8, SERVICE, BORN, MAKER + 2, true, false},
        {MAKER + 3, ROOT, SERVICE, BORN, MAKER + 2, true, false},
        {MAKER + 3, SERVICE, ROOT, BORN - 2, MAKER + 2, true, false}, // before the segment was
        {MAKER + 3, SERVICE, ROOT, BORN - 7200, MAKER + 2, true, false},
        {MAKER + 3, SERVICE, ROOT, BORN + 6, MAKER + 2, true, false},
        {MAKER + 3, SERVICE, ROOT, BORN + 3600, MAKER + 1, true, true}, // the clock was set
        {MAKER + 3, SERVICE, ROOT, BORN, MAKER, true, false},           // a worker, of its session
        {MAKER + 3, SERVICE, ROOT, BORN, MAKER + 2, false, false},      // another program
        {MAKER - 3, SERVICE, ROOT, BORN, MAKER + 2, true, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = left_behind();
        struct segment *g = &s->segments.at[0];
        struct process *p = fake_process(s, cases[i].pid, cases[i].uid, "daemon", NULL);
        p->start_time = cases[i].start, p->session = cases[i].session;
        p->forked = cases[i].forked, p->known |= PROC_KNOWS_STAT;
        g->o.cuid = cases[i].cuid;
        if (segment_is_daemons(s, g, p->pid) != cases[i].daemon)
            fail_msg("case %zu", i);
        snapshot_unref(s);
    }
}

// However late it was forked: that attached the segment last.
TEST(a_daemon_that_was_attached_by_its_fork)
{
    struct snapshot *s = left_behind();
    struct segment *g = &s->segments.at[0];
    struct process *p = fake_process(s, MAKER + 3, SERVICE, "daemon", NULL);

    p->start_time = BORN + 60, p->session = MAKER + 2;
    p->forked = true, p->known |= PROC_KNOWS_STAT;
    assert_false(segment_is_daemons(s, g, MAKER + 3));
    g->atime = BORN + 60, g->lpid = MAKER + 2;
    assert_true(segment_is_daemons(s, g, MAKER + 3));
    g->lpid = MAKER + 3; // itself
    assert_false(segment_is_daemons(s, g, MAKER + 3));
    g->lpid = MAKER, g->atime = BORN + 63; // and later
    assert_false(segment_is_daemons(s, g, MAKER + 3));
    snapshot_unref(s);
}

// The clock was set forward, or it was started again.
TEST(a_server_younger_than_its_set_is_known_by_older_workers)
{
    static const struct {
        int32_t pid;
        bool server;
    } cases[] = {{MAKER - 9, true}, {MAKER, false}, {MAKER + 9, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = left_behind();
        const struct server server = {.pid = cases[i].pid, .uid = ROOT, .worker_uid = SERVICE};
        if (cases[i].pid != MAKER)
            fake_process(s, cases[i].pid, ROOT, "httpd", NULL)->start_time = BORN + 3600;
        vec_push(&s->servers, server);
        if ((server_of_set(s, snapshot_semset(s, 1)) != NULL) != cases[i].server)
            fail_msg("case %zu", i);
        s->elements.at[0].pid = 0; // no worker has operated it
        assert_null(server_of_set(s, snapshot_semset(s, 1)));
        snapshot_unref(s);
    }
}

// Set while the program looks on: by how much is known.
TEST(a_step_of_the_clock_moves_the_daemons)
{
    static const struct {
        int64_t start, forward, back;
        size_t orphans;
    } cases[] = {
        {BORN + 50, 60, 0, 0}, {BORN + 62, 60, 0, 3}, {BORN - 50, 60, 0, 3},
        {BORN - 50, 0, 60, 0}, {BORN - 62, 0, 60, 3}, {BORN + 50, INT64_MAX, INT64_MAX, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = left_behind();
        const struct heir heir = {.pid = MAKER + 20, .uid = ROOT, .start_time = cases[i].start};
        vec_push(&s->heirs, heir);
        assert_int_equal(orphans(s), 3);
        s->system.forward = (struct clock_step){BORN + 100, cases[i].forward};
        s->system.back = (struct clock_step){BORN + 100, cases[i].back};
        if (orphans(s) != cases[i].orphans)
            fail_msg("case %zu", i);
        s->system.forward.until = s->system.back.until = BORN - 1; // before they were made
        assert_int_equal(orphans(s), 3);
        snapshot_unref(s);
    }
}

TEST(its_removal_names_the_daemon)
{
    struct snapshot *s = left_behind();
    struct action remove = {.verb = ACTION_REMOVE, .target = identity_of(&s->semsets.at[0].o)};
    struct consequence c;

    consequence_of(s, &remove, &c);
    assert_false(c.grave);
    vec_push(&s->heirs, ((struct heir){.pid = MAKER + 2, .uid = SERVICE, .start_time = BORN}));
    consequence_of(s, &remove, &c);
    assert_true(c.grave);
    assert_non_null(strstr(c.effect, "Process 102 was forked when it was new"));
    s->heirs.at[0].silent = true;
    consequence_of(s, &remove, &c);
    assert_true(c.grave);
    assert_non_null(strstr(c.effect, "Process 102 may need it: "));
    s->heirs.at[0].hidden = true;
    consequence_of(s, &remove, &c);
    assert_true(c.grave);
    assert_non_null(strstr(c.effect, "Processes of others are hidden (hidepid): one may need it."));
    s->heirs.at[0].hidden = false;
    // one that is known is named before
    vec_push(&s->heirs, ((struct heir){.pid = MAKER + 3, .uid = SERVICE, .start_time = BORN}));
    consequence_of(s, &remove, &c);
    assert_non_null(strstr(c.effect, "Process 103 was forked when it was new"));
    snapshot_unref(s);
}
