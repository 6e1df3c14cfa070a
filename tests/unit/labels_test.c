// Whose an object is: every rule with a case that fires and one that must not.
#include <stdio.h>
#include <string.h>

#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/consequence/consequence.h"
#include "model/kinds/registry.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"
#include "model/triage/triage.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"

enum { MIB = 1 << 20, PG = 26, PM = 18702 };

static struct label label;

static bool of_segment(const struct snapshot *s, int32_t id)
{
    memset(&label, 'x', sizeof label); // nothing may be left unset
    return label_of(s, &snapshot_segment(s, id)->o, &label);
}

static void is(const char *app, const char *instance, const char *brief, const char *full)
{
    char text[600];

    assert_string_equal(label.app, app);
    assert_string_equal(label.instance, instance);
    label_short(&label, text, sizeof text);
    assert_string_equal(text, brief);
    label_long(&label, text, sizeof text);
    assert_string_equal(text, full);
}

static struct segment *keyed(struct snapshot *s, int32_t id, uint32_t key, uint32_t uid)
{
    struct segment *g = fake_segment(s, id, key, uid, 56, 0);

    g->cpid = 0, g->lpid = 0;
    return g;
}

static struct instance *database(struct snapshot *s, const char *directory, uint64_t inode)
{
    struct instance instance = {.inode = inode, .device = 1, .uid = PG};

    snprintf(instance.directory, sizeof instance.directory, "%s", directory);
    vec_push(&s->instances, instance);
    return &s->instances.at[s->instances.n - 1];
}

// A server at work: postmaster, two backends.
static struct snapshot *server(void)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 4, 10953031, PG, 56, 3);

    g->cpid = g->lpid = PM;
    database(s, "/var/lib/postgresql/15/main", 10953031);
    fake_process(s, PM, PG, "postgres", "/usr/lib/postgresql/15/bin/postgres -D /var/lib");
    fake_process(s, 18710, PG, "postgres", "postgres: walwriter");
    fake_process(s, 18711, PG, "postgres", "postgres: pg orders SELECT");
    for (int32_t pid = PM; pid < 18712; pid += pid == PM ? 8 : 1)
        fake_hold(s, 4, pid, 1, 3);
    fake_account(s, 4, 0);
    return s;
}

// The same after kill -9 of the postmaster: it and one backend are gone.
static struct snapshot *headless_server(void)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 4, 10953031, PG, 56, 1);

    g->cpid = g->lpid = PM;
    database(s, "/var/lib/postgresql/15/main", 10953031);
    fake_gone(s, PM);
    struct process *backend = fake_process(s, 18711, PG, "postgres", "postgres: pg orders SELECT");
    backend->parent = 1;
    backend->known |= PROC_KNOWS_PARENT;
    fake_hold(s, 4, 18711, 1, 3);
    fake_account(s, 4, 0);
    return s;
}

static const struct finding *finding(struct snapshot *s, const char *rule)
{
    triage_run(s);
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
}

static struct consequence removal(const struct snapshot *s, enum kind_id kind, size_t row)
{
    struct consequence c;
    struct action action = {.verb = ACTION_REMOVE};
    const struct kind *k = kind_get(kind);

    k->identify(s, kind_at(k, s, row), &action.target);
    consequence_of(s, &action, &c);
    return c;
}

// Servers before 9.3 count keys up from port × 1000.
TEST(old_keys_come_of_the_port)
{
    struct snapshot *s = server();
    struct instance *in = &s->instances.at[0];
    struct segment *old = keyed(s, 9, 5433001, PG);
    struct semset set = {.o = {.kind = KIND_SEMSET, .key = 5433017, .cuid = PG}};

    assert_false(postgres_owns(in, s, old));
    in->port = 5433, in->known |= INSTANCE_KNOWS_PORT;
    old = &s->segments.at[1];
    assert_true(postgres_owns(in, s, old) && postgres_owns_set(in, &set));
    set.o.key = 5434001;
    assert_false(postgres_owns_set(in, &set));
    old->o.cuid = 7;
    assert_false(postgres_owns(in, s, old));
    snapshot_unref(s);
}

