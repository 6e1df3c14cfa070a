#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/kinds/registry.h"
#include "model/record/event_log.h"
#include "model/triage/triage.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"

enum { MIB = 1 << 20, DEAD = 100, BOSS = 200, WORKER = 210, OTHER = 220 };

static void triage(struct snapshot *s)
{
    triage_run(s);
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *f = &s->findings.at[i];
        assert_true(f->rule && f->title[0] && f->evidence[0] && f->advice[0]);
        assert_true(i == 0 || s->findings.at[i - 1].severity >= f->severity);
    }
}

static const struct finding *find(const struct snapshot *s, const char *rule)
{
    for (size_t i = 0; i < s->findings.n; i++)
        if (strcmp(s->findings.at[i].rule, rule) == 0)
            return &s->findings.at[i];
    return NULL;
}

// Keeps its three sentences.
static void says_finding(const struct finding *f)
{
    assert_non_null(f);
    says(f->title);
    says(f->evidence);
    says(f->advice);
    if (f->advice_by_key)
        says(f->advice_by_key);
}

static struct snapshot *people(void)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, DEAD);
    fake_user(s, 0, "root");
    fake_process(s, BOSS, 0, "zabbix_server", NULL);
    for (int i = 0; i < 4; i++)
        fake_process(s, WORKER + i, 0, "zabbix_server", NULL);
    fake_process(s, OTHER, 0, "python", NULL);
    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].start_time = FAKE_NOW - 9 * 3600;
    s->scan = scan_new();
    return s;
}

static struct segment *marked(struct snapshot *s, int32_t cpid, uint64_t nattch)
{
    struct segment *g = fake_segment(s, 0, 0, 0, 276 * (uint64_t)MIB, nattch);

    g->flags = SEG_DEST;
    g->cpid = g->lpid = cpid;
    return g;
}

TEST(the_outage_is_told)
{
    struct snapshot *s = fake_story();
    char line[512];

    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].start_time = FAKE_NOW - 9 * 3600;
    triage(s);
    triage_summary(s, line, sizeof line);
    says(line);
    const struct finding *f = find(s, "removed-held");
    assert_int_equal(f->about.kind, KIND_SEGMENT);
    assert_int_equal(f->about.id, 393216);
    assert_int_equal(f->severity, SEVERITY_WARNING);
    assert_int_equal(f->weight, 276 * MIB);
    says_finding(f);
    f = find(s, "orphan-segments");
    assert_int_equal(f->about.id, 458754);
    says_finding(f);
    f = find(s, "queue-blocked");
    assert_int_equal(f->about.kind, KIND_QUEUE);
    says_finding(f);
    f = find(s, "set-stranded");
    says_finding(f);
    f = find(s, "unseen");
    assert_int_equal(f->severity, SEVERITY_NOTICE);
    says_finding(f);
    f = find(s, "limit");
    says_finding(f);
    snapshot_unref(s);
}

TEST(calm_where_nothing_is_wrong)
{
    struct snapshot *empty = snapshot_new(), *crowd = fake_crowd(200), *s = people();
    char line[64] = "x";

    triage(empty);
    assert_int_equal(empty->findings.n, 0);
    triage_summary(empty, line, sizeof line);
    assert_string_equal(line, "");
    triage(crowd); // nothing is known of anybody
    assert_int_equal(crowd->findings.n, 0);
    fake_segment(s, 0, 1, 0, 4096, 1)->cpid = BOSS;
    fake_hold(s, 0, BOSS, 1, MAP_R);
    fake_account(s, 0, 0);
    triage(s);
    assert_int_equal(s->findings.n, 0);
    snapshot_unref(empty);
    snapshot_unref(crowd);
    snapshot_unref(s);
}

TEST(dest_from_birth_is_healthy)
{
    struct snapshot *s = people();

    struct segment *g = marked(s, BOSS, 5);
    fake_hold(s, 0, BOSS, 1, MAP_R);
    for (int i = 0; i < 4; i++)
        fake_hold(s, 0, WORKER + i, 1, MAP_R);
    struct segment_account *account = fake_account(s, 0, 0);
    triage(s);
    assert_null(find(s, "removed-held"));
    g->cpid = DEAD; // it became a daemon: the workers are still one program at work
    triage(s);
    assert_null(find(s, "removed-held"));
    account->found = 4, account->unseen = UNSEEN_UNREADABLE; // and with one unseen
    triage(s);
    assert_null(find(s, "removed-held"));
    // A stranger among them is not.
    s->scan->holders.at[4].pid = OTHER;
    triage(s);
    assert_non_null(find(s, "removed-held"));
    assert_int_equal(find(s, "removed-held")->severity, SEVERITY_WARNING);
    g->cpid = BOSS; // its creator lives and holds it: all is as it was meant
    triage(s);
    assert_null(find(s, "removed-held"));
    snapshot_unref(s);
}

