// Servers and heirs, where processes do not answer, and of many users.
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "engine/refresh.h"
#include "model/apps/heirs.h"
#include "model/apps/servers.h"
#include "model/orphans.h"
#include "support/test.h"

enum {
    NOW = 1763700000,
    BORN = NOW - 3600,
    ROOT = 0,
    SERVICE = 7,
    MAKER = 100, // is gone
    DAEMON = 102,
    SERVER = 200,
    WORKER = 201,
    PROCESSES_MAX = 8,
    USERS = 70, // more than a set has room for
};

// A machine of few processes. The threads that ask only read it.
static struct {
    struct process at[PROCESSES_MAX];
    size_t n;
    uint64_t forks;
    int listing;     // error of the list of processes
    int32_t deaf;    // answers with too many open files
    int given, more; // sets given away, to as many users; segments the maker left beside one
    int first;       // id of the first set
    int64_t born;    // of all that there is
    bool listed;     // the list was asked for
} machine;

static struct process *spawn(int32_t pid, uint32_t uid, const char *comm, int32_t parent)
{
    struct process *p = &machine.at[machine.n++];

    *p = (struct process){.pid = pid,
                          .uid = uid,
                          .parent = parent,
                          .start_time = machine.born,
                          .known = PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STATE |
                                   PROC_KNOWS_COMM | PROC_KNOWS_PARENT | PROC_KNOWS_STAT};
    snprintf(p->comm, sizeof p->comm, "%s", comm);
    machine.forks++;
    return p;
}

static int read_tables(void *self, const struct want *want, struct snapshot *fresh)
{
    (void)self;
    fresh->time = NOW;
    fresh->system.first_pid_namespace = true;
    for (int i = 0; i <= machine.more && !(fresh->has & NEED_SEGMENTS); i++)
        vec_push(&fresh->segments, (struct segment){.o = {.kind = KIND_SEGMENT,
                                                          .id = i,
                                                          .uid = SERVICE,
                                                          .cuid = SERVICE,
                                                          .ctime = machine.born},
                                                    .cpid = MAKER});
    for (int i = 0; i < machine.given && !(fresh->has & NEED_SEMSETS); i++)
        vec_push(&fresh->semsets, (struct semset){.o = {.kind = KIND_SEMSET,
                                                        .id = machine.first + i,
                                                        .uid = 1000 + (uint32_t)i,
                                                        .cuid = ROOT,
                                                        .ctime = machine.born},
                                                  .nsems = 1});
    fresh->has |= want->need & (NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_ELEMENTS |
                                NEED_SEM_WAITERS | NEED_SYSTEM);
    return 0;
}

static int list_processes(void *self, struct pid_entry_vec *out)
{
    (void)self;
    machine.listed = true;
    for (size_t i = 0; i < machine.n && !machine.listing; i++)
        vec_push(out, (struct pid_entry){machine.at[i].pid, (uint64_t)machine.at[i].pid});
    return machine.listing;
}

static int count_forks(void *self, uint64_t *forks)
{
    (void)self;
    *forks = machine.forks;
    return 0;
}

static struct prober *prober_new(void *self)
{
    (void)self;
    return mem_alloc(1);
}

static void prober_free(void *self, struct prober *prober)
{
    (void)self;
    free(prober);
}

static void probe(void *self, struct prober *prober, const struct probe *probe,
                  struct answer *answer)
{
    (void)self, (void)prober;
    if (probe->what == PROBE_WAITERS)
        return;
    answer->error = -ESRCH;
    answer->process = (struct process){.pid = (int32_t)probe->id, .gone = true};
    if (probe->what != PROBE_PROCESS)
        return;
    for (size_t i = 0; i < machine.n; i++)
        if (machine.at[i].pid == probe->id) {
            answer->error = probe->id == machine.deaf ? -EMFILE : 0;
            answer->process = machine.at[i];
        }
}

static int owner(void *self, int32_t pid, uint32_t *uid)
{
    (void)self;
    for (size_t i = 0; i < machine.n; i++)
        if (machine.at[i].pid == pid) {
            *uid = machine.at[i].uid;
            return 0;
        }
    return -ENOENT;
}

static struct prober_pool *pool;
static struct refresh *refresh;

static void start(void)
{
    const struct source source = {.read = read_tables,
                                  .processes = list_processes,
                                  .forks = count_forks,
                                  .prober_new = prober_new,
                                  .prober_free = prober_free,
                                  .probe = probe,
                                  .owner = owner};

    machine.n = 0, machine.listing = 0, machine.deaf = 0, machine.given = machine.more = 0;
    machine.first = 0, machine.born = BORN;
    machine.forks += 1000;
    spawn(1, ROOT, "init", 0);
    pool = prober_pool_new(&source, &(struct prober_pool_options){
                                        .threads = 2, .deadline_ms = 60000, .join_ms = 60000});
    refresh = refresh_new(&source, pool, false);
}

static void end(void)
{
    refresh_free(refresh);
    assert_int_equal(prober_pool_free(pool), 0);
}

// The caller drops it.
static struct snapshot *look(void)
{
    const struct want want = refresh_complete((struct want){.need = NEED_ORPHANS});