TEST(postgres_is_known_by_its_directory)
{
    struct snapshot *s = server();

    assert_true(of_segment(s, 4));
    is("postgres", "/var/lib/postgresql/15/main", "postgres 15/main",
       "PostgreSQL in /var/lib/postgresql/15/main");
    assert_null(finding(s, "database-interlock"));
    assert_int_equal(s->findings.n, 0);

    // When no process is left at all the key still tells.
    keyed(s, 5, 77, PG);
    database(s, "/srv/pg", UINT64_C(0x500000000) + 77); // the key has the inode's lower half
    assert_true(of_segment(s, 5));
    is("postgres", "/srv/pg", "postgres pg", "PostgreSQL in /srv/pg");
    assert_int_equal(label.pid, 0);
    // A key that was counted up, since it was taken: postmaster.pid tells.
    keyed(s, 6, 80, PG);
    assert_false(of_segment(s, 6));
    struct instance *other = database(s, "/srv/other", 79);
    other->key = 80, other->shmid = 6, other->known = INSTANCE_KNOWS_SEGMENT;
    assert_true(of_segment(s, 6));
    assert_string_equal(label.instance, "/srv/other");
    // Another user's segment by the same key is no database's.
    keyed(s, 7, 77, PG + 1);
    assert_false(of_segment(s, 7));
    // Nor is a private one.
    database(s, "/srv/none", UINT64_C(0x500000000));
    keyed(s, 8, 0, PG);
    assert_false(of_segment(s, 8));
    // Nobody asked for it: not known.
    s->has &= ~(uint64_t)NEED_APPS;
    assert_false(of_segment(s, 4));
    snapshot_unref(s);
}

TEST(a_dead_postmaster_is_critical)
{
    struct snapshot *s = headless_server();
    const struct finding *f = finding(s, "database-interlock");

    assert_non_null(f);
    assert_int_equal(f->severity, SEVERITY_CRITICAL);
    assert_int_equal(f->about.id, 4);
    says_finding(f);
    snapshot_unref(s);
    s = headless_server(); // of several servers, which one to start
    s->instances.at[0].port = 5433, s->instances.at[0].known |= INSTANCE_KNOWS_PORT;
    f = finding(s, "database-interlock");
    assert_non_null(strstr(f->evidence, "directory /var/lib/postgresql/15/main (port 5433); post"));
    snapshot_unref(s);

    // As a zombie it keeps its successor from starting: whose it is stands in the advice.
    s = headless_server();
    for (size_t i = 0; i < s->processes.n; i++)
        if (s->processes.at[i].pid == PM) {
            s->processes.at[i].unreaped = true;
            s->processes.at[i].parent = 18650;
            s->processes.at[i].known |= PROC_KNOWS_PARENT;
        }
    fake_process(s, 18650, PG, "supervisor", "supervisor");
    f = finding(s, "database-interlock");
    assert_non_null(strstr(f->advice, "18650 supervisor, which does not reap"));
    says(f->advice);
    snapshot_unref(s);

    // Somebody removed it all the same: it has no key any more, its mappings do.
    s = headless_server();
    struct segment *g = &s->segments.at[0];
    g->o.key = 0, g->flags = SEG_DEST;
    assert_null(finding(s, "database-interlock")); // the key as mapped is not known here
    s->scan->accounts.at[0].key_known = true;
    s->scan->accounts.at[0].original_key = 10953031;
    assert_non_null(finding(s, "database-interlock"));
    snapshot_unref(s);

    // What is not known is not said: a postmaster outside, or never asked for.
    s = headless_server();
    s->segments.at[0].cpid = 0;
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
    s = headless_server();
    vec_clear(&s->instances);
    assert_non_null(finding(s, "database-interlock")); // backends alone on a keyed segment suffice
    snapshot_unref(s);
    s = headless_server(); // of dynamic shared memory: its maker ended, the postmaster did not
    vec_clear(&s->instances);
    fake_process(s, 18700, PG, "postgres", "/usr/lib/postgresql/15/bin/postgres -D data");
    for (size_t i = 0; i < s->processes.n; i++)
        if (s->processes.at[i].pid == 18711)
            s->processes.at[i].parent = 18700;
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
    s = headless_server(); // of whom the parent is not known
    vec_clear(&s->instances);
    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].known &= (uint16_t)~PROC_KNOWS_PARENT;
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
    s = headless_server();
    vec_clear(&s->instances);
    s->segments.at[0].o.key = 0;
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
}