TEST(a_stray_holder_is_found)
{
    struct snapshot *s = people();
    struct segment *g = marked(s, DEAD, 2);

    triage(s); // not searched for yet
    assert_null(find(s, "removed-held"));
    fake_hold(s, 0, OTHER, 2, MAP_R);
    fake_account(s, 0, 0);
    triage(s);
    says(find(s, "removed-held")->title);
    g->flags = 0; // not removed
    triage(s);
    assert_null(find(s, "removed-held"));
    g->flags = SEG_DEST;
    g->cpid = 4711; // nobody knows whether its creator lives
    triage(s);
    assert_null(find(s, "removed-held"));
    g->cpid = BOSS; // lives, does not hold it, gave it to python: nothing to worry about
    triage(s);
    assert_null(find(s, "removed-held"));
    g->nattch = 3; // and another program has it too
    fake_hold(s, 0, WORKER, 1, MAP_R);
    s->scan->accounts.at[0].nattch = s->scan->accounts.at[0].found = 3;
    triage(s);
    assert_int_equal(find(s, "removed-held")->severity, SEVERITY_NOTICE);
    snapshot_unref(s);
}

// It holds the memory, and was there for hours when the creator made it.
TEST(an_older_daemon_is_not_the_creators)
{
    struct snapshot *s = people();
    struct segment *g = marked(s, DEAD, 1);
    struct process *p = fake_process(s, DEAD + 3, 0, "other", NULL);

    p->forked = true, p->session = DEAD + 2, p->known |= PROC_KNOWS_STAT;
    g->o.ctime = g->atime = FAKE_NOW - 60;
    fake_hold(s, 0, DEAD + 3, 1, MAP_R);
    fake_account(s, 0, 0);
    p->start_time = g->o.ctime;
    triage(s);
    assert_null(find(s, "removed-held"));
    p->start_time -= 3600;
    triage(s);
    assert_non_null(find(s, "removed-held"));
    p->session = DEAD + 1; // the next process: unless the clock was set
    triage(s);
    assert_null(find(s, "removed-held"));
    snapshot_unref(s);
}

TEST(an_unseen_holder_is_told_if_it_must_be_a_stray)
{
    struct snapshot *s = people();
    struct segment *g = marked(s, DEAD, 1);

    s->scan->unreadable = 7;
    struct segment_account *account = fake_account(s, 0, UNSEEN_UNREADABLE);
    snprintf(s->system.user, sizeof s->system.user, "oracle");
    triage(s);
    says_finding(find(s, "removed-held"));
    account->nattch = g->nattch = 2; // two may be one program at work
    triage(s);
    assert_null(find(s, "removed-held"));
    snapshot_unref(s);
}

// Oracle's at work, whose creator has ended as always; marked by 300 ipcrm, if anybody saw it.
static struct snapshot *removed_database(uint32_t pmon_uid)
{
    struct snapshot *s = people();
    struct segment *g = marked(s, DEAD, 2);

    fake_user(s, 54, "oracle");
    fake_process(s, 18702, pmon_uid, "ora_pmon_ORCL", "ora_pmon_ORCL");
    fake_process(s, 18710, pmon_uid, "oracle", "oracleORCL (LOCAL=NO)");
    g->o.uid = g->o.cuid = 54;
    fake_hold(s, 0, 18702, 1, MAP_R | MAP_W);
    fake_hold(s, 0, 18710, 1, MAP_R | MAP_W);
    fake_account(s, 0, 0);
    return s;
}

TEST(a_removed_database_names_its_remover)
{
    struct snapshot *s = removed_database(54);

    triage(s);
    const struct finding *f = find(s, "database-removed");
    assert_non_null(f);
    assert_int_equal(f->about.id, 0);
    assert_int_equal(f->severity, SEVERITY_CRITICAL);
    assert_null(find(s, "removed-held")); // whose advice would be to end it
    says(f->title);
    says(f->evidence);
    struct event_vec events = {0};
    vec_push(&events, event_new(&(struct event){.what = EVENT_MARKED,
                                                .by = EVENT_BY_EXACT,
                                                .time = FAKE_NOW - 60,
                                                .uid = 54,
                                                .pid = 300,
                                                .about = {.kind = KIND_SEGMENT, .id = 0}},
                                "300 ipcrm (uid 54 oracle)", "276M stays until 2 attachments end"));
    s->events = event_log_more(NULL, &events);
    vec_free(&events);
    triage(s);
    says(find(s, "database-removed")->evidence);
    says(find(s, "database-removed")->advice);
    snapshot_unref(s);
}

TEST(a_strangers_name_makes_no_database)
{
    struct snapshot *s = removed_database(1000);

    triage(s);
    assert_null(find(s, "database-removed"));
    snapshot_unref(s);
}

TEST(orphans_are_one_finding)
{
    struct snapshot *s = people();

    for (int i = 0; i < 6; i++) {
        struct segment *g = fake_segment(s, i, 1, 0, (uint64_t)(i + 1) * 64 * MIB, 0);
        g->cpid = g->lpid = i < 5 ? DEAD : BOSS;
        g->o.ctime = g->atime = FAKE_NOW - (i < 5 ? 7200 : 3600); // not made together
    }
    triage(s);
    const struct finding *f = find(s, "orphan-segments");
    assert_string_equal(f->title, "5 orphans of root: 960M");
    assert_int_equal(f->about.id, 4); // the largest
    says(f->evidence);
    assert_non_null(strstr(f->evidence, " and 1 more"));
    assert_int_equal(f->severity, SEVERITY_WARNING);
    assert_int_equal(s->findings.n, 1);
    s->orphan_age = 86400; // too young to speak of
    triage(s);
    assert_int_equal(s->findings.n, 0);
    s->orphan_age = 1;
    for (size_t i = 0; i < s->segments.n; i++)
        s->segments.at[i].size = s->segments.at[i].rss = 56;
    triage(s);
    assert_int_equal(find(s, "orphan-segments")->severity, SEVERITY_NOTICE);
    snapshot_unref(s);
}

