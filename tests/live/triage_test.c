// The stories of the trade with real objects and processes: what triage says of them, what is
// promised before an action, and that the kernel keeps the promise.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/sampler.h"
#include "linux/source.h"
#include "model/consequence/consequence.h"
#include "model/orphans.h"
#include "model/triage/trends.h"
#include "model/triage/triage.h"
#include "support/ns.h"
#include "support/test.h"

enum { MIB = 1 << 20 };

static struct snapshot *collect(void)
{
    const struct linux_source_options options = {.proc = "/proc"};
    struct linux_source *linux_source = linux_source_new(&options);
    struct source source = linux_source_seam(linux_source);
    const struct sampler_options how = {.interval = 3600, .one_shot = true};
    struct sampler *sampler = sampler_new(&source, &how);
    const struct want want = {.need = triage_need()};
    struct snapshot *s = sampler_collect(sampler, &want);

    if (sampler_free(sampler) == 0) // else a reader that hangs still uses it
        linux_source_free(linux_source);
    assert_non_null(s);
    assert_int_equal(s->has & triage_need(), triage_need());
    return s;
}

static const struct finding *find(const struct snapshot *s, const char *rule, int32_t id)
{
    for (size_t i = 0; i < s->findings.n; i++)
        if (strcmp(s->findings.at[i].rule, rule) == 0 && s->findings.at[i].about.id == id)
            return &s->findings.at[i];
    return NULL;
}

static bool contains(const char *text, const char *format, int number)
{
    char wanted[128];

    snprintf(wanted, sizeof wanted, format, number);
    if (!strstr(text, wanted))
        print_message("'%s' lacks '%s'\n", text, wanted);
    return strstr(text, wanted) != NULL;
}

static int shared[2]; // how a child tells the ids it made

static void tell(int id)
{
    if (write(shared[1], &id, sizeof id) != sizeof id)
        _exit(1);
}

static int told(void)
{
    int id = -1;

    assert_int_equal(read(shared[0], &id, sizeof id), sizeof id);
    return id;
}

static void make_segment(void *arg, int ready) // and marks it where arg says so
{
    int id = shmget(IPC_PRIVATE, 2 * MIB, IPC_CREAT | 0600);

    prctl(PR_SET_NAME, "maker");
    if (id < 0 || (intptr_t)shmat(id, NULL, 0) == -1 || (arg && shmctl(id, IPC_RMID, NULL) < 0))
        _exit(1);
    tell(id);
    child_ready(ready);
    pause();
}

static void hold_segment(void *arg, int ready)
{
    prctl(PR_SET_NAME, "stray\033[31m");
    if ((intptr_t)shmat(*(int *)arg, NULL, 0) == -1)
        _exit(1);
    child_ready(ready);
    pause();
}

static bool segment_is_gone(void *arg)
{
    struct shmid_ds ds;

    return shmctl(*(int *)arg, IPC_STAT, &ds) < 0;
}

// The story of 2009: a segment removed at a shutdown stays, because somebody forgotten holds it.
TEST(a_stray_holds_a_removed_segment)
{
    pid_t maker = child_start(make_segment, NULL);
    int id = told();
    pid_t stray = child_start(hold_segment, &id);
    struct consequence c;

    assert_true(maker > 0 && stray > 0);
    shmctl(id, IPC_RMID, NULL);
    struct snapshot *s = collect();
    assert_null(find(s, "removed-held", id)); // its creator still holds it
    snapshot_unref(s);

    child_end(maker);
    s = collect();
    const struct finding *f = find(s, "removed-held", id);
    assert_non_null(f);
    assert_true(contains(f->title, "2.0M by %d stray\\e[31m", stray));
    assert_true(contains(f->evidence, " %d (gone)", maker));
    assert_true(contains(f->evidence, ": %d found ", 1));

    size_t n;
    const struct holder *holder = scan_holders(s->scan, id, &n);
    assert_int_equal(n, 1);
    struct action kill_it = {
        .verb = ACTION_SIGNAL,
        .signal = SIGKILL,
        .target = {
            .kind = KIND_HOLDER, .id = id, .pid = stray, .start_ticks = holder->start_ticks}};
    consequence_of(s, &kill_it, &c);
    assert_false(c.impossible);
    assert_true(contains(c.effect, " segment %d ", id) && strstr(c.effect, " 2.0M "));
    snapshot_unref(s);

    child_end(stray);
    assert_true(await(segment_is_gone, &id, 60));
    s = collect();
    assert_null(find(s, "removed-held", id));
    consequence_of(s, &kill_it, &c); // what it was aimed at is no more
    assert_true(c.impossible || !strstr(c.effect, "freed"));
    snapshot_unref(s);
}