TEST(removal_tells_what_runs)
{
    struct snapshot *s = server();
    struct consequence c = removal(s, KIND_SEGMENT, 0);

    assert_string_equal(c.question,
                        "Remove segment 4 (56 B, PostgreSQL in /var/lib/postgresql/15/main)?");
    says(c.effect);
    assert_true(c.grave);
    snapshot_unref(s);

    s = headless_server();
    c = removal(s, KIND_SEGMENT, 0);
    says(c.effect);
    assert_true(c.grave);
    snapshot_unref(s);

    s = fake_snapshot();
    struct semset *set = fake_semset(s, 3, 33, 1);
    set->otime = FAKE_NOW - 5;
    set->first_element = 0, set->n_elements = 1;
    struct element *e = fake_element(s, 3, 0, 1);
    e->pid = 900, e->known |= ELEMENT_KNOWS_PID;
    fake_process(s, 900, 33, "apache2", "/usr/sbin/apache2 -k start");
    c = removal(s, KIND_SEMSET, 0);
    assert_string_equal(c.question, "Remove semaphore set 3 (1 semaphore, Apache)?");
    assert_true(c.grave);
    snapshot_unref(s);

    // A path beyond all bounds is cut, and the question still ends.
    s = server();
    memset(s->instances.at[0].directory + 1, 'x', 500);
    c = removal(s, KIND_SEGMENT, 0);
    assert_non_null(strstr(c.question, "…)?"));
    snapshot_unref(s);
}

// A server that runs needs its segment, whatever the segment's own pids say.
TEST(a_running_servers_segment_is_no_orphan)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = keyed(s, 4, 10953031, PG);
    bool known;

    g->cpid = g->lpid = 4242;
    fake_gone(s, 4242);
    assert_true(segment_orphan(s, g, &known) && known);
    struct instance *in = database(s, "/srv/pg", 10953031);
    in->pid = PM, in->start_time = FAKE_NOW - 3 * 3600, in->known = INSTANCE_KNOWS_PID;
    assert_true(segment_orphan(s, g, &known)); // nobody knows that pid
    fake_process(s, PM, PG, "sshd", "sshd");
    assert_true(segment_orphan(s, g, &known)); // an old postmaster.pid names anybody
    snprintf(s->processes.at[s->processes.n - 1].comm, 16, "postgres");
    assert_false(segment_orphan(s, g, &known));
    assert_true(known);
    in->start_time = FAKE_NOW - 30 * 3600; // another server's, that began after it
    assert_true(segment_orphan(s, g, &known));
    snapshot_unref(s);
}

// Built without POSIX semaphores: sets by keys counted up from the directory's inode number.
TEST(sets_of_a_server_are_its_own)
{
    struct snapshot *s = server();

    fake_semset(s, 3, PG, 17)->o.key = 10953031 + 2;
    struct element *e = fake_element(s, 3, 0, 1);
    e->pid = 18711, e->known |= ELEMENT_KNOWS_PID;
    struct semset *set = &s->semsets.at[0];
    set->first_element = 0, set->n_elements = 1;
    set->otime = set->o.ctime = FAKE_NOW;
    assert_true(label_of(s, &set->o, &label));
    is("postgres", "/var/lib/postgresql/15/main", "postgres 15/main",
       "PostgreSQL in /var/lib/postgresql/15/main");
    set->o.key = 10953031 + 2000; // another server's: which, is not known
    assert_true(label_of(s, &set->o, &label));
    is("postgres", "", "postgres", "PostgreSQL");
    s->elements.at[0].pid = 0; // a key alone is not enough
    set->o.key = 10953031 + 2;
    assert_false(label_of(s, &set->o, &label));
    snapshot_unref(s);
}

static void held_by(struct snapshot *s, int32_t id, int32_t pid, const char *comm,
                    const char *command)
{
    if (!snapshot_segment(s, id))
        keyed(s, id, 0x1234, 500)->nattch = 9;
    fake_process(s, pid, 500, comm, command);
    fake_hold(s, id, pid, 1, 3);
}