// As many as anybody can ask for: four of them are beyond 64 bits.
TEST(sums_do_not_wrap)
{
    struct snapshot *s = people();

    for (int32_t id = 0; id < 4; id++) {
        struct segment *g = fake_segment(s, id, 0, 0, UINT64_C(1) << 62, 0);
        g->cpid = g->lpid = DEAD;
    }
    triage(s);
    assert_string_equal(find(s, "orphan-segments")->title, "4 orphans of root: 16.0E");
    assert_true(find(s, "orphan-segments")->weight == UINT64_MAX);
    snapshot_unref(s);
}

TEST(leaked_sets_and_queues_are_found)
{
    struct snapshot *s = people();

    for (int i = 0; i < 3; i++) {
        struct semset *set = fake_semset(s, i, 0, 1);
        set->first_element = (uint32_t)i, set->n_elements = 1, set->otime = 0;
        struct element *e = fake_element(s, i, 0, 1);
        e->pid = i < 2 ? DEAD : BOSS, e->known |= ELEMENT_KNOWS_PID;
        set->o.cuid = i < 2 ? 0 : 7; // not made together
    }
    fake_queue(s, 0, 0, 2048, 1)->lspid = DEAD;
    struct queue *q = fake_queue(s, 1, 0, 1024, 1);
    q->lspid = BOSS, q->o.cuid = 7;
    triage(s);
    says_finding(find(s, "orphan-sets"));
    assert_string_equal(find(s, "orphan-queues")->title, "1 orphaned queue of root: 2.0K");
    says_finding(find(s, "orphan-queues"));
    assert_int_equal(s->findings.n, 2);
    s->waiters_unseen = 1; // somebody may wait on the queue
    triage(s);
    assert_null(find(s, "orphan-queues"));
    snapshot_unref(s);
}

TEST(sets_nobody_looked_into_are_told)
{
    struct snapshot *s = people();

    for (int i = 0; i < 3; i++) {
        struct semset *set = fake_semset(s, i, 0, 32000u * (unsigned)(i + 1));
        set->known = i ? SET_LEFT_OUT : 0;
    }
    triage(s);
    const struct finding *f = find(s, "sets-left-out");
    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_NOTICE);
    assert_int_equal(f->about.id, 2); // the largest
    says_finding(f);
    s->semsets.at[1].known = s->semsets.at[2].known = 0;
    triage(s);
    assert_null(find(s, "sets-left-out"));
    snapshot_unref(s);
}

TEST(a_lock_held_by_the_dead_is_found)
{
    struct snapshot *s = people();
    struct semset *set = fake_semset(s, 7, 0, 2);

    set->n_elements = 2, set->waiters = 1;
    struct element *e = fake_element(s, 7, 0, 1);
    e->pid = DEAD, e->known |= ELEMENT_KNOWS_PID; // nobody waits for this one
    e = fake_element(s, 7, 1, 0);
    e->pid = DEAD, e->known |= ELEMENT_KNOWS_PID, e->ncount = 1;
    triage(s);
    says(find(s, "set-stranded")->title);
    assert_null(find(s, "orphan-sets"));
    says(find(s, "set-stranded")->evidence);
    e->pid = BOSS; // it will post
    triage(s);
    assert_null(find(s, "set-stranded"));
    e->pid = 0; // it may be outside
    triage(s);
    assert_null(find(s, "set-stranded"));
    e->pid = DEAD, e->known &= (uint8_t)~ELEMENT_KNOWS_COUNTS;
    triage(s);
    assert_null(find(s, "set-stranded"));
    e->known |= ELEMENT_KNOWS_COUNTS;
    set->otime = s->time - 2;
    triage(s);
    assert_non_null(find(s, "set-stranded"));
    set->otime = s->time - 1; // who is gone now may have given back since it was read
    triage(s);
    assert_null(find(s, "set-stranded"));
    e->waited = 1; // or has not
    triage(s);
    assert_non_null(find(s, "set-stranded"));
    set->otime = 0; // only its values were set: nobody took anything
    triage(s);
    assert_null(find(s, "set-stranded"));
    snapshot_unref(s);
}

// A lock that was taken and one that was consumed look the same.
TEST(a_stranded_waiter_is_a_notice)
{
    struct snapshot *s = people();
    struct semset *set = fake_semset(s, 7, 0, 1);

    set->n_elements = 1, set->waiters = 1, set->otime = FAKE_NOW - 3;
    struct element *e = fake_element(s, 7, 0, 0);
    e->pid = DEAD, e->known |= ELEMENT_KNOWS_PID, e->ncount = 1;
    triage(s);
    assert_int_equal(find(s, "set-stranded")->severity, SEVERITY_NOTICE);
    e->waited = 180; // although the set's other elements are in use
    triage(s);
    assert_int_equal(find(s, "set-stranded")->severity, SEVERITY_NOTICE);
    says(find(s, "set-stranded")->evidence);
    e->waited = 0, set->otime = set->o.ctime = FAKE_NOW - 41 * 60;
    triage(s);
    assert_int_equal(find(s, "set-stranded")->severity, SEVERITY_NOTICE);
    says(find(s, "set-stranded")->evidence);
    snapshot_unref(s);
}