TEST(marked_from_birth_is_healthy)
{
    pid_t maker = child_start(make_segment, "mark");
    int id = told();
    pid_t worker = child_start(hold_segment, &id); // attaching by id still works

    assert_true(maker > 0 && worker > 0);
    struct snapshot *s = collect();
    assert_true(snapshot_segment(s, id)->flags & SEG_DEST);
    assert_int_equal(snapshot_segment(s, id)->nattch, 2);
    assert_null(find(s, "removed-held", id));
    snapshot_unref(s);
    child_end(worker);
    child_end(maker);
}

TEST(a_leaked_segment_is_an_orphan)
{
    pid_t maker = child_start(make_segment, NULL);
    int id = told();
    struct consequence c;
    bool known;

    struct snapshot *s = collect();
    assert_false(segment_orphan(s, snapshot_segment(s, id), &known));
    assert_true(known);
    assert_null(find(s, "orphan-segments", id));
    snapshot_unref(s);

    child_end(maker);
    s = collect();
    assert_true(segment_orphan(s, snapshot_segment(s, id), &known));
    assert_non_null(find(s, "orphan-segments", id));
    assert_string_equal(find(s, "orphan-segments", id)->title,
                        "1 orphan of root: 2.0M, no memory used");
    struct action remove_it = {.verb = ACTION_REMOVE,
                               .target = find(s, "orphan-segments", id)->about};
    consequence_of(s, &remove_it, &c);
    assert_false(c.grave || c.impossible);
    assert_non_null(strstr(c.effect, "It vanishes at once, with its contents."));
    snapshot_unref(s);
    assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
    assert_true(segment_is_gone(&id));
}

static int set;

static void take_lock(void *arg, int ready)
{
    struct sembuf take = {0, -1, 0};

    (void)arg;
    if (semop(set, &take, 1) < 0)
        _exit(1);
    child_ready(ready);
    pause();
}

static void wait_for_lock(void *arg, int ready)
{
    struct sembuf take = {0, -1, 0};

    (void)arg;
    prctl(PR_SET_NAME, "waiter");
    child_ready(ready);
    _exit(semop(set, &take, 1) < 0 ? 1 : 0);
}

static bool somebody_waits(void *arg)
{
    (void)arg;
    return semctl(set, 0, GETNCNT) == 1;
}

// Not at once: what was just operated may be so again.
static bool is_stranded(void *arg)
{
    struct snapshot **s = arg;

    snapshot_unref(*s);
    *s = collect();
    return find(*s, "set-stranded", set);
}

TEST(a_lock_dies_with_its_holder)
{
    set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    assert_int_equal(semctl(set, 0, SETVAL, 1), 0);
    pid_t holder = child_start(take_lock, NULL), waiter = child_start(wait_for_lock, NULL);

    assert_true(holder > 0 && waiter > 0 && await(somebody_waits, NULL, 60));
    struct snapshot *s = collect();
    assert_null(find(s, "set-stranded", set)); // it will give it back
    child_end(holder);
    assert_true(await(is_stranded, &s, 60));
    const struct finding *f = find(s, "set-stranded", set);
    assert_non_null(f);
    assert_true(contains(f->title, " %d ", set));
    assert_true(contains(f->evidence, " %d (gone)", holder));
    assert_true(contains(f->evidence, " %d waiter", waiter));
    assert_null(find(s, "orphan-sets", set));
    snapshot_unref(s);
    child_end(waiter);
    s = collect(); // with nobody left it is an orphan
    assert_null(find(s, "set-stranded", set));
    assert_non_null(find(s, "orphan-sets", set));
    snapshot_unref(s);
    semctl(set, 0, IPC_RMID);
}