TEST(programs_tell)
{
    struct snapshot *s = fake_snapshot();

    held_by(s, 1, 100, "sh", "sh");
    held_by(s, 1, 101, "ora_dbw0_ORCLPR", "ora_dbw0_ORCLPROD1"); // cut at 15 bytes
    held_by(s, 1, 102, "oracle_102_orcl", "oracleORCLPROD1 (LOCAL=NO)");
    assert_true(of_segment(s, 1));
    is("oracle", "ORCLPROD1", "ORCLPROD1", "Oracle ORCLPROD1");
    assert_int_equal(label.pid, 101);

    held_by(s, 2, 110, "ora_", "ora_");
    held_by(s, 2, 111, "ora__X", "ora__X");
    assert_false(of_segment(s, 2)); // neither Oracle's nor of one program

    fake_user(s, 500, "db2inst1");
    held_by(s, 3, 120, "db2sysc", "db2sysc 0");
    assert_true(of_segment(s, 3));
    is("db2", "db2inst1", "db2 db2inst1", "Db2 db2inst1");

    held_by(s, 4, 130, "zabbix_server", "zabbix_server: poller #1");
    assert_true(of_segment(s, 4));
    is("zabbix", "", "zabbix", "Zabbix");

    held_by(s, 5, 140, "Xvfb", "Xvfb :99");
    held_by(s, 5, 141, "xterm", "xterm");
    assert_true(of_segment(s, 5));
    is("x11", "xterm", "x11 xterm", "X11 xterm");
    assert_int_equal(label.pid, 141);

    held_by(s, 6, 150, "python", "python");
    held_by(s, 6, 151, "python", "python");
    assert_false(of_segment(s, 6)); // other holders may be hidden from this user
    fake_account(s, 6, 0)->found = 9;
    assert_true(of_segment(s, 6)); // a program, no application: it has no title
    is("python", "", "python", "python");
    assert_null(label.title);
    held_by(s, 6, 152, "sh", "sh");
    assert_false(of_segment(s, 6));
    held_by(s, 7, 112, "oracleORCL",
            "oracleORCL (LOCAL=NO)"); // sessions alone, none of its helpers
    assert_true(of_segment(s, 7));
    is("oracle", "ORCL", "ORCL", "Oracle ORCL");
    held_by(s, 8, 113, "oracle_113_orcl", "oracle+ASM1 (DESCRIPTION=(LOCAL=YES))");
    assert_true(of_segment(s, 8));
    is("oracle", "+ASM1", "+ASM1", "Oracle +ASM1");
    held_by(s, 9, 114, "oracle-exporter", "oracle-exporter --once");
    fake_account(s, 9, 0)->found = 9;
    assert_true(of_segment(s, 9));
    is("oracle-exporter", "", "oracle-exporter", "oracle-exporter");
    snapshot_unref(s);
}

TEST(keys_tell)
{
    struct snapshot *s = fake_snapshot();
    static const struct {
        uint32_t key, uid;
        const char *app, *instance; // NULL: no label
        // clang-format off
    } cases[] = {
        {58900107, 600, "sap", "07"},       {58900199, 600, "sap", "99"},
        {58900099, 600, NULL, NULL},        {58900200, 600, NULL, NULL},
        {10002, 601, "sap", "prd"},         {10002, 600, NULL, NULL},
        {10100, 601, NULL, NULL},           {0x52564801, 600, "informix", "0"},
        {0x52574802, 600, "informix", "1"}, {0x53554801, 600, "informix", "255"},
        {0x53564801, 600, NULL, NULL},      {0x52564800, 600, NULL, NULL},
        {0x52560001, 600, NULL, NULL},
    };
    // clang-format on

    fake_user(s, 601, "prdadm");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        keyed(s, (int32_t)i, cases[i].key, cases[i].uid);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool found = of_segment(s, (int32_t)i);
        if (found != (cases[i].app != NULL))
            fail_msg("key 0x%08x", cases[i].key);
        if (found) {
            assert_string_equal(label.app, cases[i].app);
            assert_string_equal(label.instance, cases[i].instance);
        }
    }
    snapshot_unref(s);
}

