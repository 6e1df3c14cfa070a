#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/consequence/consequence.h"
#include "model/kinds/shared.h"
#include "support/fake.h"
#include "support/golden.h"
#include "support/test.h"

static struct consequence c;

static void valid(const char *s)
{
    uint32_t code;

    for (size_t len = strlen(s), n; len > 0; s += n, len -= n)
        if ((n = text_decode(s, len, &code)) == 0)
            fail_msg("not UTF-8");
}

static void of(const struct snapshot *s, struct action action)
{
    consequence_of(s, &action, &c);
    valid(c.question);
    valid(c.effect);
    assert_true(c.question[0] && c.effect[0]);
}

static void asks(void)
{
    says(c.question);
    says(c.effect);
}

static struct action removal(const struct snapshot *s, enum kind_id kind, int32_t id)
{
    struct action action = {.verb = ACTION_REMOVE};
    const struct kind *k = kind_get(kind);

    for (size_t i = 0; i < kind_count(k, s); i++) {
        k->identify(s, kind_at(k, s, i), &action.target);
        if (action.target.id == id)
            return action;
    }
    action.target = (struct identity){.kind = kind, .id = id};
    return action;
}

static struct action kill_with(int signal, int32_t pid)
{
    return (struct action){.verb = ACTION_SIGNAL,
                           .signal = signal,
                           .target = {.kind = KIND_HOLDER,
                                      .id = 393216,
                                      .pid = pid,
                                      .start_ticks = pid > 0 ? (uint64_t)pid * 10 : 0}};
}

TEST(removing_what_is_attached_frees_nothing)
{
    struct snapshot *s = fake_story();

    of(s, removal(s, KIND_SEGMENT, 425985));
    asks();
    assert_true(c.grave && !c.impossible);
    assert_true(c.impact.later.n == 1 && c.impact.later.bytes >> 20 == 276);
    assert_true(c.impact.now.n == 0 && !c.impact.holders_unseen);
    of(s, removal(s, KIND_SEGMENT, 491523));
    assert_non_null(strstr(c.effect, "2 attachments stay"));
    assert_non_null(strstr(c.effect, "20001 httpd ×2."));
    of(s, removal(s, KIND_SEGMENT, 0)); // holders outside: none was seen
    says(c.effect);
    assert_true(c.grave && c.impact.holders_unseen);
    snapshot_unref(s);
}

TEST(removing_what_is_marked_changes_nothing)
{
    struct snapshot *s = fake_story();

    of(s, removal(s, KIND_SEGMENT, 393216));
    asks();
    assert_false(c.grave || c.impossible);
    snapshot_unref(s);
}

TEST(removing_what_is_unattached_frees_it)
{
    struct snapshot *s = fake_story();

    of(s, removal(s, KIND_SEGMENT, 458754));
    asks();
    assert_false(c.grave || c.impossible);

    struct segment *g = (struct segment *)snapshot_segment(s, 458754);
    assert_true(c.impact.now.n == 1 && c.impact.now.bytes == g->size && c.impact.later.n == 0);
    assert_true(c.impact.memory == g->rss && !c.impact.memory_unknown);
    g->known = 0; // what is not known is not said
    g->lpid = 20001, g->dtime = s->time;
    of(s, removal(s, KIND_SEGMENT, 458754));
    says(c.effect);
    assert_true(c.grave);
    g->lpid = 17001, g->cpid = 0;
    of(s, removal(s, KIND_SEGMENT, 458754));
    says(c.effect);
    snapshot_unref(s);
}