TEST(messages_nobody_will_read)
{
    struct snapshot *s = people();
    struct queue *q = fake_queue(s, 3, 0, 4000, 10);

    q->lspid = BOSS, q->lrpid = DEAD, q->rtime = FAKE_NOW - 41 * 60;
    triage(s);
    const struct finding *f = find(s, "queue-unread");
    assert_int_equal(f->severity, SEVERITY_NOTICE);
    says_finding(f);
    q->bytes = q->max_bytes / 5 * 4;
    triage(s);
    assert_int_equal(find(s, "queue-unread")->severity, SEVERITY_WARNING);
    q->bytes--; // the next reader may come
    triage(s);
    assert_int_equal(find(s, "queue-unread")->severity, SEVERITY_NOTICE);
    q->lrpid = BOSS; // lives, and may be busy
    triage(s);
    assert_null(find(s, "queue-unread"));
    q->lrpid = DEAD, q->rtime = FAKE_NOW - 30; // one that is started for each message
    triage(s);
    assert_null(find(s, "queue-unread"));
    q->rtime = 0; // nobody ever read
    triage(s);
    assert_null(find(s, "queue-unread"));
    q->rtime = FAKE_NOW - 41 * 60, q->messages = 0;
    triage(s);
    assert_null(find(s, "queue-unread"));
    q->messages = 10, q->lspid = DEAD; // an orphan, and told as one
    triage(s);
    assert_null(find(s, "queue-unread"));
    assert_non_null(find(s, "orphan-queues"));
    q->lspid = BOSS;
    fake_waiter(s, KIND_QUEUE, 3, OTHER, WAIT_MSGRCV, "any type"); // a new reader
    triage(s);
    assert_null(find(s, "queue-unread"));
    s->waiters.at[0].call = WAIT_MSGSND; // blocked senders are told of by another rule
    triage(s);
    assert_null(find(s, "queue-unread"));
    assert_non_null(find(s, "queue-blocked"));
    s->waiters.n = 0, s->has &= ~(uint64_t)NEED_WAITERS; // nobody was asked
    triage(s);
    assert_null(find(s, "queue-unread"));
    snapshot_unref(s);
}

// fakeroot's three objects, by keys one after the other.
static struct snapshot *fakeroot(uint64_t messages)
{
    struct snapshot *s = people();

    struct queue *q = fake_queue(s, 3, 1000, messages * 40, messages);
    q->o.key = 77, q->lspid = OTHER, q->lrpid = DEAD;
    q->stime = q->rtime = FAKE_NOW - 60;
    q = fake_queue(s, 4, 1000, 0, 0);
    q->o.key = 78, q->lspid = DEAD, q->lrpid = OTHER;
    q->stime = q->rtime = FAKE_NOW - 90;
    struct semset *set = fake_semset(s, 9, 1000, 1);
    set->o.key = 79, set->otime = FAKE_NOW - 60;
    fake_element(s, 9, 0, 0)->pid = OTHER;
    s->elements.at[0].known |= ELEMENT_KNOWS_PID;
    set->first_element = 0, set->n_elements = 1;
    fake_waiter(s, KIND_QUEUE, 4, OTHER, WAIT_MSGRCV, "type 220");
    return s;
}

TEST(a_server_that_is_gone_is_told)
{
    struct snapshot *s = fakeroot(1);

    s->semsets.at[0].o.key = 0; // not needed where requests lie unread
    triage(s);
    const struct finding *f = find(s, "server-gone");
    assert_non_null(f);
    says_finding(f);
    assert_int_equal(f->about.id, 3);
    s->waiters.at[0].id = 3; // a new server takes them
    triage(s);
    assert_null(find(s, "server-gone"));
    snapshot_unref(s);
}

// It took the only request with it: queues alone cannot tell this from a server that idles.
TEST(a_server_that_is_gone_with_its_last_request_is_told)
{
    struct snapshot *s = fakeroot(0);
    struct queue *answers = &s->queues.at[1];

    triage(s);
    assert_non_null(find(s, "server-gone"));
    says(find(s, "server-gone")->evidence);
    answers->stime = 0, answers->lspid = 0; // it never answered at all
    triage(s);
    assert_non_null(find(s, "server-gone"));
    s->elements.at[0].pid = BOSS; // who waits is not who asked: a server that idles
    triage(s);
    assert_null(find(s, "server-gone"));
    s->elements.at[0].pid = OTHER;
    answers->messages = 1; // the answer has come
    triage(s);
    assert_null(find(s, "server-gone"));
    answers->messages = 0, answers->stime = FAKE_NOW - 50, answers->lspid = BOSS; // by another one
    triage(s);
    assert_null(find(s, "server-gone"));
    answers->lspid = DEAD, s->semsets.at[0].o.key = 80; // three objects of no such kind
    triage(s);
    assert_null(find(s, "server-gone"));
    snapshot_unref(s);
}

TEST(what_an_x_client_left_names_the_server)
{
    struct snapshot *s = people();
    struct segment *g = fake_segment(s, 5, 0, 0, 2 * MIB, 0);

    fake_process(s, 300, 0, "Xorg", NULL)->start_time = FAKE_NOW - 9 * 3600;
    g->cpid = DEAD, g->lpid = 300;
    g->atime = g->dtime = g->o.ctime = FAKE_NOW - 60;
    triage(s);
    says(find(s, "orphan-segments")->evidence);
    snapshot_unref(s);
}