TEST(queues_and_sets_have_users_too)
{
    struct snapshot *s = fake_snapshot();
    struct queue *q = fake_queue(s, 9, 0, 0, 0);

    q->lspid = 700, q->lrpid = 701, q->stime = q->rtime = FAKE_NOW - 1;
    fake_process(s, 700, 0, "faked-sysv", "/usr/bin/faked-sysv");
    fake_process(s, 701, 0, "tar", "tar");
    assert_true(label_of(s, &q->o, &label));
    is("fakeroot", "", "fakeroot", "fakeroot");
    q->lspid = 701;
    assert_true(label_of(s, &q->o, &label));
    is("tar", "", "tar", "tar");
    // fakeroot's set: operated by clients alone, and next to its queues.
    struct semset *set = fake_semset(s, 4, 0, 1);
    bool known;
    set->o.key = q->o.key + 1;
    set->first_element = 0, set->n_elements = 1;
    struct element *e = fake_element(s, 4, 0, 1);
    e->pid = 702, e->known |= ELEMENT_KNOWS_PID;
    fake_gone(s, 702);
    q->lspid = 700;
    assert_true(label_of(s, &set->o, &label));
    is("fakeroot", "", "fakeroot", "fakeroot");
    assert_false(semset_orphan(s, set, &known));
    assert_true(known);
    // Before its first client only the daemon, which waits for requests, is known.
    q->stime = q->rtime = 0;
    assert_false(label_of(s, &q->o, &label));
    fake_waiter(s, KIND_QUEUE, 9, 700, WAIT_MSGRCV, "any type");
    assert_true(label_of(s, &q->o, &label));
    is("fakeroot", "", "fakeroot", "fakeroot");
    vec_clear(&s->waiters);
    q->stime = q->rtime = FAKE_NOW - 1;
    set->o.key++;
    assert_false(label_of(s, &set->o, &label));
    assert_true(semset_orphan(s, set, &known) && known);
    q->stime = q->rtime = FAKE_NOW - 30 * 3600; // long before these processes began
    assert_false(label_of(s, &q->o, &label));
    snapshot_unref(s);
}

TEST(zabbix_without_parent_is_told)
{
    struct snapshot *s = fake_snapshot();

    held_by(s, 1, 67, "zabbix_agentd", "zabbix_agentd: collector");
    held_by(s, 1, 68, "zabbix_agentd", "zabbix_agentd: listener #1");
    struct segment *g = &s->segments.at[0];
    g->nattch = 2, g->flags = SEG_DEST, g->cpid = 66;
    fake_account(s, 1, 0);
    fake_process(s, 66, 500, "zabbix_agentd", "zabbix_agentd -c /etc");
    assert_null(finding(s, "headless"));
    assert_int_equal(s->findings.n, 0);
    snapshot_unref(s);

    s = fake_snapshot();
    held_by(s, 1, 67, "zabbix_agentd", "zabbix_agentd: collector");
    held_by(s, 1, 68, "zabbix_agentd", "zabbix_agentd: listener #1");
    g = &s->segments.at[0];
    g->nattch = 2, g->flags = SEG_DEST, g->cpid = 66;
    fake_account(s, 1, 0);
    fake_gone(s, 66);
    assert_non_null(finding(s, "headless"));
    assert_string_equal(finding(s, "headless")->title, "Zabbix: parent gone, 2 processes go on");
    says_finding(finding(s, "headless"));
    snapshot_unref(s);
}

// fakeroot's queues: requests by 2, answers by 3.
static struct snapshot *requests_of(int64_t client_start)
{
    struct snapshot *s = fake_snapshot();
    struct queue *in = fake_queue(s, 2, 0, 1072, 1);

    in->lspid = 627, in->lrpid = 124, in->stime = in->rtime = FAKE_NOW - 9;
    struct queue *out = fake_queue(s, 3, 0, 0, 0);
    out->lspid = 124, out->lrpid = 626, out->stime = out->rtime = FAKE_NOW - 9;
    in->o.key = out->o.key = 0;
    in->o.ctime = out->o.ctime = FAKE_NOW - 60;
    fake_process(s, 627, 0, "chown", "chown 1:1 f")->start_time = client_start;
    fake_waiter(s, KIND_QUEUE, 3, 627, WAIT_MSGRCV, "any type");
    fake_gone(s, 626);
    return s;
}

static struct snapshot *requests(void)
{
    return requests_of(FAKE_NOW - 10);
}