// Where the clock was set forward, the living creator seems younger than what it made.
TEST(a_younger_process_of_the_same_user_may_be_the_creator)
{
    struct snapshot *s = fake_snapshot();
    struct segment *g = fake_segment(s, 7, 0, 48, 4096, 0);
    struct process *p = fake_process(s, 300, 48, "daemon", NULL);

    g->cpid = 300, g->lpid = 0, g->atime = g->dtime = 0, g->o.ctime = FAKE_NOW - 3600;
    p->start_time = FAKE_NOW - 60;
    of(s, removal(s, KIND_SEGMENT, 7));
    assert_non_null(strstr(c.effect, "Its creator 300 may be running"));
    assert_true(c.grave);
    s->system.forward = (struct clock_step){FAKE_NOW - 30, 3600}; // it was
    of(s, removal(s, KIND_SEGMENT, 7));
    assert_non_null(strstr(c.effect, "Its creator 300 may be running: the clock was set"));
    assert_true(c.grave);
    s->system.forward.by = 0;
    p->start_time = FAKE_NOW - 7200; // set back: the number may be another process's
    s->system.back = (struct clock_step){FAKE_NOW - 30, 7200};
    of(s, removal(s, KIND_SEGMENT, 7));
    assert_non_null(strstr(c.effect, "Its creator 300 may be running: the clock was set"));
    assert_true(c.grave);
    s->system.back.by = 0;
    p->start_time = FAKE_NOW - 60;
    p->uid = 49; // a stranger's
    of(s, removal(s, KIND_SEGMENT, 7));
    assert_null(strstr(c.effect, "may be running"));
    assert_false(c.grave);
    snapshot_unref(s);
}

TEST(sets_and_queues_vanish_at_once)
{
    struct snapshot *s = fake_story();

    of(s, removal(s, KIND_SEMSET, 32769));
    says(c.question);
    says(c.effect);
    assert_true(c.grave);
    assert_true(c.impact.woken == 2 && c.impact.lost.n == 0);
    of(s, removal(s, KIND_QUEUE, 3));
    says(c.question);
    says(c.effect);
    assert_true(c.grave);
    assert_true(c.impact.woken == 2 && c.impact.lost.n == 40 && c.impact.lost.bytes == 16000);

    struct queue *queue = (struct queue *)snapshot_queue(s, 3);
    queue->lrpid = 18811, queue->rtime = s->time;
    of(s, removal(s, KIND_QUEUE, 3));
    says(c.effect);

    s->waiters.n = 0; // the kernel counts them, but nobody could look at who they are
    of(s, removal(s, KIND_SEMSET, 32769));
    says(c.effect);
    s->has &= ~(uint64_t)NEED_WAITERS;
    of(s, removal(s, KIND_QUEUE, 3));
    says(c.effect);
    snapshot_unref(s);
}

TEST(idle_sets_and_queues_need_no_word)
{
    struct snapshot *s = fake_snapshot();

    fake_gone(s, 7);
    fake_semset(s, 0, 0, 1)->n_elements = 1;
    fake_queue(s, 0, 0, 0, 0)->lspid = 7;
    struct element *e = fake_element(s, 0, 0, 0);
    e->pid = 7, e->known |= ELEMENT_KNOWS_PID;
    of(s, removal(s, KIND_SEMSET, 0)); // 0 is an id like others
    says(c.effect);
    assert_non_null(strstr(c.question, "(1 semaphore, "));
    assert_false(c.grave || c.impossible);
    of(s, removal(s, KIND_QUEUE, 0));
    says(c.effect);
    assert_false(c.grave || c.impossible);
    snapshot_unref(s);
}

TEST(what_is_gone_or_another_is_refused)
{
    struct snapshot *s = fake_story();
    struct action action = removal(s, KIND_SEGMENT, 77);

    of(s, action);
    assert_true(c.impossible);
    asks();
    action = removal(s, KIND_QUEUE, 3);
    action.target.cuid = 99;
    of(s, action);
    assert_true(c.impossible);
    says(c.effect);
    action.target = (struct identity){.kind = KIND_LIMIT};
    of(s, action);
    assert_true(c.impossible);
    says(c.effect);
    snapshot_unref(s);
}