    refresh_tables(refresh, &want, NULL);
    return refresh_round(refresh, &want, EFFORT_FULL);
}

enum verdict { YES, NO, UNKNOWN };

// Whether that segment is an orphan, as the next picture has it.
static enum verdict orphan(int32_t id)
{
    struct snapshot *s = look();
    bool known, is = segment_orphan(s, snapshot_segment(s, id), &known);

    snapshot_unref(s);
    return !known ? UNKNOWN : is ? YES : NO;
}

TEST(an_heir_that_does_not_answer_once_stays)
{
    start();
    spawn(DAEMON, SERVICE, "daemon", 1)->forked = true;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.deaf = DAEMON;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.deaf = 0;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.n--, machine.forks++; // it ends
    assert_int_equal(orphan(0), YES);
    end();
}

TEST(what_was_not_asked_is_asked_again)
{
    start();
    spawn(DAEMON, SERVICE, "daemon", 1)->forked = true;
    machine.deaf = DAEMON; // from the beginning
    assert_int_equal(orphan(0), UNKNOWN);
    machine.deaf = 0;
    assert_int_equal(orphan(0), UNKNOWN);
    struct snapshot *s = look();
    assert_int_equal(s->heirs.n, 1);
    snapshot_unref(s);
    end();
}

// It may have come since the last picture, however long ago that was.
TEST(a_new_heir_that_does_not_answer_is_unknown)
{
    start();
    machine.born = clock_epoch_s();
    assert_int_equal(orphan(0), YES); // nobody is there, yet
    spawn(DAEMON, SERVICE, "daemon", 1)->forked = true;
    machine.deaf = DAEMON;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.deaf = 0;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.n--, machine.forks++; // it ends
    assert_int_equal(orphan(0), YES);
    end();
}

TEST(without_a_list_of_processes_nothing_is_an_orphan)
{
    start();
    machine.listing = -EMFILE;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.listing = 0;
    assert_int_equal(orphan(0), YES); // nobody is there
    machine.listing = -EMFILE, machine.forks++;
    machine.listed = false;
    assert_int_equal(orphan(0), YES); // still
    assert_true(machine.listed);
    machine.more = 1; // of another segment nothing is known
    assert_int_equal(orphan(1), UNKNOWN);
    machine.listing = 0;
    assert_int_equal(orphan(1), YES);
    end();
}

TEST(a_known_server_that_does_not_answer_once_stays)
{
    start();
    machine.given = 1;
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    for (int i = 0; i < 5; i++) {
        machine.deaf = i == 1 ? WORKER : i == 2 ? SERVER : 0;
        machine.listing = i == 3 ? -EMFILE : 0;
        machine.forks++;
        spawn(300 + i, 4711, "other", 1); // the list is another
        struct snapshot *s = look();
        if (s->servers.n != 1 || s->servers.at[0].pid != SERVER || !(s->has & NEED_SERVERS))
            fail_msg("round %d", i);
        snapshot_unref(s);
    }
    end();
}

TEST(servers_are_unknown_until_all_were_asked)
{
    start();
    machine.given = 1;
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    machine.deaf = SERVER;
    struct snapshot *s = look();
    assert_int_equal(s->servers.n, 0);
    assert_false(s->has & NEED_SERVERS); // though all is known of heirs
    snapshot_unref(s);
    machine.deaf = 0;
    s = look();
    assert_int_equal(s->servers.n, 1);
    assert_true(s->has & NEED_SERVERS);
    snapshot_unref(s);
    end();
}

TEST(the_server_of_a_new_set_is_unknown_until_it_answers)
{
    start();
    machine.given = 1;
    struct snapshot *s = look();
    assert_true(s->has & NEED_SERVERS); // there is none
    snapshot_unref(s);
    machine.first = 1; // another set, between the same users
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    machine.deaf = WORKER;
    s = look();
    assert_false(s->has & NEED_SERVERS);
    snapshot_unref(s);
    machine.deaf = 0;
    s = look();
    assert_int_equal(s->servers.n, 1);
    assert_true(s->has & NEED_SERVERS);
    snapshot_unref(s);
    end();
}

TEST(of_a_set_read_while_others_are_asked_no_server_is_known)
{
    const struct want want = refresh_complete((struct want){.need = NEED_ORPHANS});

    start();
    machine.given = 1;
    snapshot_unref(look());
    for (machine.first = 0; machine.first < 2; machine.first++) {
        refresh_tables(refresh, &want, NULL);
        struct snapshot *s = refresh_partial(refresh);
        assert_int_equal((s->has & NEED_SERVERS) != 0, machine.first == 0);
        snapshot_unref(s);
    }
    end();
}

TEST(of_more_users_than_are_listed_all_are_asked)
{
    start();
    machine.given = USERS;
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000 + USERS - 1, "httpd", SERVER); // of the last one
    struct snapshot *s = look();
    assert_int_equal(s->servers.n, 1);
    assert_non_null(server_of_set(s, &s->semsets.at[USERS - 1]));
    snapshot_unref(s);
    end();
}

int main(void)
{
    return tests_run();
}