TEST(a_dead_request_server_is_found)
{
    struct snapshot *s = requests();

    fake_gone(s, 124);
    const struct finding *f = finding(s, "server-gone");
    assert_non_null(f);
    assert_int_equal(f->about.id, 2);
    says_finding(f);
    assert_non_null(strstr(f->evidence, "waiting for its answer on queue 3: 627 chown"));
    snapshot_unref(s);

    s = requests(); // at work, or not known to be gone
    assert_null(finding(s, "server-gone"));
    fake_process(s, 124, 0, "faked-sysv", "faked-sysv");
    assert_null(finding(s, "server-gone"));
    snapshot_unref(s);

    s = requests(); // another of its workers reads
    fake_gone(s, 124);
    fake_process(s, 125, 0, "faked-sysv", "faked-sysv");
    fake_waiter(s, KIND_QUEUE, 2, 125, WAIT_MSGRCV, "any type");
    assert_null(finding(s, "server-gone"));
    snapshot_unref(s);

    s = requests_of(FAKE_NOW -
                    62); // the mirror: a server waits; its client did not read the answer
    fake_gone(s, 124);
    assert_null(finding(s, "server-gone"));
    s->queues.at[0].o.key = 0x78, s->queues.at[1].o.key = 0x77; // fakeroot's answers and requests
    assert_null(finding(s, "server-gone"));
    s->queues.at[1].o.key = 0x79; // its requests and answers: who waits is a client of any age
    assert_non_null(finding(s, "server-gone"));
    snapshot_unref(s);

    s = requests(); // the healthy mirror: the server waits, its last client is gone
    fake_gone(s, 124);
    s->queues.at[0].messages = 0;
    assert_null(finding(s, "server-gone"));
    snapshot_unref(s);
}

// What an X client that was killed leaves behind: the server, who attached it last, lives on.
TEST(x_servers_keep_nothing)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 3, 0, 0, 2 * MIB, 0);
    bool known;

    g->cpid = 9, g->lpid = 3, g->dtime = FAKE_NOW - 5;
    fake_process(s, 3, 0, "Xvfb", "Xvfb :0");
    assert_false(segment_orphan(s, g, &known) && known); // the client may live
    fake_gone(s, 9);
    assert_true(segment_orphan(s, g, &known) && known);
    assert_non_null(finding(s, "orphan-segments"));
    struct consequence c = removal(s, KIND_SEGMENT, 0);
    assert_false(c.grave);
    snprintf(s->processes.at[0].comm, 16, "Xorphan");
    assert_false(segment_orphan(s, &s->segments.at[0], &known));
    snapshot_unref(s);
}

static const char *evidence(struct snapshot *s, const char *rule)
{
    const struct finding *f = finding(s, rule);

    assert_non_null(f);
    return f->evidence;
}

// Anybody may attach where the mode lets him, under any name.
TEST(strangers_names_tell_nothing)
{
    static const char *const names[] = {"postgres", "ora_pmon_EVIL", "db2sysc",
                                        "apache2",  "zabbix_x",      "faked-sysv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct snapshot *s = fake_snapshot();
        fake_segment(s, 1, 0x1234, 54, MIB, 30)->cpid = 30;
        for (int32_t k = 0; k < 20; k++)
            fake_process(s, 100 + k, 1001, names[i], names[i]);
        fake_process(s, 30, 54, "billing", NULL);
        fake_process(s, 500, 54, "billing", NULL);
        for (int32_t k = 0; k < 20; k++)
            fake_hold(s, 1, 100 + k, 1, 3);
        fake_hold(s, 1, 500, 1, 3);
        assert_false(of_segment(s, 1) && label.title);
        snapshot_unref(s);
    }
}

// However many they are, they hide nobody.
TEST(a_crowd_of_strangers_hides_no_owner)
{
    struct snapshot *s = fake_snapshot();

    fake_segment(s, 1, 0x1234, 54, MIB, 301);
    for (int32_t pid = 100; pid < 400; pid++)
        fake_process(s, pid, 1001, "evil", "evil");
    fake_process(s, 900, 54, "ora_pmon_ORCL", "ora_pmon_ORCL");
    for (int32_t pid = 100; pid < 400; pid++)
        fake_hold(s, 1, pid, 1, 3);
    fake_hold(s, 1, 900, 1, 3);
    assert_true(of_segment(s, 1));
    is("oracle", "ORCL", "ORCL", "Oracle ORCL");
    assert_int_equal(label.pid, 900);
    snapshot_unref(s);
}