TEST(who_may_not_is_told_who_may)
{
    struct snapshot *s = fake_story();

    s->system.euid = 48;
    of(s, removal(s, KIND_SEGMENT, 393216));
    says(c.effect);
    of(s, kill_with(SIGTERM, 18811));
    says(c.effect);
    of(s, removal(s, KIND_QUEUE, 3)); // root's
    says(c.effect);
    s->system.euid = 54;
    of(s, removal(s, KIND_SEGMENT, 393216));
    assert_null(strstr(c.effect, "It needs"));
    of(s, kill_with(SIGTERM, 18811));
    assert_null(strstr(c.effect, "It needs"));
    snapshot_unref(s);
}

TEST(ending_the_last_holder_frees_the_memory)
{
    struct snapshot *s = fake_story();

    ((struct process *)snapshot_process(s, 18811))->start_time = s->time - 3600;
    of(s, kill_with(SIGTERM, 18811));
    asks();
    assert_false(c.grave || c.impossible);
    of(s, kill_with(SIGKILL, 18811));
    says(c.effect);
    of(s, kill_with(SIGKILL, 18710));
    says(c.effect);
    assert_false(c.grave);
    of(s, kill_with(SIGKILL, 18702)); // who made what 17 others use
    assert_true(c.grave);
    of(s, kill_with(SIGKILL, 20001));
    says(c.effect);
    s->system.rmid_forced = true;
    of(s, kill_with(SIGKILL, 20001));
    says(c.effect);
    s->system.rmid_forced = false;
    s->scan->holders.at[0].shares_memory_with = 18810;
    of(s, kill_with(SIGKILL, 18811));
    assert_null(strstr(c.effect, "freed"));
    says(c.effect);
    snapshot_unref(s);
}

TEST(signals_do_what_they_do)
{
    struct snapshot *s = fake_story();
    const struct { // SIGRTMIN is no constant
        int signal;
        const char *question, *effect;
        // clang-format off
    } cases[] = {
        {SIGSTOP, "Send SIGSTOP to 18811", "It stops until SIGCONT; what it holds stays held"},
        {SIGCONT, "Send SIGCONT to 18811", "If it is stopped, it goes on. Nothing is freed."},
        {SIGHUP, "Send SIGHUP to 18811", "unless it takes SIGHUP as a request"},
        {SIGUSR1, "Send SIGUSR1 to 18811", "unless it has another use for this signal"},
        {SIGWINCH, "Send SIGWINCH to 18811", "Nothing happens to it."},
        {0, "to 18811", "Nothing happens to it."},
        {SIGRTMIN + 1, "Send signal ", "unless it has another use"},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        of(s, kill_with(cases[i].signal, 18811));
        assert_non_null(strstr(c.question, cases[i].question));
        assert_non_null(strstr(c.effect, cases[i].effect));
        says(c.effect);
        bool ends =
            cases[i].signal == SIGHUP || cases[i].signal == SIGUSR1 || cases[i].signal > SIGRTMIN;
        assert_true(!strstr(c.effect, "276M are freed") == !ends);
    }
    snapshot_unref(s);
}

TEST(sick_processes_are_told_of)
{
    struct snapshot *s = fake_story();
    struct process *p = (struct process *)snapshot_process(s, 18811);

    p->state = 'T';
    of(s, kill_with(SIGTERM, 18811));
    says(c.effect);
    of(s, kill_with(SIGKILL, 18811));
    assert_null(strstr(c.effect, "SIGCONT"));
    p->state = 'D';
    of(s, kill_with(SIGKILL, 18811));
    says(c.effect);
    p->state = 'Z';
    of(s, kill_with(SIGKILL, 18811));
    says(c.effect);
    p->known &= (uint8_t)~PROC_KNOWS_STATE; // nothing is said of what is not known
    of(s, kill_with(SIGKILL, 18811));
    assert_null(strstr(c.effect, "main thread"));
    snapshot_unref(s);
}