TEST(a_creator_that_is_another_process_now)
{
    struct snapshot *s = people();
    struct segment *g = fake_segment(s, 5, 1, 7, 4096, 1);

    g->cpid = OTHER, g->lpid = BOSS;
    triage(s);
    assert_null(find(s, "creator-reused"));
    struct process *other = (struct process *)snapshot_process(s, OTHER);
    other->start_time = FAKE_NOW - 60, other->uid = 4711;
    g->o.ctime = g->atime = FAKE_NOW - 3600;
    triage(s);
    const struct finding *f = find(s, "creator-reused");
    assert_int_equal(f->severity, SEVERITY_NOTICE);
    says_finding(f);
    g->nattch = 0, g->lpid = DEAD; // an orphan is told as one
    triage(s);
    assert_null(find(s, "creator-reused"));
    assert_non_null(find(s, "orphan-segments"));
    g->nattch = 1, g->cpid = DEAD;
    triage(s);
    assert_null(find(s, "creator-reused"));
    snapshot_unref(s);
}

TEST(growth_is_told_with_its_rate)
{
    struct snapshot *s = people();
    struct growth growth = {
        .kind = KIND_SEGMENT, .uid = 0, .from = 12, .to = 34, .seconds = 180, .example = 5};

    fake_segment(s, 5, 1, 0, 4096, 1)->cpid = BOSS;
    fake_limit(s, "shmmni", "segments", 96, 4096);
    triage(s);
    assert_null(find(s, "growing"));
    vec_push(&s->growths, growth);
    triage(s);
    const struct finding *f = find(s, "growing");
    assert_int_equal(f->severity, SEVERITY_NOTICE);
    assert_int_equal(f->about.kind, KIND_SEGMENT);
    assert_int_equal(f->about.id, 5);
    says_finding(f);
    s->growths.at[0].seconds = 3600;
    triage(s);
    says(find(s, "growing")->title);
    s->growths.at[0].seconds = 20; // shmmni is near
    triage(s);
    assert_int_equal(find(s, "growing")->severity, SEVERITY_WARNING);
    says(find(s, "growing")->title);
    vec_clear(&s->limits);
    triage(s);
    assert_int_equal(find(s, "growing")->severity, SEVERITY_NOTICE);
    s->growths.at[0].example = 6; // gone meanwhile
    triage(s);
    assert_int_equal(find(s, "growing")->about.kind, NO_KIND);
    snapshot_unref(s);
}

TEST(a_limit_names_who_takes_most)
{
    struct snapshot *s = people();

    fake_user(s, 48, "apache");
    for (int i = 0; i < 4; i++)
        fake_semset(s, i, i ? 48 : 0, 2);
    struct limit *limit = fake_limit(s, "semmni", "sets", 4, 5);
    limit->path = "/proc/sys/kernel/sem";
    limit->top_uid = 48, limit->known |= LIMIT_KNOWS_TOP;
    triage(s);
    says(find(s, "limit")->evidence);
    limit->name = "semmns", limit->unit = "semaphores";
    triage(s);
    says(find(s, "limit")->evidence);
    assert_non_null(strstr(find(s, "limit")->evidence, "2nd number"));
    limit->name = "shmall", limit->unit = "pages";
    fake_segment(s, 5, 1, 48, 3 * MIB, 1);
    triage(s);
    says(find(s, "limit")->evidence);
    snapshot_unref(s);
}

TEST(a_slow_receiver_is_no_dead_one)
{
    struct snapshot *s = people();
    struct queue *q = fake_queue(s, 3, 0, 16000, 40);

    fake_waiter(s, KIND_QUEUE, 3, OTHER, WAIT_MSGRCV, "type 5"); // waits for a type not there
    triage(s);
    assert_null(find(s, "queue-blocked"));
    fake_waiter(s, KIND_QUEUE, 3, WORKER, WAIT_MSGSND, "");
    q->rtime = FAKE_NOW - 5, q->lrpid = BOSS;
    triage(s);
    assert_int_equal(find(s, "queue-blocked")->severity, SEVERITY_NOTICE);
    q->rtime = FAKE_NOW - 41 * 60;
    triage(s);
    assert_int_equal(find(s, "queue-blocked")->severity, SEVERITY_WARNING);
    says(find(s, "queue-blocked")->evidence);
    q->rtime = FAKE_NOW - 5, q->lrpid = DEAD;
    triage(s);
    assert_int_equal(find(s, "queue-blocked")->severity, SEVERITY_WARNING);
    q->known = 0; // its size limit may not be known
    triage(s);
    assert_non_null(strstr(find(s, "queue-blocked")->evidence, "15.6K in 40 messages"));
    snapshot_unref(s);
}