static int queue;

static void send_until_blocked(void *arg, int ready)
{
    struct {
        long type;
        char text[400];
    } message = {.type = 1};

    (void)arg;
    prctl(PR_SET_NAME, "feeder");
    while (msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0)
        ;
    child_ready(ready);
    _exit(msgsnd(queue, &message, sizeof message.text, 0) < 0 ? 1 : 0);
}

struct blocked {
    struct snapshot *s;
};

static bool queue_is_told(void *arg)
{
    struct blocked *blocked = arg;

    snapshot_unref(blocked->s);
    blocked->s = collect();
    return find(blocked->s, "queue-blocked", queue) != NULL;
}

TEST(a_full_queue_blocks_its_sender)
{
    queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    pid_t feeder = child_start(send_until_blocked, NULL);
    struct blocked blocked = {0};

    assert_true(feeder > 0 && await(queue_is_told, &blocked, 60));
    const struct finding *f = find(blocked.s, "queue-blocked", queue);
    assert_true(contains(f->title, " %d ", queue));
    assert_true(contains(f->evidence, " %d feeder", feeder));
    assert_null(find(blocked.s, "orphan-queues", queue));
    snapshot_unref(blocked.s);
    child_end(feeder);
    struct snapshot *s = collect();
    assert_null(find(s, "queue-blocked", queue));
    assert_int_equal(s->scan->unreadable, 0);
    assert_non_null(find(s, "orphan-queues", queue)); // its last sender is gone
    snapshot_unref(s);
    msgctl(queue, IPC_RMID, NULL);
}

static bool set_rmid_forced(const char *value)
{
    FILE *file = fopen("/proc/sys/kernel/shm_rmid_forced", "w");
    bool done = file && fputs(value, file) >= 0;

    return file && fclose(file) == 0 && done;
}

// kernel.shm_rmid_forced: whoever ends its last holder destroys a segment nobody has removed.
TEST(a_segment_goes_with_its_last_holder)
{
    struct consequence c;

    if (!set_rmid_forced("1")) {
        print_message("skip: kernel.shm_rmid_forced is not to be set here\n");
        skip();
    }
    pid_t maker = child_start(make_segment, NULL);
    int id = told();
    struct snapshot *s = collect();
    size_t n;
    const struct holder *holder = scan_holders(s->scan, id, &n);
    assert_int_equal(n, 1);
    struct action kill_it = {
        .verb = ACTION_SIGNAL,
        .signal = SIGKILL,
        .target = {
            .kind = KIND_HOLDER, .id = id, .pid = maker, .start_ticks = holder->start_ticks}};
    consequence_of(s, &kill_it, &c);
    assert_true(contains(c.effect,
                         "Its 1 attachment of segment %d is the last: 2.0M are freed when "
                         "it ends, with their contents",
                         id));
    snapshot_unref(s);
    child_end(maker);
    assert_true(await(segment_is_gone, &id, 60));
    assert_true(set_rmid_forced("0"));
}

// --- what takes time ----------------------------------------------------------------------------

// The same picture as if it had been taken later: objects and processes are real, the clock alone is
// moved.
static void look_later(struct snapshot *s, int seconds)
{
    s->time += seconds;
    s->time_ns += seconds * CLOCK_SECOND;
    triage_run(s);
}

struct letter {
    long type;
    char text[40];
};

static void send(int id, int n)
{
    struct letter letter = {.type = 1};

    for (int i = 0; i < n; i++)
        if (msgsnd(id, &letter, sizeof letter.text, IPC_NOWAIT) < 0)
            _exit(1);
}

static void take_one(int id)
{
    struct letter letter;

    if (msgrcv(id, &letter, sizeof letter.text, 0, 0) < 0)
        _exit(1);
}

