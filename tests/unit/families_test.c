// Servers and heirs, where processes do not answer, and of many users.
#include <errno.h>
#include <stdatomic.h>
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
    MALLORY = 666, // a user whose processes do not answer
    PROCESSES_MAX = 8,
    USERS = 70, // more than a set has room for
};

// A machine of few processes. The threads that ask only read it.
static struct {
    struct process at[PROCESSES_MAX];
    size_t n;
    uint64_t forks;
    int listing;  // error of the list of processes
    int32_t deaf; // answers with too many open files
    int32_t refusing;
    uint32_t mute;    // so do all processes of that user; 0: nobody's
    int32_t zombie;   // has ended, and was not waited for
    int no_owner;     // error of asking whose process the deaf one is
    int mallorys;     // segments that the maker left and that are his, after the others
    atomic_int asked; // processes
    int given, more;  // sets given away, to as many users; segments the maker left beside one
    int first;        // id of the first set
    int64_t born;     // of all that there is
    bool listed;      // the list was asked for
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
    for (int i = 0; i <= machine.more + machine.mallorys && !(fresh->has & NEED_SEGMENTS); i++) {
        uint32_t uid = i <= machine.more ? SERVICE : MALLORY;
        vec_push(&fresh->segments, (struct segment){.o = {.kind = KIND_SEGMENT,
                                                          .id = i,
                                                          .uid = uid,
                                                          .cuid = uid,
                                                          .ctime = machine.born},
                                                    .cpid = MAKER});
    }
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
    if (probe->facts == NEED_PROCESSES)
        atomic_fetch_add(&machine.asked, 1);
    for (size_t i = 0; i < machine.n; i++)
        if (machine.at[i].pid == probe->id) {
            bool mute = machine.mute && machine.at[i].uid == machine.mute;
            answer->error = mute || probe->id == machine.deaf ? -EMFILE
                            : probe->id == machine.refusing   ? -EACCES
                                                              : 0;
            answer->process = machine.at[i];
            if (probe->id != machine.zombie)
                continue;
            answer->error = -ESRCH;
            answer->process.gone = answer->process.unreaped = true;
            answer->process.known = PROC_KNOWS_PARENT | PROC_KNOWS_COMM | PROC_KNOWS_UID;
        }
}

static int owner(void *self, int32_t pid, uint32_t *uid)
{
    (void)self;
    if (machine.no_owner && pid == machine.deaf)
        return machine.no_owner;
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

    machine.n = 0, machine.listing = 0, machine.deaf = machine.refusing = 0,
    machine.given = machine.more = 0;
    machine.first = 0, machine.born = BORN;
    machine.mute = 0, machine.zombie = 0, machine.no_owner = machine.mallorys = 0;
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

// Any user can make processes that do not answer.
TEST(processes_that_do_not_answer_make_objects_of_their_user_alone_unknown)
{
    start();
    machine.mallorys = 1;
    machine.mute = MALLORY;
    assert_int_equal(orphan(0), YES);
    assert_int_equal(orphan(1), YES);
    spawn(MAKER - 1, MALLORY, "hangs", 1); // was there before the maker
    assert_int_equal(orphan(1), YES);
    spawn(DAEMON, MALLORY, "hangs", 1);
    machine.born++; // other objects, whose heirs are looked for
    assert_int_equal(orphan(0), YES);
    assert_int_equal(orphan(1), UNKNOWN);
    machine.given = 1; // to another user
    spawn(DAEMON + 1, MALLORY, "hangs", DAEMON);
    assert_int_equal(orphan(0), YES);
    machine.mute = 0;
    assert_int_equal(orphan(1), YES); // it was not forked by one that is gone
    end();
}

// hidepid=1: see proc(5).
TEST(a_process_that_refuses_may_be_an_heir)
{
    start();
    spawn(DAEMON, SERVICE, "daemon", 1);
    machine.refusing = DAEMON;
    assert_int_equal(orphan(0), UNKNOWN);
    end();
}

TEST(a_silent_process_of_an_unknown_user_may_be_any_users)
{
    start();
    machine.mallorys = 1;
    spawn(DAEMON, MALLORY, "hangs", 1);
    machine.deaf = DAEMON, machine.no_owner = -EACCES;
    assert_int_equal(orphan(0), UNKNOWN);
    assert_int_equal(orphan(1), UNKNOWN);
    machine.no_owner = -ENOENT; // it has ended since
    assert_int_equal(orphan(0), YES);
    assert_int_equal(orphan(1), YES);
    end();
}

TEST(an_heir_whose_parent_does_not_answer_is_unknown)
{
    start();
    spawn(DAEMON, SERVICE, "daemon", SERVER)->forked = true;
    spawn(SERVER, ROOT, "daemon", 1);
    machine.mallorys = 1;
    machine.deaf = SERVER;
    assert_int_equal(orphan(0), UNKNOWN);
    assert_int_equal(orphan(1), YES);
    machine.deaf = 0;
    assert_int_equal(orphan(0), YES); // its parent lives, and runs the same program
    end();
}

// The number of processes that the next picture asks.
static int asked(void)
{
    atomic_store(&machine.asked, 0);
    snapshot_unref(look());
    return atomic_load(&machine.asked);
}

TEST(those_alone_that_did_not_answer_are_asked_again)
{
    start();
    machine.given = 1;
    spawn(DAEMON, SERVICE, "daemon", 1)->forked = true;
    spawn(DAEMON + 1, SERVICE, "other", 1);
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    spawn(WORKER + 1, 1000, "httpd", SERVER);
    int all = asked();
    int known = asked(); // the heir alone, and what others ask
    machine.deaf = WORKER, machine.forks++;
    spawn(300, 4711, "new", 1);
    assert_true(asked() >= all - 1);
    assert_int_equal(asked(), known + 1);
    machine.deaf = 0;
    assert_int_equal(asked(), known + 2); // and its parent
    assert_int_equal(asked(), known);
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
        const struct server *server = server_of_set(s, &s->semsets.at[0]);
        if (!server || server->pid != SERVER || !(s->has & NEED_SERVERS))
            fail_msg("round %d", i);
        // in the last of these nobody is asked
        assert_true(server_of_set_may_be(s, &s->semsets.at[0]) == (i >= 1 && i <= 3));
        snapshot_unref(s);
    }
    end();
}

