// Removing, changing and locking real objects: only what was chosen, and it says what happened.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/actions/objects.h"
#include "linux/objects/ipcstat.h"
#include "linux/objects/limits.h"
#include "linux/source.h"
#include "model/consequence/outcomes.h"
#include "support/asuser.h"
#include "support/ns.h"
#include "support/test.h"

static struct identity identify(enum kind_id kind, int id)
{
    struct ipcstat now;

    assert_int_equal(ipcstat(kind, id, &now), 0);
    return (struct identity){.kind = kind,
                             .id = id,
                             .key = now.o.key,
                             .cuid = now.o.cuid,
                             .cgid = now.o.cgid,
                             .ctime = now.o.ctime};
}

static struct outcome act(const struct action *action)
{
    struct outcome outcome;

    memset(&outcome, 0x55, sizeof outcome);
    objects_act("/proc", action, &outcome);
    outcome_say(&outcome);
    assert_true(outcome.text[0] && memchr(outcome.text, '\0', sizeof outcome.text));
    assert_memory_equal(&outcome.action, action, sizeof *action);
    assert_true((outcome.state == OUTCOME_FAILED) == (outcome.error != 0));
    return outcome;
}

static struct outcome remove_as(const struct identity *target)
{
    return act(&(struct action){.verb = ACTION_REMOVE, .target = *target});
}

static bool exists(enum kind_id kind, int id)
{
    struct ipcstat now;

    return ipcstat(kind, id, &now) == 0;
}

static void expect(const struct outcome *outcome, enum outcome_state state, const char *format,
                   int id)
{
    char text[256];

    snprintf(text, sizeof text, format, id);
    assert_string_equal(outcome->text, text);
    assert_int_equal(outcome->state, state);
}

TEST(what_nobody_holds_is_removed_at_once)
{
    int id = shmget(0x42, 4096, IPC_CREAT | 0600); // the namespace's first: its id is 0
    assert_int_equal(id, 0);
    struct identity target = identify(KIND_SEGMENT, id);
    struct outcome o = remove_as(&target);
    expect(&o, OUTCOME_DONE, "segment %d removed", id);
    assert_false(exists(KIND_SEGMENT, id));
    o = remove_as(&target);
    expect(&o, OUTCOME_REFUSED, "segment %d is already gone", id);
}

TEST(what_is_held_is_marked)
{
    int id = shmget(0x43, 4096, IPC_CREAT | 0600);
    void *a = shmat(id, NULL, 0), *b = shmat(id, NULL, 0);
    struct ipcstat now;

    struct identity target = identify(KIND_SEGMENT, id);
    struct outcome o = remove_as(&target);
    expect(&o, OUTCOME_DONE, "segment %d marked for removal; 2 still attached", id);
    assert_int_equal(ipcstat(KIND_SEGMENT, id, &now), 0);
    assert_int_equal(now.flags, SEG_DEST);
    assert_int_equal(now.o.key, 0);
    // What was chosen before had its key; chosen again as it is now, marking repeats.
    o = remove_as(&target);
    expect(&o, OUTCOME_REFUSED, "segment %d was marked for removal meanwhile; nothing was done",
           id);
    target = identify(KIND_SEGMENT, id);
    o = remove_as(&target);
    expect(&o, OUTCOME_DONE, "segment %d marked for removal; 2 still attached", id);
    shmdt(a);
    shmdt(b);
    assert_false(exists(KIND_SEGMENT, id));
}

static void wait_on_set(void *arg, int ready)
{
    struct sembuf op = {.sem_op = -1};

    child_ready(ready);
    _exit(semop(*(int *)arg, &op, 1) < 0 && errno == EIDRM ? 42 : 1);
}

static bool has_waiter(void *arg)
{
    return semctl(*(int *)arg, 0, GETNCNT) == 1;
}

TEST(sets_and_queues_vanish_under_their_waiters)
{
    int set = semget(0x44, 1, IPC_CREAT | 0600), queue = msgget(0x45, IPC_CREAT | 0600), status;

    pid_t pid = child_start(wait_on_set, &set);
    assert_true(await(has_waiter, &set, 60));
    struct identity target = identify(KIND_SEMSET, set);
    struct outcome o = remove_as(&target);
    expect(&o, OUTCOME_DONE, "semaphore set %d removed", set);
    assert_false(exists(KIND_SEMSET, set));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    target = identify(KIND_QUEUE, queue);
    o = remove_as(&target);
    expect(&o, OUTCOME_DONE, "queue %d removed", queue);
    assert_false(exists(KIND_QUEUE, queue));
    o = remove_as(&target);
    expect(&o, OUTCOME_REFUSED, "queue %d is already gone", queue);
}