TEST(an_init_of_a_container_is_told)
{
    struct snapshot *s = fake_story();
    struct process *p = (struct process *)snapshot_process(s, 18811);

    of(s, kill_with(SIGTERM, 18811));
    assert_null(strstr(c.effect, "PID namespace"));
    p->inner_pid = 7;
    of(s, kill_with(SIGTERM, 18811));
    says(c.effect);
    assert_false(c.grave);
    p->inner_pid = 1;
    of(s, kill_with(SIGTERM, 18811));
    says(c.effect);
    assert_true(c.grave);
    of(s, kill_with(SIGCONT, 18811));
    assert_false(c.grave);
    snapshot_unref(s);
}

TEST(no_harm_by_a_wrong_pid)
{
    struct snapshot *s = fake_story();

    for (int pid = 0; pid >= -1; pid--) {
        of(s, kill_with(SIGKILL, pid));
        assert_true(c.impossible && !c.grave);
        says(c.effect);
    }
    of(s, kill_with(SIGKILL, getpid()));
    assert_true(c.impossible);
    assert_non_null(strstr(c.effect, " is this monitor itself; F10 ends it."));
    of(s, kill_with(SIGKILL, 17001));
    assert_true(c.impossible);
    says(c.effect);
    struct action action = kill_with(SIGKILL, 18811);
    action.target.start_ticks++;
    of(s, action);
    assert_true(c.impossible);
    says(c.effect);
    action.target.start_ticks = 0;
    of(s, action);
    assert_true(c.impossible);
    says(c.effect);
    of(s, kill_with(SIGTERM, 4711)); // nobody has looked at it yet: what is it?
    assert_true(c.impossible);
    says(c.effect);
    const struct process first = s->processes.at[0];
    s->processes.at[0] = (struct process){.pid = 1}; // nothing may be known of it
    of(s, kill_with(SIGTERM, 1));
    assert_true(c.grave && !c.impossible);
    says(c.question);
    says(c.effect);
    s->processes.at[0] = first;
    snapshot_unref(s);
}

TEST(changes_are_named)
{
    struct snapshot *s = fake_story();
    struct action action = removal(s, KIND_SEGMENT, 393216);

    action.verb = ACTION_SET;
    action.set.which = SET_UID | SET_GID | SET_MODE;
    action.set.uid = 48, action.set.gid = 12345, action.set.mode = 0600;
    of(s, action);
    says(c.question);
    says(c.effect);
    action.target = removal(s, KIND_SEMSET, 32769).target;
    of(s, action);
    says(c.effect);
    action = removal(s, KIND_QUEUE, 3);
    action.verb = ACTION_SET, action.set.which = SET_MAX_BYTES, action.set.max_bytes = 65536;
    of(s, action);
    says(c.question);
    says(c.effect);
    const struct queue *queue = snapshot_queue(s, 3);
    action.set.max_bytes = queue->bytes - 1;
    of(s, action);
    says(c.effect);
    action.set.max_bytes = 0;
    of(s, action);
    says(c.effect);
    action = removal(s, KIND_SEGMENT, 393216);
    action.verb = ACTION_LOCK;
    struct segment *segment = (struct segment *)snapshot_segment(s, 393216);
    segment->known |= SEG_KNOWS_SWAP, segment->swap = 4 << 20;
    of(s, action);
    says(c.question);
    says(c.effect);
    segment->swap = 0;
    of(s, action);
    assert_null(strstr(c.effect, "swapped out now"));
    action.verb = ACTION_UNLOCK;
    of(s, action);
    asks();
    action.target.id = 5;
    of(s, action);
    assert_true(c.impossible);
    snapshot_unref(s);
}