TEST(limits_warn_and_cry)
{
    static const struct {
        const char *name;
        uint64_t used, limit;
        int severity; // -1: none
        // clang-format off
    } cases[] = {
        {"shmmni", 79, 100, -1}, {"shmmni", 80, 100, SEVERITY_WARNING},
        {"semmni", 949, 1000, SEVERITY_WARNING}, {"semmni", 95, 100, SEVERITY_CRITICAL},
        {"msgmni", 5, 4, SEVERITY_CRITICAL}, {"semmns", 0, 0, SEVERITY_CRITICAL},
        {"shmall", (UINT64_C(1) << 60) - 2, (UINT64_C(1) << 60) - 1, SEVERITY_CRITICAL},
        {"shmall", UINT64_MAX - 1, UINT64_MAX, -1}, // that is no limit
        {"shmall", 27, UINT64_MAX - (1 << 24), -1},
        {"msgmni", 0, 0, SEVERITY_CRITICAL}, {"shmmni", 3, 0, SEVERITY_CRITICAL},
        {"shmmax", 0, 0, SEVERITY_CRITICAL}, {"shmmax", 200, 100, SEVERITY_CRITICAL},
        {"semmsl", 200, 100, SEVERITY_CRITICAL}, {"msgmnb", 200, 100, -1}, // a queue may have its own
        {"shmmax", 100, 100, -1}, {"msgmnb", 16384, 16384, -1}, // of single objects
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = people();
        struct limit *limit = fake_limit(s, cases[i].name, "things", cases[i].used, cases[i].limit);

        triage(s);
        if (cases[i].severity < 0) {
            assert_null(find(s, "limit"));
        } else {
            assert_int_equal(find(s, "limit")->severity, cases[i].severity);
            limit->known &= (uint8_t)~LIMIT_KNOWS_USED;
            triage(s);
            assert_int_equal(find(s, "limit") != NULL, limit->limit == 0);
        }
        snapshot_unref(s);
    }
}

TEST(stuck_processes_are_named_where_known)
{
    struct snapshot *s = people();

    s->scan->stuck = 1; // of which nothing more is known
    triage(s);
    assert_string_equal(find(s, "stuck")->title, "1 process stuck");
    assert_int_equal(find(s, "stuck")->about.kind, NO_KIND);
    struct process *p = (struct process *)snapshot_process(s, OTHER);
    p->stuck = true, p->state = 'D';
    fake_segment(s, 0, 1, 0, 4096, 1);
    fake_hold(s, 0, OTHER, 1, MAP_R);
    s->scan->holders.at[0].stale = true;
    fake_account(s, 0, 0)->stale = 1;
    triage(s);
    says_finding(find(s, "stuck"));
    assert_int_equal(find(s, "stuck")->about.kind, KIND_HOLDER);
    assert_int_equal(find(s, "stuck")->about.pid, OTHER);
    s->scan->stuck = 3;
    triage(s);
    assert_string_equal(find(s, "stuck")->title, "3 processes stuck");
    snapshot_unref(s);
}

TEST(swap_is_told_where_it_hurts)
{
    struct snapshot *s = people();
    struct segment *g = fake_segment(s, 0, 1, 0, 100 * (uint64_t)MIB, 1);

    g->swap = 60 * (uint64_t)MIB, g->rss = 40 * (uint64_t)MIB;
    triage(s);
    says_finding(find(s, "swapped"));
    assert_int_equal(find(s, "swapped")->severity, SEVERITY_WARNING);
    g->swap = 10 * (uint64_t)MIB;
    triage(s);
    assert_int_equal(find(s, "swapped")->severity, SEVERITY_NOTICE);
    g->swap--;
    triage(s);
    assert_null(find(s, "swapped"));
    g->swap = 60 * (uint64_t)MIB, g->known &= (uint8_t)~SEG_KNOWS_SWAP;
    triage(s);
    assert_null(find(s, "swapped"));
    g->known |= SEG_KNOWS_SWAP, g->nattch = 0; // nobody uses it: swap is the best place for it
    triage(s);
    assert_null(find(s, "swapped"));
    snapshot_unref(s);
}

TEST(passing_changes_are_no_finding)
{
    struct snapshot *s = people();

    fake_segment(s, 0, 1, 0, 4096, 3);
    struct segment_account *account = fake_account(s, 0, UNSEEN_CHANGED | UNSEEN_EXITING);
    triage(s);
    assert_null(find(s, "unseen"));
    account->unseen = 0; // for no reason known
    triage(s);
    assert_null(find(s, "unseen"));
    account->unseen = UNSEEN_STUCK | UNSEEN_CHANGED;
    triage(s);
    assert_string_equal(find(s, "unseen")->title, "3 attachments unseen");
    account->found = 3, account->unseen = 0;
    triage(s);
    assert_null(find(s, "unseen"));
    snapshot_unref(s);
}

TEST(the_summary_counts_and_is_cut_whole)
{
    struct snapshot *s = people();
    char line[512];
    uint32_t code;

    for (int i = 0; i < 3; i++) {
        fake_queue(s, i, 0, 16000, 40);
        for (int k = 0; k <= i; k++)
            fake_waiter(s, KIND_QUEUE, i, WORKER + k, WAIT_MSGSND, "");
    }
    fake_limit(s, "shmmni", "segments", 99, 100);
    triage(s);
    triage_summary(s, line, sizeof line);
    says(line);
    for (size_t cap = 0; cap < sizeof line; cap++) {
        memset(line, 'X', sizeof line);
        triage_summary(s, line, cap);
        assert_int_equal(line[cap], 'X');
        if (cap == 0)
            continue;
        assert_true(strlen(line) < cap);
        for (size_t at = 0, n; line[at]; at += n)
            if ((n = text_decode(line + at, strlen(line + at), &code)) == 0)
                fail_msg("cut a character at %zu", cap);
    }
    snapshot_unref(s);
}

