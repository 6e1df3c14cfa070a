#include "linux/actions/unlink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/process/accounts.h"
#include "linux/process/list.h"
#include "linux/process/mapped_ids.h"
#include "linux/shared/names.h"
#include "model/consequence/outcomes.h"
#include "model/kinds/shared.h"

static void failed(struct outcome *outcome, int error)
{
    uint32_t uid = outcome->action.was.uid;

    if (error == ENOENT) {
        outcome_become(outcome, OUTCOME_GONE, 0);
    } else if (error == EPERM || error == EACCES) { // a sticky directory: unlink(2)
        outcome_become(outcome, OUTCOME_NOT_PERMITTED, error);
        if (uid != 0 && uid != UINT32_MAX)
            accounts_user(uid, outcome->facts.owner, sizeof outcome->facts.owner);
    } else {
        outcome_become(outcome, OUTCOME_ERROR, error);
    }
}

// Whether another open file description of it exists, of a mapping or a descriptor, by asking for a
// lease, which the kernel grants to the only one: fcntl(2) F_SETLEASE, fs/locks.c
// check_conflicting_open(). It is given back at once; one that opens the file meanwhile waits so long,
// and the signal that says so is one that does nothing.
enum use { UNUSED, USED, USE_UNKNOWN };

static enum use use_of(int at, const struct shared_id *id)
{
    int fd = names_open_file(at, id, 0);
    enum use use = USE_UNKNOWN;

    if (fd < 0)
        return USE_UNKNOWN;
    if (fcntl(fd, F_SETSIG, SIGURG) == 0) {
        if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0)
            use = UNUSED;
        else if (errno == EAGAIN)
            use = USED;
        fcntl(fd, F_SETLEASE, F_UNLCK);
    }
    close(fd);
    return use;
}

// The mount that stands in no directory is read only: there the call itself, of the same IPC namespace.
static int take_away(int dir, const char *name, bool unseen)
{
    long error = unseen ? syscall(SYS_mq_unlink, name) : unlinkat(dir, name, 0);

    return error < 0 ? errno : 0;
}

// What is open as `fd` has that name now.
static void unlink_it(int dir, const char *name, int fd, bool unseen, struct outcome *outcome)
{
    const struct action *action = &outcome->action;
    const struct shared_id id = shared_id_of(&action->target);
    bool queue = action->shared.type == SHARED_MQUEUE;
    enum use use = queue ? USE_UNKNOWN : use_of(fd, &id);
    struct stat before, after;

    if (fstat(fd, &before) < 0 || !names_is(&before, &id)) {
        outcome_become(outcome, OUTCOME_GONE, 0);
        return;
    }
    outcome->facts.state = (struct object_state){mapped_user(before.st_uid),
                                                 mapped_group(before.st_gid), before.st_mode, 0};
    if (mapped_user(before.st_uid) != action->was.uid) {
        outcome_become(outcome, OUTCOME_OTHER_OWNER, 0);
        return;
    }
    if (action->unused_only && !queue && use != UNUSED) {
        outcome_become(outcome, use == USED ? OUTCOME_NOW_USED : OUTCOME_USE_UNKNOWN, 0);
        return;
    }
    int error = take_away(dir, name, unseen);
    if (error)
        failed(outcome, error);
    else if (fstat(fd, &after) == 0 && after.st_nlink >= before.st_nlink)
        outcome_become(outcome, OUTCOME_NAME_PASSED, ESTALE);
    else if (after.st_nlink > 0)
        outcome_become(outcome, OUTCOME_NAME_REMOVED, 0);
    else
        outcome_become(outcome, use == USED ? OUTCOME_UNLINKED : OUTCOME_REMOVED, 0);
}

// False: that directory is on another device, the name is not there. Closes it.
static bool act_in(int dir, bool unseen, struct outcome *outcome)
{
    const struct shared_id id = shared_id_of(&outcome->action.target);
    char name[NAME_MAX + 1];
    struct stat st;

    if (dir < 0 || fstat(dir, &st) < 0 || !names_is_on(&st, &id)) {
        if (dir >= 0)
            close(dir);
        return false;
    }
    int error = names_find(dir, &id, outcome->action.shared.name, name);
    int fd = error ? error : openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        failed(outcome, error ? -error : errno);
    else
        unlink_it(dir, name, fd, unseen, outcome);
    if (fd >= 0)
        close(fd);
    close(dir);
    return true;
}

// Any mount namespace in which that file system is /dev/shm is as good as another.
static void act_elsewhere(const char *proc, struct outcome *outcome)
{
    struct pid_entry_vec all = {0};
    int32_t via = outcome->action.shared.via;
    int error = via > 0 ? names_open_shm_of(proc, via) : -ENOENT;
    bool refused = error == -EACCES || error == -EPERM, done = act_in(error, false, outcome);

    if (!done)
        process_list_read(proc, &all);
    for (size_t i = 0; i < all.n && !done; i++) {
        int dir = names_open_shm_of(proc, all.at[i].pid);
        refused |= dir == -EACCES || dir == -EPERM;
        done = act_in(dir, false, outcome);
    }
    vec_free(&all);
    if (!done)
        outcome_become(outcome, OUTCOME_NO_WAY, refused ? EACCES : ENOENT);
}

void unlink_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    bool entered = action->ipc_namespace != 0, unseen;

    *outcome = outcome_of(action, OUTCOME_NO_SUCH_ACTION, 0);
    if (!action->shared.name[0])
        return;
    if (action->shared.type != SHARED_MQUEUE) {
        if (!act_in(names_open_shm(), false, outcome))
            act_elsewhere(proc, outcome);
        return;
    }
    int dir = names_open_mqueue(entered, &unseen);
    if (!act_in(dir, unseen, outcome))
        outcome_become(outcome, OUTCOME_NO_WAY, dir < 0 ? -dir : ENOENT);
}
