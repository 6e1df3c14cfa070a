// The stories of the trade with real objects and processes: what triage says of them, what is
// promised before an action, and that the kernel keeps the promise.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "app/sampler.h"
#include "linux/source.h"
#include "model/consequence.h"
#include "model/triage.h"
#include "support/ns.h"

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
    char wanted[64];

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
static void a_stray_holds_a_removed_segment(void **state)
{
    (void)state;
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
    assert_true(contains(f->title, "removed but held: 2.0M by %d stray\\e[31m", stray));
    assert_true(contains(f->evidence, "made by %d (gone)", maker));
    assert_true(contains(f->evidence, "1 attachment: %d found in 1 process", 1));

    size_t n;
    const struct holder *holder = scan_holders(s->scan, id, &n);
    assert_int_equal(n, 1);
    struct action kill_it = {.verb = ACTION_SIGNAL, .signal = SIGKILL,
                             .target = {.kind = KIND_HOLDER, .id = id, .pid = stray,
                                        .start_ticks = holder->start_ticks}};
    consequence_of(s, &kill_it, &c);
    assert_false(c.impossible);
    assert_true(
        contains(c.effect, "Its 1 attachment of segment %d is the last: 2.0M are freed", id));
    snapshot_unref(s);

    child_end(stray);
    assert_true(await(segment_is_gone, &id, 20));
    s = collect();
    assert_null(find(s, "removed-held", id));
    consequence_of(s, &kill_it, &c); // what it was aimed at is no more
    assert_true(c.impossible || !strstr(c.effect, "freed"));
    snapshot_unref(s);
}

static void marked_from_birth_is_healthy(void **state)
{
    (void)state;
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

static void a_leaked_segment_is_an_orphan(void **state)
{
    (void)state;
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
    assert_string_equal(find(s, "orphan-segments", id)->title, "1 orphan 2.0M");
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

static void a_lock_dies_with_its_holder(void **state)
{
    (void)state;
    set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    assert_int_equal(semctl(set, 0, SETVAL, 1), 0);
    pid_t holder = child_start(take_lock, NULL), waiter = child_start(wait_for_lock, NULL);

    assert_true(holder > 0 && waiter > 0 && await(somebody_waits, NULL, 20));
    struct snapshot *s = collect();
    assert_null(find(s, "set-stranded", set)); // it will give it back
    snapshot_unref(s);
    child_end(holder);
    s = collect();
    const struct finding *f = find(s, "set-stranded", set);
    assert_non_null(f);
    assert_true(contains(f->title, "semaphore set %d strands 1 waiter", set));
    assert_true(contains(f->evidence, "its last operator was %d (gone)", holder));
    assert_true(contains(f->evidence, "waiting: %d waiter", waiter));
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

static void a_full_queue_blocks_its_sender(void **state)
{
    (void)state;
    queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    pid_t feeder = child_start(send_until_blocked, NULL);
    struct blocked blocked = {0};

    assert_true(feeder > 0 && await(queue_is_told, &blocked, 20));
    const struct finding *f = find(blocked.s, "queue-blocked", queue);
    assert_true(contains(f->title, "queue %d blocks 1 sender", queue));
    assert_true(contains(f->evidence, "never received from; waiting: %d feeder", feeder));
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

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stray_holds_a_removed_segment),
        cmocka_unit_test(marked_from_birth_is_healthy),
        cmocka_unit_test(a_leaked_segment_is_an_orphan),
        cmocka_unit_test(a_lock_dies_with_its_holder),
        cmocka_unit_test(a_full_queue_blocks_its_sender),
    };

    if (pipe(shared) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return ns_run(run);
}