TEST(another_object_is_left_alone)
{
    int ids[] = {shmget(0x46, 4096, IPC_CREAT | 0600), semget(0x46, 1, IPC_CREAT | 0600),
                 msgget(0x46, IPC_CREAT | 0600)};
    static const enum kind_id kinds[] = {KIND_SEGMENT, KIND_SEMSET, KIND_QUEUE};

    for (int i = 0; i < 3; i++) {
        struct identity right = identify(kinds[i], ids[i]),
                        wrong[5] = {right, right, right, right, right};
        wrong[0].key++;
        wrong[1].cuid++;
        wrong[2].cgid++;
        wrong[3].ctime--;
        wrong[4].id += 1 << 15; // the same slot of the kernel's table, another sequence
        for (int k = 0; k < 5; k++) {
            struct outcome o = remove_as(&wrong[k]);
            assert_int_equal(o.state, OUTCOME_REFUSED);
            assert_true(exists(kinds[i], ids[i]));
        }
        struct outcome o = remove_as(&right);
        assert_int_equal(o.state, OUTCOME_DONE);
    }
    struct identity process = {.kind = KIND_HOLDER, .id = 0, .pid = getpid()};
    struct outcome o = remove_as(&process); // no object
    assert_int_equal(o.state, OUTCOME_REFUSED);
}

// --- IPC_SET, SHM_LOCK --------------------------------------------------------------------------

TEST(only_the_chosen_fields_change)
{
    int ids[] = {shmget(0x47, 4096, IPC_CREAT | 0640), semget(0x47, 1, IPC_CREAT | 0640),
                 msgget(0x47, IPC_CREAT | 0640)};
    static const enum kind_id kinds[] = {KIND_SEGMENT, KIND_SEMSET, KIND_QUEUE};

    for (int i = 0; i < 3; i++) {
        struct ipcstat before, now;
        assert_int_equal(ipcstat(kinds[i], ids[i], &before), 0);
        struct action action = {
            .verb = ACTION_SET,
            .target = identify(kinds[i], ids[i]),
            .set = {.which = SET_MODE, .mode = 0604, .uid = 99, .gid = 99, .max_bytes = 1}};
        struct outcome o = act(&action);
        assert_int_equal(o.state, OUTCOME_DONE);
        assert_non_null(strstr(o.text, "changed: mode 0604"));
        assert_int_equal(ipcstat(kinds[i], ids[i], &now), 0);
        assert_int_equal(now.o.mode, 0604);
        assert_int_equal(now.o.uid, before.o.uid);
        assert_int_equal(now.o.gid, before.o.gid);
        assert_int_equal(now.max_bytes, before.max_bytes);

        if (ns_was_root()) {
            action.target = identify(kinds[i], ids[i]);
            action.set.which = SET_UID | SET_GID;
            action.set.uid = 65534;
            action.set.gid = 12;
            o = act(&action);
            assert_int_equal(o.state, OUTCOME_DONE);
            assert_non_null(strstr(o.text, "owner nobody, group 12"));
            assert_int_equal(ipcstat(kinds[i], ids[i], &now), 0);
            assert_int_equal(now.o.uid, 65534);
            assert_int_equal(now.o.gid, 12);
            assert_int_equal(now.o.cuid, before.o.cuid);
            assert_int_equal(now.o.mode, 0604);
        }
        action.set.which = 0;
        o = act(&action);
        assert_int_equal(o.state, OUTCOME_REFUSED);
        action.set.which = SET_MODE;
        action.set.mode = 01777; // flags are not for users
        o = act(&action);
        assert_int_equal(o.state, OUTCOME_REFUSED);
        action.set.mode = 0600;
        action.target.ctime -= 1; // chosen before somebody changed it
        o = act(&action);
        assert_int_equal(o.state, OUTCOME_REFUSED);
        assert_non_null(strstr(o.text, "changed meanwhile"));
        struct identity target = identify(kinds[i], ids[i]);
        assert_int_equal(remove_as(&target).state, OUTCOME_DONE);
    }
}

