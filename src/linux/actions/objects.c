#include "linux/actions/objects.h"

#include <errno.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "linux/actions/signal.h"
#include "linux/actions/unlink.h"
#include "linux/objects/ipcstat.h"
#include "linux/process/accounts.h"
#include "model/consequence/outcomes.h"

enum { MODE_MAX = 0777 };

// Permitted are owner and creator, by include/linux/ipc_namespace.h ipcctl_obtain_check.
static void note_permitted(struct outcome *outcome, const struct owned *o)
{
    struct outcome_facts *facts = &outcome->facts;

    if (o->uid != 0 && o->uid != UINT32_MAX)
        accounts_user(o->uid, facts->owner, sizeof facts->owner);
    if (o->cuid != 0 && o->cuid != UINT32_MAX && o->cuid != o->uid)
        accounts_user(o->cuid, facts->creator, sizeof facts->creator);
}

static void failed(struct outcome *outcome, const struct ipcstat *now, int error)
{
    if (error == EINVAL || error == EIDRM) {
        outcome_become(outcome, OUTCOME_GONE, 0);
    } else if (error == EPERM || error == EACCES) {
        outcome_become(outcome, OUTCOME_NOT_PERMITTED, error);
        note_permitted(outcome, &now->o);
    } else {
        outcome_become(outcome, OUTCOME_ERROR, error);
    }
}

static bool is_same_but_changed(const struct action *action, const struct identity *is,
                                const struct ipcstat *now)
{
    struct identity known = action->target;

    known.ctime = is->ctime;
    return identity_exact(is, &known) && (!action->was.cpid || action->was.cpid == now->cpid);
}

// Whether the object is what the user chose; else the outcome is why not.
static bool is_still(const struct action *action, struct ipcstat *now, struct outcome *outcome)
{
    const struct identity *was = &action->target;
    struct identity is = *was;
    int error = ipcstat(was->kind, was->id, now);

    if (error == -EACCES) { // before Linux 4.17, an object we may not read
        outcome_become(outcome, OUTCOME_UNREADABLE, EACCES);
        return false;
    }
    if (error) {
        failed(outcome, now, -error);
        return false;
    }
    is.key = now->o.key;
    is.cuid = now->o.cuid;
    is.cgid = now->o.cgid;
    is.ctime = now->o.ctime;
    outcome->facts.now = is;
    outcome->facts.state = (struct object_state){now->o.uid, now->o.gid, now->o.mode, now->cpid};
    if (identity_exact(&is, was) || (action->again && is_same_but_changed(action, &is, now)))
        return true;
    enum outcome_code code = is.cuid != was->cuid || is.cgid != was->cgid ? OUTCOME_OTHER_CREATOR
                             : is.key == was->key                         ? OUTCOME_NOW_CHANGED
                             : now->flags & SEG_DEST                      ? OUTCOME_NOW_MARKED
                                                                          : OUTCOME_OTHER_KEY;
    outcome_become(outcome, code, 0);
    return false;
}

// --- remove -------------------------------------------------------------------------------------

static void act_remove(const struct action *action, struct outcome *outcome)
{
    struct ipcstat now, after;

    if (!is_still(action, &now, outcome))
        return;
    if (action->unused_only && now.nattch) {
        outcome_become(outcome, OUTCOME_NOW_ATTACHED, 0);
        outcome->facts.number = now.nattch;
        return;
    }
    if (ipcstat_control(action->target.kind, action->target.id, IPC_RMID, NULL) < 0) {
        failed(outcome, &now, errno);
        return;
    }
    // A segment stays until the last one detaches; sets and queues are gone at once.
    if (action->target.kind == KIND_SEGMENT &&
        ipcstat(KIND_SEGMENT, action->target.id, &after) == 0) {
        outcome_become(outcome, OUTCOME_MARKED, 0);
        outcome->facts.number = after.nattch;
    } else {
        outcome_become(outcome, OUTCOME_REMOVED, 0);
    }
}

// --- set ----------------------------------------------------------------------------------------