TEST(a_server_whose_workers_have_all_ended_is_known_by_one_it_has_not_waited_for)
{
    start();
    machine.given = 1;
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    machine.zombie = WORKER;
    struct snapshot *s = look();
    assert_non_null(server_of_set(s, &s->semsets.at[0]));
    snapshot_unref(s);
    machine.zombie = SERVER, machine.forks++; // it has ended, too
    spawn(300, 4711, "other", 1);
    s = look();
    assert_int_equal(s->servers.n, 0);
    snapshot_unref(s);
    end();
}

TEST(an_unreaped_process_is_no_heir_nor_its_parent_alive)
{
    start();
    spawn(DAEMON, SERVICE, "daemon", SERVER)->forked = true;
    spawn(SERVER, SERVICE, "daemon", 1);
    machine.zombie = SERVER;
    assert_int_equal(orphan(0), UNKNOWN);
    machine.zombie = DAEMON;
    assert_int_equal(orphan(0), YES);
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
    assert_null(server_of_set(s, &s->semsets.at[0]));
    assert_true(server_of_set_may_be(s, &s->semsets.at[0]));
    snapshot_unref(s);
    assert_int_equal(orphan(0), YES); // segments have no servers
    machine.deaf = 0;
    s = look();
    assert_non_null(server_of_set(s, &s->semsets.at[0]));
    assert_false(server_of_set_may_be(s, &s->semsets.at[0]));
    snapshot_unref(s);
    end();
}

TEST(a_silent_process_leaves_servers_of_sets_of_other_users_known)
{
    start();
    machine.given = 2;
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    spawn(WORKER + 1, 1001, "hangs", 1);
    machine.mute = 1001;
    struct snapshot *s = look();
    assert_non_null(server_of_set(s, &s->semsets.at[0]));
    assert_false(server_of_set_may_be(s, &s->semsets.at[0]));
    assert_null(server_of_set(s, &s->semsets.at[1]));
    assert_true(server_of_set_may_be(s, &s->semsets.at[1]));
    snapshot_unref(s);
    machine.mute = 0;
    s = look();
    assert_false(server_of_set_may_be(s, &s->semsets.at[1]));
    assert_int_equal(s->servers.n, 1); // as it was
    snapshot_unref(s);
    end();
}

TEST(the_server_of_a_new_set_is_unknown_until_it_answers)
{
    start();
    machine.given = 1;
    struct snapshot *s = look();
    assert_null(server_of_set(s, &s->semsets.at[0]));
    assert_false(server_of_set_may_be(s, &s->semsets.at[0])); // there is none
    snapshot_unref(s);
    machine.first = 1; // another set, between the same users
    spawn(SERVER, ROOT, "httpd", 1);
    spawn(WORKER, 1000, "httpd", SERVER);
    machine.deaf = WORKER;
    s = look();
    assert_true(server_of_set_may_be(s, &s->semsets.at[0]));
    snapshot_unref(s);
    machine.deaf = 0;
    s = look();
    assert_non_null(server_of_set(s, &s->semsets.at[0]));
    assert_false(server_of_set_may_be(s, &s->semsets.at[0]));
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
        assert_true(server_of_set_may_be(s, &s->semsets.at[0]) == (machine.first == 1));
        assert_true(s->has & NEED_SERVERS); // segments have none
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