TEST(the_table_reads_what_the_rules_need)
{
    assert_int_equal(triage_need() & ~kind_findings.need, 0);
}

// All objects wrong at once: the time grows with their number, not with its square.
TEST(many_objects_are_judged)
{
    enum { MANY = 20000 };
    struct snapshot *s = people();
    char line[512];

    for (int i = 0; i < MANY; i++) {
        struct segment *g = fake_segment(s, i, 0, 0, MIB, 1);
        g->flags = SEG_DEST, g->cpid = DEAD;
        fake_hold(s, i, OTHER, 1, MAP_R);
        struct segment_account account = {.shmid = i, .nattch = 1, .found = 1, .holders = 1};
        vec_push(&s->scan->accounts, account);
        fake_queue(s, i, 0, 100, 1)->lspid = DEAD;
        fake_waiter(s, KIND_QUEUE, i, OTHER, WAIT_MSGSND, "");
    }
    triage(s);
    assert_int_equal(s->findings.n, 1 + MANY); // one holder
    triage_summary(s, line, sizeof line);
    says(line);
    snapshot_unref(s);
}

static struct process *child(struct snapshot *s, int32_t pid, int32_t parent)
{
    struct process *p = (struct process *)snapshot_process(s, pid);

    p->parent = parent;
    p->known |= PROC_KNOWS_PARENT;
    return p;
}

TEST(removed_memory_is_one_finding_a_holder)
{
    struct snapshot *s = people();

    for (int i = 0; i < 200; i++) {
        struct segment *g = fake_segment(s, i, 0, 0, 100000, 1);
        g->flags = SEG_DEST, g->cpid = BOSS, g->rss = 4096; // which lives, and is detached
        fake_hold(s, i, OTHER, 1, MAP_R);
        fake_account(s, i, 0);
    }
    fake_limit(s, "shmmni", "segments", 200, 4096);
    triage(s);
    assert_int_equal(s->findings.n, 1);
    const struct finding *f = find(s, "removed-held");
    assert_int_equal(f->severity, SEVERITY_WARNING);
    assert_int_equal(f->weight, 200 * 100000);
    says_finding(f);
    s->segments.n = 20; // worth a notice
    triage(s);
    assert_int_equal(find(s, "removed-held")->severity, SEVERITY_NOTICE);
    s->segments.n = 10; // handed over on purpose
    triage(s);
    assert_null(find(s, "removed-held"));
    snapshot_unref(s);
}

TEST(leftover_siblings_are_no_program_at_work)
{
    struct snapshot *s = people();

    marked(s, DEAD, 3);
    for (int i = 0; i < 3; i++) {
        fake_hold(s, 0, WORKER + i, 1, MAP_R);
        strcpy(child(s, WORKER + i, 1)->comm, "simd"); // Zabbix's have a rule of their own
    }
    fake_account(s, 0, 0);
    triage(s);
    const struct finding *f = find(s, "removed-held");
    says(f->title);
    assert_non_null(strstr(f->evidence, "3 found in 3 processes: 210 simd, 211 simd"));
    child(s, WORKER + 1, WORKER); // one started another
    triage(s);
    assert_null(find(s, "removed-held"));
    snapshot_unref(s);
}

TEST(a_stopped_holder_needs_more_than_sigterm)
{
    struct snapshot *s = people();

    marked(s, DEAD, 1);
    fake_hold(s, 0, OTHER, 1, MAP_R);
    fake_account(s, 0, 0);
    child(s, OTHER, 1)->state = 'T';
    triage(s);
    assert_string_equal(
        find(s, "removed-held")->advice_by_key,
        "end 220 python (Enter, k): the kernel then frees the memory; 220 python is "
        "stopped and does not act on SIGTERM: SIGCONT continues it, SIGKILL ends it");
    snapshot_unref(s);
}

// It attaches what its clients make, and detaches when they end or its session does.
TEST(an_X_server_that_holds_removed_memory_is_not_to_be_ended)
{
    struct snapshot *s = people();

    snprintf(s->processes.at[s->processes.n - 1].comm, 16, "Xorg");
    marked(s, DEAD, 1);
    fake_hold(s, 0, OTHER, 1, MAP_R);
    fake_account(s, 0, 0);
    triage(s);
    const struct finding *f = find(s, "removed-held");
    says_finding(f);
    assert_null(f->advice_by_key); // no key is named
    snapshot_unref(s);
}

// A stranger's attachment does not make a program at work a mixed crowd.
TEST(a_stranger_proves_nothing)
{
    struct snapshot *s = people();

    marked(s, DEAD, 3);
    fake_hold(s, 0, WORKER, 1, MAP_R);
    fake_hold(s, 0, WORKER + 1, 1, MAP_R);
    fake_hold(s, 0, OTHER, 1, MAP_R);
    fake_account(s, 0, 0);
    child(s, OTHER, 1)->uid = 4711;
    triage(s);
    assert_null(find(s, "removed-held"));
    snapshot_unref(s);
}

