#include "linux/actions/objects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/error_text.h"
#include "linux/actions/local_name.h"
#include "linux/actions/signal.h"
#include "linux/objects/ipcstat.h"
#include "model/table/kind.h"

enum { NAME_ROOM = 64, MODE_MAX = 0777 };

__attribute__((format(printf, 3, 4))) static void refuse(struct outcome *outcome, const char *name,
                                                         const char *format, ...)
{
    size_t n = (size_t)snprintf(outcome->text, sizeof outcome->text, "%s ", name);
    va_list args;

    outcome->state = OUTCOME_REFUSED;
    va_start(args, format);
    vsnprintf(outcome->text + n, sizeof outcome->text - n, format, args);
    va_end(args);
}

// "not permitted: needs root, oracle or CAP_SYS_ADMIN": who may, by include/linux/ipc_namespace.h
// ipcctl_obtain_check: owner and creator.
static void not_permitted(struct outcome *outcome, const char *name, const struct owned *o,
                          const char *capability)
{
    char owner[40], creator[40];

    local_name(o->uid, owner, sizeof owner);
    local_name(o->cuid, creator, sizeof creator);
    bool by_owner = o->uid != 0, by_creator = o->cuid != 0 && o->cuid != o->uid;
    snprintf(outcome->text, sizeof outcome->text, "%s: not permitted: needs root%s%s%s%s or %s",
             name, by_owner ? ", " : "", by_owner ? owner : "", by_creator ? ", " : "",
             by_creator ? creator : "", capability);
}

static void failed(struct outcome *outcome, const char *name, const struct ipcstat *now, int error,
                   const char *capability)
{
    char reason[64];

    if (error == EINVAL || error == EIDRM) {
        refuse(outcome, name, "is already gone");
        return;
    }
    outcome->state = OUTCOME_FAILED;
    outcome->error = error;
    if (error == EPERM || error == EACCES)
        not_permitted(outcome, name, &now->o, capability);
    else
        snprintf(outcome->text, sizeof outcome->text, "%s: %s", name,
                 error_text(error, reason, sizeof reason));
}

// Whether the object is what the user chose; says so where it is not.
static bool is_still(const struct action *action, const char *name, struct ipcstat *now,
                     struct outcome *outcome)
{
    const struct identity *was = &action->target;
    struct identity is = *was;
    int error = ipcstat(was->kind, was->id, now);

    if (error == -EACCES) { // before Linux 4.17, an object we may not read
        outcome->state = OUTCOME_FAILED;
        outcome->error = EACCES;
        snprintf(outcome->text, sizeof outcome->text,
                 "%s: not permitted: this kernel needs read permission or root", name);
        return false;
    }
    if (error) {
        failed(outcome, name, now, -error, "");
        return false;
    }
    is.key = now->o.key;
    is.cuid = now->o.cuid;
    is.cgid = now->o.cgid;
    is.ctime = now->o.ctime;
    if (identity_exact(&is, was))
        return true;
    if (is.cuid != was->cuid || is.cgid != was->cgid)
        refuse(outcome, name,
               "is another one now (creator %" PRIu32 ", was %" PRIu32 "); nothing was done",
               is.cuid, was->cuid);
    else if (is.key != was->key && now->flags & SEG_DEST)
        refuse(outcome, name, "was marked for removal meanwhile; nothing was done");
    else if (is.key != was->key)
        refuse(outcome, name,
               "is another one now (key 0x%08" PRIx32 ", was 0x%08" PRIx32 "); nothing was done",
               is.key, was->key);
    else
        refuse(outcome, name, "was changed meanwhile; nothing was done: look at it again");
    return false;
}

// --- remove -------------------------------------------------------------------------------------

static int call_remove(const struct identity *target)
{
    switch (target->kind) {
    case KIND_SEGMENT:
        return shmctl(target->id, IPC_RMID, NULL);
    case KIND_SEMSET:
        return semctl(target->id, 0, IPC_RMID);
    default:
        return msgctl(target->id, IPC_RMID, NULL);
    }
}

static void act_remove(const struct action *action, const char *name, struct outcome *outcome)
{
    struct ipcstat now, after;

    if (!is_still(action, name, &now, outcome))
        return;
    if (call_remove(&action->target) < 0) {
        failed(outcome, name, &now, errno, "CAP_SYS_ADMIN");
        return;
    }
    // A segment stays until the last one detaches; sets and queues are gone at once.
    if (action->target.kind == KIND_SEGMENT &&
        ipcstat(KIND_SEGMENT, action->target.id, &after) == 0)
        snprintf(outcome->text, sizeof outcome->text,
                 "%s marked for removal; %" PRIu64 " still attached", name, after.nattch);
    else
        snprintf(outcome->text, sizeof outcome->text, "%s removed", name);
}

// --- set ----------------------------------------------------------------------------------------

static int call_set(const struct identity *target, const struct ipcstat *to)
{
    const struct ipc_perm perm = {
        .uid = to->o.uid, .gid = to->o.gid, .mode = (unsigned short)to->o.mode};
    struct shmid_ds shm = {.shm_perm = perm};
    struct semid_ds sem = {.sem_perm = perm};
    struct msqid_ds msg = {.msg_perm = perm, .msg_qbytes = (msglen_t)to->max_bytes};
    union { // semctl(2): the caller defines it
        int val;
        struct semid_ds *buf;
    } all = {.buf = &sem};

    switch (target->kind) {
    case KIND_SEGMENT:
        return shmctl(target->id, IPC_SET, &shm);
    case KIND_SEMSET:
        return semctl(target->id, 0, IPC_SET, all);
    default:
        return msgctl(target->id, IPC_SET, &msg);
    }
}