TEST(an_instance_of_oracle_ends_with_its_processes)
{
    static const struct {
        const char *comm;
        int signal;
        bool ends;
        // clang-format off
    } cases[] = {
        {"ora_pmon_ORCL", SIGKILL, true}, {"ora_dbw0_ORCL", SIGTERM, true},
        {"asm_smon_+ASM", SIGKILL, true}, {"ora_pmon_ORCL", SIGCONT, false},
        {"ora_j000_ORCL", SIGKILL, false}, {"oracle_77_orcl", SIGKILL, false},
        {"ora_pmon", SIGKILL, false},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = fake_snapshot();
        const struct process *p = fake_process(s, 700, 54321, cases[i].comm, NULL);

        of(s, (struct action){
                  .verb = ACTION_SIGNAL,
                  .signal = cases[i].signal,
                  .target = {.kind = KIND_HOLDER, .pid = 700, .start_ticks = p->start_ticks}});
        assert_int_equal(c.grave, cases[i].ends);
        assert_int_equal(strstr(c.effect, "the instance ends") != NULL, cases[i].ends);
        says(c.effect);
        snapshot_unref(s);
    }
}

TEST(servers_of_postgresql_are_told_apart)
{
    static const struct {
        const char *command; // NULL: not read
        int signal;
        const char *effect;
        bool grave;
        // clang-format off
    } cases[] = {
        {"/usr/lib/postgresql/15/bin/postgres -D /data", SIGKILL, "backends are orphaned", true},
        {"postgres -D /data", SIGTERM, "smart shutdown", true},
        {"postgres -D /data", SIGINT, "fast shutdown", true},
        {"postgres -D /data", SIGQUIT, "immediate shutdown", true},
        {"postgres -D /data", SIGHUP, "reads its configuration", false},
        {"postgres: app shop 10.0.0.7(4711) idle", SIGKILL, "resets all sessions", true},
        {"postgres: 15/main: checkpointer", SIGQUIT, "resets all sessions", true},
        {"postgres: app shop [local] SELECT", SIGTERM, "this session ends, the others go on",
         false},
        {"postgres: app shop [local] SELECT", SIGINT, "query is cancelled", false},
        {"postgres: checkpointer", SIGTERM, "it is no session", false},
        {"postgres: 15/main: background writer", SIGTERM, "it is no session", false},
        {"postgres: wal writer process   ", SIGKILL, "resets all sessions", true},
        {"postgres: checkpointer shop [local] idle", SIGTERM, "this session ends", false},
        {"postgres: parallel worker for PID 17040", SIGTERM, "the query that it works for", false},
        {NULL, SIGKILL, "It is a process of PostgreSQL", true},
        {NULL, SIGTERM, "It is a process of PostgreSQL.", false},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot *s = fake_snapshot();
        const struct process *p = fake_process(s, 700, 26, "postgres", cases[i].command);
        struct action action = {
            .verb = ACTION_SIGNAL,
            .signal = cases[i].signal,
            .target = {.kind = KIND_HOLDER, .pid = 700, .start_ticks = p->start_ticks}};
        of(s, action);
        assert_non_null(strstr(c.effect, cases[i].effect));
        says(c.effect);
        assert_int_equal(c.grave, cases[i].grave);
        snapshot_unref(s);
    }
    // Another program may have such arguments.
    struct snapshot *s = fake_snapshot();
    const struct process *p = fake_process(s, 700, 26, "vim", "postgres: notes");
    of(s,
       (struct action){.verb = ACTION_SIGNAL,
                       .signal = SIGKILL,
                       .target = {.kind = KIND_HOLDER, .pid = 700, .start_ticks = p->start_ticks}});
    assert_null(strstr(c.effect, "PostgreSQL"));
    snapshot_unref(s);
}