TEST(orphans_are_told_by_owner_with_what_removal_frees)
{
    struct snapshot *s = people();

    fake_user(s, 48, "apache");
    for (int i = 0; i < 3; i++) {
        struct segment *g = fake_segment(s, i, 0, i ? 48 : 0, 8 * MIB, 0);
        g->cpid = g->lpid = DEAD, g->rss = i ? 0 : 3 * MIB, g->swap = i ? 0 : MIB;
    }
    triage(s);
    assert_int_equal(s->findings.n, 2);
    assert_string_equal(s->findings.at[0].title, "1 orphan of root: 4.0M used of 8.0M");
    assert_int_equal(s->findings.at[0].severity, SEVERITY_WARNING);
    assert_string_equal(s->findings.at[1].title, "2 orphans of apache: 16.0M, no memory used");
    assert_int_equal(s->findings.at[1].severity, SEVERITY_NOTICE);
    snapshot_unref(s);
}

TEST(advice_fits_the_receiver)
{
    struct snapshot *s = people();
    struct queue *q = fake_queue(s, 3, 0, 16000, 40);

    fake_waiter(s, KIND_QUEUE, 3, WORKER, WAIT_MSGSND, "");
    q->rtime = FAKE_NOW - 3600, q->lrpid = BOSS;
    triage(s);
    assert_string_equal(find(s, "queue-blocked")->advice_by_key,
                        "200 zabbix_server lives and does not read: see what it is waiting for; "
                        "removing queue 3 (F8) wakes the senders with an error");
    child(s, BOSS, 1)->state = 'T';
    triage(s);
    says(find(s, "queue-blocked")->advice);
    says(find(s, "queue-blocked")->advice_by_key);
    assert_non_null(strstr(find(s, "queue-blocked")->evidence, "which is stopped (state T)"));
    q->lrpid = DEAD;
    triage(s);
    says(find(s, "queue-blocked")->advice);
    snapshot_unref(s);
}

TEST(a_switch_that_is_off_is_no_shortage)
{
    struct snapshot *s = people();

    fake_limit(s, "shm_rmid_forced", "", 0, 0);
    triage(s);
    assert_null(find(s, "limit"));
    snapshot_unref(s);
}

TEST(advice_fits_the_limit)
{
    struct snapshot *s = people();
    struct limit *limit = fake_limit(s, "shmmni", "segments", 2, 2);

    for (int i = 0; i < 2; i++) {
        struct segment *g = fake_segment(s, i, 0, 0, 4096, 1);
        g->cpid = BOSS;
    }
    limit->known |= LIMIT_KNOWS_TOP;
    triage(s);
    says(find(s, "limit")->advice);
    says(find(s, "limit")->advice_by_key);
    assert_string_equal(find(s, "limit")->evidence,
                        "2 of 2 segments in use, most by root: 2, most of them by "
                        "200 zabbix_server; raised in /proc/sys/kernel/shmmni (sysctl "
                        "kernel.shmmni)");
    for (int i = 0; i < 2; i++)
        s->segments.at[i].flags = SEG_DEST;
    triage(s);
    says(find(s, "limit")->advice);
    says(find(s, "limit")->advice_by_key);
    for (int i = 0; i < 2; i++) {
        struct segment *g = &s->segments.at[i];
        g->flags = 0, g->nattch = 0, g->cpid = g->lpid = DEAD;
    }
    triage(s);
    says(find(s, "limit")->advice);
    says(find(s, "limit")->advice_by_key);
    limit->limit = 0;
    triage(s);
    says_finding(find(s, "limit"));
    limit->name = "semmni";
    triage(s);
    says(find(s, "limit")->title);
    limit->name = "msgmni";
    triage(s);
    says(find(s, "limit")->title);
    limit->name = "shmmni";
    limit->limit = 1;
    triage(s);
    says(find(s, "limit")->title);
    snapshot_unref(s);
}

// Each of the workers that were left has its own: they are one finding, with a command for all of them.
TEST(leftovers_of_one_program_are_one_finding)
{
    struct snapshot *s = people();

    for (int i = 0; i < 20; i++) {
        struct segment *g = fake_segment(s, i, 0, 0, MIB, 1);
        g->flags = SEG_DEST, g->cpid = DEAD;
        fake_process(s, 4000 + i, 0, "simd", NULL)->parent = 1;
        fake_hold(s, i, 4000 + i, 1, MAP_R);
        fake_account(s, i, 0);
    }
    triage(s);
    assert_int_equal(s->findings.n, 1);
    const struct finding *f = find(s, "removed-held");
    assert_string_equal(f->title, "removed but held: 20 segments, 20.0M by 4000 simd and 19 more");
    assert_non_null(
        strstr(f->evidence, "held by 4000 simd, 4001 simd, 4002 simd, 4003 simd and 16 more"));
    assert_non_null(strstr(f->advice, "ipctop --signal TERM -f 'pid=4000|4001|"));
    assert_non_null(strstr(f->advice, "|4019' holders"));
    snprintf(s->processes.at[s->processes.n - 1].comm, 16, "other"); // another program
    triage(s);
    assert_int_equal(s->findings.n, 2);
    snapshot_unref(s);
}

TEST(all_stopped_holders_are_named)
{
    struct snapshot *s = people();

    marked(s, DEAD, 2);
    for (int i = 0; i < 2; i++) {
        fake_process(s, 4000 + i, 0, i ? "two" : "one", NULL)->state = 'T';
        s->processes.at[s->processes.n - 1].known |= PROC_KNOWS_STATE;
        fake_hold(s, 0, 4000 + i, 1, MAP_R);
    }
    fake_account(s, 0, 0);
    triage(s);
    assert_non_null(strstr(find(s, "removed-held")->advice, "4000 one, 4001 two are stopped"));
    snapshot_unref(s);
}