static void read_one_and_rest(void *arg, int ready)
{
    take_one(*(int *)arg);
    child_ready(ready);
    pause();
}

TEST(a_queue_lost_its_reader)
{
    int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

    send(id, 3); // by this process, which lives: no orphan
    pid_t reader = child_start(read_one_and_rest, &id);
    struct snapshot *s = collect();
    look_later(s, 120);
    assert_null(find(s, "queue-unread", id)); // it may be busy with what it read
    snapshot_unref(s);

    child_end(reader);
    s = collect();
    assert_null(find(s, "queue-unread", id)); // the next one may be started any moment
    look_later(s, 120);
    const struct finding *f = find(s, "queue-unread", id);
    assert_non_null(f);
    assert_true(contains(f->title, " %d ", id));
    assert_true(contains(f->evidence, " %d (gone)", reader));
    assert_int_equal(f->severity, SEVERITY_NOTICE);
    snapshot_unref(s);
    msgctl(id, IPC_RMID, NULL);
}

// The tables as they are, `seconds` after the first look.
static struct snapshot *look(struct trend *trend, int seconds)
{
    const struct linux_source_options options = {.proc = "/proc"};
    struct linux_source *linux_source = linux_source_new(&options);
    struct source source = linux_source_seam(linux_source);
    const struct want want = {.need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS};
    struct snapshot *s = snapshot_new();

    assert_int_equal(source.read(source.self, &want, s), 0);
    s->time = clock_epoch_s() + seconds;
    s->time_ns = (1 + seconds) * CLOCK_SECOND;
    trend_note(trend, s);
    triage_run(s);
    linux_source_free(linux_source);
    return s;
}

static const struct finding *find_rule(const struct snapshot *s, const char *rule)
{
    for (size_t i = 0; i < s->findings.n; i++)
        if (strcmp(s->findings.at[i].rule, rule) == 0)
            return &s->findings.at[i];
    return NULL;
}

TEST(a_leak_in_progress_is_told)
{
    enum { PACE = 10, LEAKED = 8 };
    struct trend *trend = trend_new();
    int sets[LEAKED], n = 0;
    struct snapshot *s = look(trend, 0);
    int before = (int)s->semsets.n;

    assert_null(find_rule(s, "growing"));
    while (n < LEAKED) {
        snapshot_unref(s);
        sets[n++] = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
        s = look(trend, n * PACE);
        if (n < 6) // not before a minute
            assert_null(find_rule(s, "growing"));
    }
    const struct finding *f = find_rule(s, "growing");
    assert_non_null(f);
    assert_non_null(strstr(f->title, "semaphore sets of"));
    assert_non_null(strstr(f->title, "keep growing: 6.0 a minute"));
    assert_true(contains(f->evidence, " %d in 80s", before + LEAKED));
    assert_non_null(strstr(f->evidence, " semmni ("));
    assert_int_equal(f->about.kind, KIND_SEMSET);
    assert_int_equal(f->about.id, sets[0]);
    snapshot_unref(s);

    semctl(sets[--n], 0, IPC_RMID); // one that goes does not hide those that stay
    s = look(trend, (LEAKED + 1) * PACE);
    assert_non_null(find_rule(s, "growing"));
    snapshot_unref(s);
    while (n > 1)
        semctl(sets[--n], 0, IPC_RMID); // nearly all go: it is no leak
    s = look(trend, (LEAKED + 2) * PACE);
    assert_null(find_rule(s, "growing"));
    snapshot_unref(s);
    while (n > 0)
        semctl(sets[--n], 0, IPC_RMID);
    trend_free(trend);
}

// --- a server and its client, in the manner of fakeroot -----------------------------------------

enum { REQUESTS, ANSWERS, LOCK };
static int trio[3];

static void make_trio(void)
{
    enum { KEY = 0x5eaf0 };

    trio[REQUESTS] = msgget(KEY, IPC_CREAT | 0600);
    trio[ANSWERS] = msgget(KEY + 1, IPC_CREAT | 0600);
    trio[LOCK] = semget(KEY + 2, 1, IPC_CREAT | 0600);
    assert_true(trio[REQUESTS] >= 0 && trio[ANSWERS] >= 0 && trio[LOCK] >= 0);
}