TEST(a_queue_gets_another_limit)
{
    int id = msgget(IPC_PRIVATE, 0600), segment = shmget(IPC_PRIVATE, 1, 0600);
    struct ipcstat now;

    struct action action = {.verb = ACTION_SET,
                            .target = identify(KIND_QUEUE, id),
                            .set = {.which = SET_MAX_BYTES, .max_bytes = 1000}};
    struct outcome o = act(&action);
    expect(&o, OUTCOME_DONE, "queue %d changed: at most 1000 bytes", id);
    assert_int_equal(ipcstat(KIND_QUEUE, id, &now), 0);
    assert_int_equal(now.max_bytes, 1000);
    assert_int_equal(now.o.mode, 0600);
    action.target = identify(KIND_SEGMENT, segment);
    o = act(&action);
    assert_int_equal(o.state, OUTCOME_REFUSED);
    msgctl(id, IPC_RMID, NULL);
    shmctl(segment, IPC_RMID, NULL);
}

TEST(a_segment_is_locked_and_unlocked)
{
    int id = shmget(IPC_PRIVATE, 4096, 0600), set = semget(IPC_PRIVATE, 1, 0600);
    struct ipcstat now;

    struct action action = {.verb = ACTION_LOCK, .target = identify(KIND_SEGMENT, id)};
    struct outcome o = act(&action);
    expect(&o, OUTCOME_DONE, "segment %d locked in memory", id);
    assert_int_equal(ipcstat(KIND_SEGMENT, id, &now), 0);
    assert_int_equal(now.flags, SEG_LOCKED);
    action.verb = ACTION_UNLOCK;
    o = act(&action);
    expect(&o, OUTCOME_DONE, "segment %d unlocked", id);
    assert_int_equal(ipcstat(KIND_SEGMENT, id, &now), 0);
    assert_int_equal(now.flags, 0);
    action.target = identify(KIND_SEMSET, set);
    o = act(&action);
    assert_int_equal(o.state, OUTCOME_REFUSED);
    shmctl(id, IPC_RMID, NULL);
    semctl(set, 0, IPC_RMID);
}

// --- an ordinary user ---------------------------------------------------------------------------

struct as_user {
    struct action action;
    struct outcome outcome;
    bool no_memlock;
};

static void act_as_user(void *result)
{
    struct as_user *u = result;

    if (u->no_memlock)
        setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){0, 0});
    if (u->action.verb == ACTION_LIMIT)
        limits_act("/proc", &u->action, &u->outcome);
    else
        objects_act("/proc", &u->action, &u->outcome);
    outcome_say(&u->outcome);
}

static struct outcome act_as_nobody(struct action action, bool no_memlock)
{
    struct as_user u = {.action = action, .no_memlock = no_memlock};

    assert_true(as_nobody(act_as_user, &u, sizeof u));
    return u.outcome;
}

static void give_to(int id, uint32_t uid, unsigned mode)
{
    struct shmid_ds ds;

    assert_int_equal(shmctl(id, IPC_STAT, &ds), 0);
    ds.shm_perm.uid = uid;
    ds.shm_perm.mode = (unsigned short)mode;
    assert_int_equal(shmctl(id, IPC_SET, &ds), 0);
}