TEST(limits_tell_how_to_last)
{
    struct snapshot *s = fake_story();
    struct action action = {.verb = ACTION_LIMIT, .limit = {.name = "shmmni", .value = 8192}};

    s->limits.n = 0;
    fake_limit(s, "shmmni", "segments", 5, 4096)->path = "/proc/sys/kernel/shmmni";
    fake_limit(s, "shmmax", "bytes", 5, UINT64_MAX - (1 << 24))->path = "/proc/sys/kernel/shmmax";
    fake_limit(s, "semmni", "sets", 1, 128)->path = "/proc/sys/kernel/sem";
    fake_limit(s, "semmns", "semaphores", 4, 32000)->path = "/proc/sys/kernel/sem";
    of(s, action);
    asks();
    assert_false(c.grave);
    action.limit.value = 2;
    of(s, action);
    says(c.effect);
    assert_true(c.grave);

    action.limit.value = 0;
    of(s, action);
    assert_true(c.grave);
    says(c.effect);
    s->limits.at[0].used = 0;
    of(s, action);
    says(c.effect);
    s->limits.at[0].used = 5;
    action.limit.value = 40000;
    of(s, action);
    says(c.effect);
    snprintf(action.limit.name, sizeof action.limit.name, "shmmax");
    action.limit.value = 1 << 26;
    of(s, action);
    says(c.question);
    assert_non_null(strstr(c.effect, "kernel.shmmax = 67108864"));
    assert_false(c.grave);

    snprintf(action.limit.name, sizeof action.limit.name, "semmni");
    action.limit.value = 256;
    of(s, action); // the other two numbers are not known: no line that would set them wrong
    assert_null(strstr(c.effect, "kernel.sem"));
    fake_limit(s, "semmsl", "semaphores", 4, 250)->path = "/proc/sys/kernel/sem";
    fake_limit(s, "semopm", "operations", 0, 100)->path = "/proc/sys/kernel/sem";
    of(s, action);
    says(c.effect);
    fake_limit(s, "msgmnb", "bytes", 0, 16384);
    snprintf(action.limit.name, sizeof action.limit.name, "msgmnb");
    s->system.euid = 1001; // it needs root then; and what the limit itself has to say
    of(s, action);
    says(c.effect);
    snprintf(action.limit.name, sizeof action.limit.name, "nothing");
    of(s, action);
    assert_true(c.impossible);
    says(c.effect);
    snapshot_unref(s);
}

TEST(impacts_add_up)
{
    struct snapshot *s = fake_story();
    struct impact sum = {0};

    for (size_t i = 0; i < s->segments.n; i++) {
        of(s, removal(s, KIND_SEGMENT, s->segments.at[i].o.id));
        impact_add(&sum, &c.impact);
    }
    assert_int_equal(sum.now.n + sum.later.n, s->segments.n);
    assert_true(sum.holders_unseen);
    uint64_t bytes = sum.later.bytes;
    impact_add(&sum, &(struct impact){.later = {1, UINT64_MAX}, .woken = 3, .lost = {2, 10}});
    assert_true(sum.later.bytes == UINT64_MAX && sum.woken == 3 && bytes < UINT64_MAX);
    snapshot_unref(s);
}

// Each of 18811 and 20001 is the only holder of its segment; only the first is marked.
TEST(processes_that_end_together_let_go)
{
    struct snapshot *s = fake_story();
    int32_t at[] = {18811, 20001};
    const struct pid_vec both = {at, 2, 2};
    struct impact sum = {0};

    consequence_ended(s, &(struct pid_vec){0}, &sum);
    assert_true(sum.later.n == 0 && sum.let_go.n == 0);
    consequence_ended(s, &both, &sum);
    assert_true(sum.later.n == 1 && sum.later.bytes == snapshot_segment(s, 393216)->size);
    assert_true(sum.let_go.n == 1 && sum.let_go.bytes == snapshot_segment(s, 491523)->size);
    s->system.rmid_forced = true; // then the other one goes also
    sum = (struct impact){0};
    consequence_ended(s, &both, &sum);
    assert_true(sum.later.n == 2 && sum.let_go.n == 0);
    snapshot_unref(s);
}