// A process named zabbix_x attaches to a removed segment of others: they are not to be ended.
TEST(strangers_make_no_innocent_advice)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 1, 0, 54, MIB, 3);

    g->flags = SEG_DEST, g->cpid = g->lpid = 60;
    fake_gone(s, 60);
    fake_process(s, 70, 54, "billing", NULL);
    fake_process(s, 71, 54, "billing", NULL);
    fake_process(s, 80, 1001, "zabbix_x", NULL);
    for (int32_t pid = 70; pid <= 80; pid += pid == 70 ? 1 : 9)
        fake_hold(s, 1, pid, 1, 3);
    fake_account(s, 1, 0);
    assert_null(finding(s, "headless"));
    snapshot_unref(s);
}

// His own segment, which an X server or another's program attached because he asked it to, beside a
// data directory of his own: only his own are named as those to end.
TEST(only_the_servers_own_are_to_be_ended)
{
    struct snapshot *s = headless_server();

    s->segments.at[0].nattch = 2;
    fake_process(s, 19000, 0, "Xorg", "/usr/lib/xorg/Xorg");
    fake_hold(s, 4, 19000, 1, 3);
    assert_non_null(strstr(evidence(s, "database-interlock"), "18711 postgres"));
    assert_null(strstr(evidence(s, "database-interlock"), "Xorg"));
    snapshot_unref(s);

    s = fake_snapshot(); // nobody of a server holds it at all
    struct segment *g = fake_segment(s, 4, 10953031, PG, 56, 1);
    g->cpid = g->lpid = PM;
    database(s, "/home/mallory/data", 10953031);
    fake_gone(s, PM);
    fake_process(s, 19000, 0, "Xorg", "/usr/lib/xorg/Xorg");
    fake_hold(s, 4, 19000, 1, 3);
    fake_account(s, 4, 0);
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
}

// An owner may give what is his to anybody (IPC_SET): it does not become the database's by that.
TEST(a_segment_given_away_is_no_databases)
{
    struct snapshot *s = headless_server();

    s->segments.at[0].o.cuid = 1001;
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
    s = server(); // nor does the database's, given to another, cease to be
    s->segments.at[0].o.uid = 1001;
    assert_true(of_segment(s, 4));
    assert_string_equal(label.app, "postgres");
    snapshot_unref(s);
}

// The clock was set on after the start: every process seems younger than what it made. Who holds his
// own segment is not gone.
TEST(a_clock_that_was_set_kills_no_postmaster)
{
    struct snapshot *s = server();

    for (size_t i = 0; i < s->processes.n; i++)
        s->processes.at[i].start_time = FAKE_NOW;
    assert_int_equal(snapshot_pid_state(s, PM, segment_birth(&s->segments.at[0])), PID_REUSED);
    assert_null(finding(s, "database-interlock"));
    snapshot_unref(s);
}

// Apache makes its sets as root and gives them to its workers' user; one that no living process operated
// names nobody that lives.
TEST(a_set_that_a_server_gave_away)
{
    struct snapshot *s = fake_snapshot();
    struct semset *set = fake_semset(s, 4, 33, 1);
    struct element *e = fake_element(s, 4, 0, 1);
    bool known;

    set->o.cuid = 0;
    set->first_element = 0, set->n_elements = 1;
    e->pid = 702, e->known |= ELEMENT_KNOWS_PID; // a worker that was recycled
    fake_gone(s, 702);
    fake_process(s, 700, 0, "apache2", "/usr/sbin/apache2 -k start");
    assert_true(semset_orphan(s, set, &known) && known);

    struct server server = {.pid = 700, .uid = 0, .worker_uid = 33};
    vec_push(&s->servers, server);
    assert_false(semset_orphan(s, set, &known) && known);
    assert_false(known);
    assert_true(label_of(s, &set->o, &label));
    is("apache", "", "apache", "Apache");
    s->servers.at[0].worker_uid = 34; // its workers are others
    assert_true(semset_orphan(s, set, &known) && known);
    s->servers.at[0].worker_uid = 33;
    // It is far older, but of a worker that came after: the server may only seem younger, by a set clock.
    set->otime = set->o.ctime = FAKE_NOW - 30 * 3600;
    assert_false(semset_orphan(s, set, &known));
    fake_process(s, 710, 0, "apache2", "/usr/sbin/apache2 -k start");
    s->servers.at[0].pid = 710; // it was started again since
    assert_true(semset_orphan(s, set, &known) && known);
    set->otime = set->o.ctime = FAKE_NOW - 1;
    set->o.cuid = 33; // and was not given away
    assert_true(semset_orphan(s, set, &known) && known);
    snapshot_unref(s);
}