static int call_set(const struct identity *target, const struct ipcstat *to)
{
    const struct ipc_perm perm = {
        .uid = to->o.uid, .gid = to->o.gid, .mode = (unsigned short)to->o.mode};
    struct shmid_ds shm = {.shm_perm = perm};
    struct semid_ds sem = {.sem_perm = perm};
    struct msqid_ds msg = {.msg_perm = perm, .msg_qbytes = (msglen_t)to->max_bytes};

    return ipcstat_control(target->kind, target->id, IPC_SET,
                           target->kind == KIND_SEGMENT  ? (void *)&shm
                           : target->kind == KIND_SEMSET ? (void *)&sem
                                                         : (void *)&msg);
}

static void act_set(const struct action *action, struct outcome *outcome)
{
    unsigned which = action->set.which;
    struct ipcstat now, to;

    if (!which || which & ~(unsigned)(SET_UID | SET_GID | SET_MODE | SET_MAX_BYTES) ||
        (which & SET_MAX_BYTES && action->target.kind != KIND_QUEUE) ||
        (which & SET_MODE && action->set.mode > MODE_MAX)) {
        outcome_become(outcome, OUTCOME_NOTHING_TO_SET, 0);
        return;
    }
    if (!is_still(action, &now, outcome))
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
        outcome_become(outcome, OUTCOME_SET, 0);
        if (which & SET_UID && !action->set.user[0])
            accounts_user(action->set.uid, outcome->facts.owner, sizeof outcome->facts.owner);
        return;
    }
    int error = errno;
    // The kernel says EINVAL also for an owner that its user namespace has no number for.
    if (error == EINVAL && ipcstat(action->target.kind, action->target.id, &to) == 0)
        outcome_become(outcome, OUTCOME_NOT_ACCEPTED, EINVAL);
    else
        failed(outcome, &now, error);
}

// --- lock ---------------------------------------------------------------------------------------

static void act_lock(const struct action *action, struct outcome *outcome)
{
    bool lock = action->verb == ACTION_LOCK;
    struct ipcstat now, after;

    if (action->target.kind != KIND_SEGMENT) {
        outcome_become(outcome, OUTCOME_NOT_LOCKABLE, 0);
        return;
    }
    if (!is_still(action, &now, outcome))
        return;
    if (shmctl(action->target.id, lock ? SHM_LOCK : SHM_UNLOCK, NULL) < 0) {
        bool ours = geteuid() == now.o.uid || geteuid() == now.o.cuid;
        failed(outcome, &now, errno);
        if (outcome->error == ENOMEM || (outcome->error == EPERM && ours))
            outcome_become(outcome, OUTCOME_LOCK_LIMIT, outcome->error);
        return;
    }
    // Done without a word, and without an effect, on huge pages: ipc/shm.c shmctl_do_lock.
    bool nothing = lock && ipcstat(KIND_SEGMENT, action->target.id, &after) == 0 &&
                   !(after.flags & SEG_LOCKED);
    outcome_become(outcome,
                   nothing ? OUTCOME_NEVER_SWAPPED
                   : lock  ? OUTCOME_LOCKED
                           : OUTCOME_UNLOCKED,
                   0);
}

void objects_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    if (action->verb == ACTION_SIGNAL) {
        signal_act(proc, action, outcome);
        return;
    }
    *outcome = outcome_of(action, OUTCOME_NO_SUCH_ACTION, 0);
    if (action->shared.what) {
        if (action->verb == ACTION_REMOVE)
            unlink_act(proc, action, outcome);
        return;
    }
    if (!kind_is_object(action->target.kind)) {
        outcome_become(outcome, OUTCOME_NO_OBJECT, 0);
        return;
    }
    switch (action->verb) {
    case ACTION_REMOVE:
        act_remove(action, outcome);
        break;
    case ACTION_SET:
        act_set(action, outcome);
        break;
    case ACTION_LOCK:
    case ACTION_UNLOCK:
        act_lock(action, outcome);
        break;
    default:
        break;
    }
}