TEST(holdings_are_those_of_the_processes_asked_about)
{
    struct snapshot *s = fake_snapshot();
    int32_t at[] = {20, 40};
    const struct pid_vec pids = {at, 2, 2};
    size_t n;

    for (int32_t id = 1; id <= 3; id++)
        for (int32_t pid = 10; pid <= 50; pid += 10)
            fake_hold(s, id, pid, 1, MAP_R);
    for (size_t i = 0; i < s->scan->holders.n; i++) // 30 has the memory of 20 in segment 2
        if (s->scan->holders.at[i].shmid == 2 && s->scan->holders.at[i].pid == 30)
            s->scan->holders.at[i].shares_memory_with = 20;
    struct held_vec held = held_of(s, &pids);
    assert_int_equal(held.n, 6);
    const struct held *of_20 = held_find(&held, 20, &n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(of_20[i].holder->shmid, i + 1);
        assert_int_equal(of_20[i].shared, i == 1);
    }
    assert_null(held_find(&held, 30, &n));
    assert_int_equal(n, 0);
    assert_int_equal(held_find(&held, 40, &n)[2].holder->shmid, 3);
    vec_free(&held);
    struct scan *scan = s->scan;
    s->scan = NULL;
    held = held_of(s, &pids);
    assert_null(held_find(&held, 20, &n));
    s->scan = scan;
    snapshot_unref(s);
}

TEST(long_names_are_cut_whole)
{
    struct snapshot *s = fake_story();

    for (size_t i = 0; i < s->processes.n; i++) {
        struct process *p = &s->processes.at[i];
        for (size_t k = 0; k < 22; k++) // three bytes each
            memcpy(p->comm + 3 * k, "日", 4);
    }
    for (size_t i = 0; i < s->users.n; i++)
        memcpy(s->users.at[i].name, "日日日日日日日日日日", 31);
    for (size_t i = 0; i < s->segments.n; i++)
        of(s, removal(s, KIND_SEGMENT, s->segments.at[i].o.id));
    for (size_t i = 0; i < s->processes.n; i++)
        of(s, kill_with(SIGTERM, s->processes.at[i].pid));
    snapshot_unref(s);
}

TEST(what_lies_in_another_mount_namespace_says_where)
{
    struct snapshot *s = fake_snapshot();
    struct shared *row = mem_zero(1, sizeof *row);
    struct action action = {.verb = ACTION_REMOVE};

    *row = (struct shared){.id = {0, 20, 7}, .type = SHARED_POSIX, .size = 1 << 20, .links = 1};
    row->known = SHARED_KNOWS_SIZE | SHARED_KNOWS_ATTACHED;
    snprintf(row->name, sizeof row->name, "left");
    s->tables[KIND_SHARED] = (struct table){row, 1, sizeof *row};
    fake_process(s, 900, 26, "postgres", "postgres");
    vec_push(&s->shm_places,
             ((struct shm_place){.dev_minor = 20, .mount_namespace = 4026532250, .pid = 900}));
    const struct identity here = shared_identity(&kind_shared, &row->id);
    assert_true(kind_shared.act_on(s, &here, &action));
    of(s, action);
    assert_null(strstr(c.question, " in "));
    row->status |= SHARED_ELSEWHERE;
    of(s, action);
    assert_non_null(
        strstr(c.question, " in the /dev/shm of 900 postgres (mount namespace 4026532250)?"));
    process_add_string((struct process *)snapshot_process(s, 900), PROCESS_CONTAINER,
                       "docker:3f4e5d6c7b8a");
    of(s, action);
    assert_non_null(strstr(c.question, " in the /dev/shm of docker:3f4e5d6c7b8a?"));
    snapshot_unref(s);
}

TEST(an_empty_picture_answers_too)
{
    struct snapshot *s = snapshot_new();

    for (int verb = ACTION_REMOVE; verb <= ACTION_LIMIT; verb++)
        for (int kind = 0; kind <= KINDS; kind++)
            of(s, (struct action){.verb = (enum action_verb)verb,
                                  .signal = SIGTERM,
                                  .target = {.kind = (enum kind_id)kind, .pid = 4711}});
    snapshot_unref(s);
}