TEST(refusals_name_cause_and_way_out)
{
    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    int id = shmget(0x48, 4096, IPC_CREAT); // not even readable
    struct action action = {.verb = ACTION_REMOVE, .target = identify(KIND_SEGMENT, id)};
    struct outcome o = act_as_nobody(action, false);
    expect(&o, OUTCOME_FAILED, "segment %d: not permitted: needs root or CAP_SYS_ADMIN", id);
    assert_int_equal(o.error, EPERM);
    action.verb = ACTION_LOCK;
    o = act_as_nobody(action, false);
    expect(&o, OUTCOME_FAILED, "segment %d: not permitted: needs root or CAP_IPC_LOCK", id);
    action.verb = ACTION_SET;
    action.set.which = SET_MODE;
    o = act_as_nobody(action, false);
    expect(&o, OUTCOME_FAILED, "segment %d: not permitted: needs root or CAP_SYS_ADMIN", id);

    give_to(id, 1, 0); // of daemon
    action = (struct action){.verb = ACTION_REMOVE, .target = identify(KIND_SEGMENT, id)};
    o = act_as_nobody(action, false);
    expect(&o, OUTCOME_FAILED, "segment %d: not permitted: needs root, daemon or CAP_SYS_ADMIN",
           id);
    give_to(id, 4000001, 0);
    action.target = identify(KIND_SEGMENT, id);
    o = act_as_nobody(action, false);
    expect(&o, OUTCOME_FAILED,
           "segment %d: not permitted: needs root, uid 4000001 or CAP_SYS_ADMIN", id);

    struct action limit = {.verb = ACTION_LIMIT, .limit = {.name = "shmmni", .value = 4000}};
    o = act_as_nobody(limit, false);
    assert_int_equal(o.state, OUTCOME_FAILED);
    assert_string_equal(o.text, "shmmni: not permitted: needs root of this IPC namespace");

    // The owner may remove what even he may not read.
    give_to(id, 65534, 0);
    action.verb = ACTION_LOCK;
    action.target = identify(KIND_SEGMENT, id);
    o = act_as_nobody(action, true);
    expect(&o, OUTCOME_FAILED,
           "segment %d: more than this user may lock: needs a higher ulimit -l or CAP_IPC_LOCK",
           id);
    action.verb = ACTION_REMOVE;
    o = act_as_nobody(action, false);
    expect(&o, OUTCOME_DONE, "segment %d removed", id);
    assert_false(exists(KIND_SEGMENT, id));
}

TEST(an_owner_cannot_exceed_msgmnb)
{
    struct msqid_ds ds;

    if (!ns_was_root()) {
        printf("skip: needs root to become another user\n");
        skip();
    }
    int id = msgget(IPC_PRIVATE, 0600);
    assert_int_equal(msgctl(id, IPC_STAT, &ds), 0);
    ds.msg_perm.uid = 65534;
    assert_int_equal(msgctl(id, IPC_SET, &ds), 0);
    struct action action = {.verb = ACTION_SET,
                            .target = identify(KIND_QUEUE, id),
                            .set = {.which = SET_MAX_BYTES, .max_bytes = 10 * ds.msg_qbytes}};
    struct outcome o = act_as_nobody(action, false);
    expect(&o, OUTCOME_FAILED,
           "queue %d: not permitted: needs root, nobody or CAP_SYS_ADMIN, and "
           "CAP_SYS_RESOURCE beyond msgmnb",
           id);
    msgctl(id, IPC_RMID, NULL);
}

// --- limits -------------------------------------------------------------------------------------

TEST(limits_of_this_namespace)
{
    struct linux_source *self = linux_source_new(&(struct linux_source_options){.proc = "/proc"});
    struct source source = linux_source_seam(self);
    static const char *const names[] = {"shmmni", "shmall", "shmmax", "shm_rmid_forced",
                                        "semmni", "semmns", "semmsl", "semopm",
                                        "msgmni", "msgmax", "msgmnb"};
    struct snapshot *before = snapshot_new(), *after = snapshot_new();
    struct outcome o;

    if (!ns_was_root()) {
        printf("skip: only the machine's root may write limits everywhere\n");
        skip();
    }
    assert_int_equal(source.read(source.self, &(struct want){.need = NEED_LIMITS}, before), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct action action = {.verb = ACTION_LIMIT,
                                .limit.value = before->limits.at[i].limit / 2};
        snprintf(action.limit.name, sizeof action.limit.name, "%s", names[i]);
        source.act(source.self, &action, &o);
        outcome_say(&o);
        assert_int_equal(o.state, OUTCOME_DONE);
    }
    assert_int_equal(source.read(source.self, &(struct want){.need = NEED_LIMITS}, after), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_string_equal(after->limits.at[i].name, names[i]);
        assert_true(after->limits.at[i].limit == before->limits.at[i].limit / 2);
    }
    struct action action = {.verb = ACTION_LIMIT, .limit = {.name = "shmmni", .value = 1u << 31}};
    source.act(source.self, &action, &o);
    outcome_say(&o);
    assert_int_equal(o.state, OUTCOME_FAILED);
    assert_string_equal(o.text, "shmmni: the kernel does not accept 2147483648");
    snapshot_unref(before);
    snapshot_unref(after);
    linux_source_free(self);
}

int main(void)
{
    return ns_run(tests_run);
}