static void remove_trio(void)
{
    msgctl(trio[REQUESTS], IPC_RMID, NULL);
    msgctl(trio[ANSWERS], IPC_RMID, NULL);
    semctl(trio[LOCK], 0, IPC_RMID);
}

static void serve(void *arg, int ready) // *arg requests, answering all but the last
{
    int n = *(int *)arg;

    prctl(PR_SET_NAME, "server");
    child_ready(ready);
    for (int i = 1; i <= n; i++) {
        take_one(trio[REQUESTS]);
        if (i < n)
            send(trio[ANSWERS], 1);
    }
    pause();
}

static void request(void *arg, int ready)
{
    struct sembuf take = {0, 1, SEM_UNDO};

    (void)arg;
    prctl(PR_SET_NAME, "client");
    semop(trio[LOCK], &take, 1);
    send(trio[REQUESTS], 1);
    child_ready(ready);
    take_one(trio[ANSWERS]);
    pause();
}

static bool request_is_taken(void *arg)
{
    struct msqid_ds ds;

    return msgctl(trio[REQUESTS], IPC_STAT, &ds) == 0 && ds.msg_qnum == 0 &&
           ds.msg_lrpid == *(pid_t *)arg;
}

static bool answer_is_taken(void *arg)
{
    struct msqid_ds ds;

    return msgctl(trio[ANSWERS], IPC_STAT, &ds) == 0 && ds.msg_qnum == 0 &&
           ds.msg_lrpid == *(pid_t *)arg;
}

// Until the client's wait shows: asked of the same picture as the finding.
static bool waits_for_answer(void *arg)
{
    struct blocked *blocked = arg;
    size_t n;

    snapshot_unref(blocked->s);
    blocked->s = collect();
    return snapshot_waiters(blocked->s, KIND_QUEUE, trio[ANSWERS], &n) != NULL;
}

TEST(a_server_dies_with_the_only_request)
{
    struct blocked blocked = {0};
    int requests = 1;

    make_trio();
    pid_t server = child_start(serve, &requests), client = child_start(request, NULL);
    assert_true(await(request_is_taken, &server, 60));
    assert_true(await(waits_for_answer, &blocked, 60));
    assert_null(find(blocked.s, "server-gone", trio[REQUESTS])); // it is at work on it
    child_end(server);
    assert_true(await(waits_for_answer, &blocked, 60));
    const struct finding *f = find(blocked.s, "server-gone", trio[REQUESTS]);
    assert_non_null(f);
    assert_true(contains(f->title, " %d ", trio[REQUESTS]));
    assert_true(contains(f->evidence, " %d (gone)", server));
    assert_true(contains(f->evidence, "%d client", client));
    snapshot_unref(blocked.s);
    child_end(client);
    remove_trio();
}

TEST(a_server_dies_and_the_next_request_is_unread)
{
    struct blocked blocked = {0};
    int requests = 2; // it answers the first, and waits for another

    make_trio();
    pid_t server = child_start(serve, &requests), first = child_start(request, NULL);
    assert_true(await(answer_is_taken, &first, 60));
    child_end(first);
    struct snapshot *s = collect();
    assert_null(find(s, "server-gone", trio[REQUESTS])); // a server that idles, its client gone
    snapshot_unref(s);
    child_end(server);
    pid_t client = child_start(request, NULL);
    assert_true(await(waits_for_answer, &blocked, 60));
    const struct finding *f = find(blocked.s, "server-gone", trio[REQUESTS]);
    assert_non_null(f);
    assert_true(contains(f->evidence, " %d (gone)", server));
    assert_true(contains(f->evidence, "%d client", client));
    snapshot_unref(blocked.s);
    child_end(client);
    remove_trio();
}

static int run(void)
{
    if (pipe(shared) < 0)
        return 1;
    return tests_run();
}

int main(void)
{
    return ns_run(run);
}