static void say_set(const struct action *action, const char *name, struct outcome *outcome)
{
    size_t cap = sizeof outcome->text, n;
    unsigned which = action->set.which;
    const char *comma = "";

    n = (size_t)snprintf(outcome->text, cap, "%s changed: ", name);
    if (which & SET_UID) {
        char owner[SET_NAME];
        if (action->set.user[0])
            snprintf(owner, sizeof owner, "%s", action->set.user);
        else
            local_name(action->set.uid, owner, sizeof owner);
        n += (size_t)snprintf(outcome->text + n, cap - n, "owner %s", owner);
        comma = ", ";
    }
    if (which & SET_GID) {
        if (action->set.group[0])
            n += (size_t)snprintf(outcome->text + n, cap - n, "%sgroup %s", comma,
                                  action->set.group);
        else
            n += (size_t)snprintf(outcome->text + n, cap - n, "%sgroup %" PRIu32, comma,
                                  action->set.gid);
        comma = ", ";
    }
    if (which & SET_MODE) {
        n += (size_t)snprintf(outcome->text + n, cap - n, "%smode %04" PRIo32, comma,
                              action->set.mode);
        comma = ", ";
    }
    if (which & SET_MAX_BYTES)
        snprintf(outcome->text + n, cap - n, "%sat most %" PRIu64 " bytes", comma,
                 action->set.max_bytes);
}

static void act_set(const struct action *action, const char *name, struct outcome *outcome)
{
    unsigned which = action->set.which;
    struct ipcstat now, to;

    if (!which || which & ~(unsigned)(SET_UID | SET_GID | SET_MODE | SET_MAX_BYTES) ||
        (which & SET_MAX_BYTES && action->target.kind != KIND_QUEUE) ||
        (which & SET_MODE && action->set.mode > MODE_MAX)) {
        refuse(outcome, name, "has nothing like that to change");
        return;
    }
    if (!is_still(action, name, &now, outcome))
        return;
    to = now;
    if (which & SET_UID)
        to.o.uid = action->set.uid;
    if (which & SET_GID)
        to.o.gid = action->set.gid;
    if (which & SET_MODE)
        to.o.mode = action->set.mode;
    if (which & SET_MAX_BYTES)
        to.max_bytes = action->set.max_bytes;
    if (call_set(&action->target, &to) == 0) {
        say_set(action, name, outcome);
        return;
    }
    int error = errno;
    // The kernel says EINVAL also for an owner that its user namespace has no number for.
    if (error == EINVAL && ipcstat(action->target.kind, action->target.id, &to) == 0) {
        outcome->state = OUTCOME_FAILED;
        outcome->error = EINVAL;
        snprintf(outcome->text, sizeof outcome->text, "%s: the kernel does not accept that", name);
        return;
    }
    // More than kernel.msgmnb is for CAP_SYS_RESOURCE alone, whoever owns it: ipc/msg.c
    // msgctl_down.
    failed(outcome, name, &now, error,
           which & SET_MAX_BYTES ? "CAP_SYS_ADMIN, and CAP_SYS_RESOURCE beyond msgmnb"
                                 : "CAP_SYS_ADMIN");
}

// --- lock ---------------------------------------------------------------------------------------

static void act_lock(const struct action *action, const char *name, struct outcome *outcome)
{
    bool lock = action->verb == ACTION_LOCK;
    struct ipcstat now, after;

    if (action->target.kind != KIND_SEGMENT) {
        refuse(outcome, name, "cannot be locked: segments can");
        return;
    }
    if (!is_still(action, name, &now, outcome))
        return;
    if (shmctl(action->target.id, lock ? SHM_LOCK : SHM_UNLOCK, NULL) < 0) {
        failed(outcome, name, &now, errno, "CAP_IPC_LOCK");
        bool ours = geteuid() == now.o.uid || geteuid() == now.o.cuid;
        if (outcome->error == ENOMEM || (outcome->error == EPERM && ours))
            snprintf(outcome->text, sizeof outcome->text,
                     "%s: more than this user may lock: needs a higher ulimit -l or CAP_IPC_LOCK",
                     name);
        return;
    }
    // Done without a word, and without an effect, on huge pages: ipc/shm.c shmctl_do_lock.
    if (lock && ipcstat(KIND_SEGMENT, action->target.id, &after) == 0 &&
        !(after.flags & SEG_LOCKED))
        snprintf(outcome->text, sizeof outcome->text,
                 "%s lies in huge pages, which are never swapped: nothing to lock", name);
    else
        snprintf(outcome->text, sizeof outcome->text, "%s %s", name,
                 lock ? "locked in memory" : "unlocked");
}

void objects_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    enum kind_id kind = action->target.kind;
    char name[NAME_ROOM];

    *outcome = (struct outcome){.action = *action};
    if (action->verb == ACTION_SIGNAL) {
        signal_act(proc, action, outcome);
        return;
    }
    identity_text(&action->target, name, sizeof name);
    if (!kind_is_object(kind)) {
        refuse(outcome, name, "is no object of System V IPC");
        return;
    }
    switch (action->verb) {
    case ACTION_REMOVE:
        act_remove(action, name, outcome);
        break;
    case ACTION_SET:
        act_set(action, name, outcome);
        break;
    case ACTION_LOCK:
    case ACTION_UNLOCK:
        act_lock(action, name, outcome);
        break;
    default:
        refuse(outcome, name, "cannot do that");
    }
}
