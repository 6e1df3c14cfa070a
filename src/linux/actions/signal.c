#include "linux/actions/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/process/accounts.h"
#include "linux/process/mapped_ids.h"
#include "linux/process/pidfd.h"
#include "linux/process/proc_file.h"
#include "linux/process/stat.h"
#include "model/consequence/outcomes.h"

// kill(2): root, CAP_KILL, or a real or effective uid equal to the target's real or saved one.
static void failed(const char *proc, struct outcome *outcome, int error)
{
    char path[4096];
    struct stat st;

    outcome_become(outcome, error == EPERM ? OUTCOME_NOT_PERMITTED : OUTCOME_ERROR, error);
    snprintf(path, sizeof path, "%s/%" PRId32, proc, outcome->action.target.pid);
    if (error == EPERM && stat(path, &st) == 0 && st.st_uid != 0 &&
        mapped_user(st.st_uid) != UINT32_MAX)
        accounts_user(st.st_uid, outcome->facts.owner, sizeof outcome->facts.owner);
}

// Its name, and whether it is stopped: by files that answer whatever the process is stuck in.
static bool look_at(const char *proc, int32_t pid, struct outcome_facts *facts)
{
    char comm[64], status[1024];
    ssize_t n = proc_file_read(comm, sizeof comm, proc, "%" PRId32 "/comm", pid);

    if (n > 1)
        text_escape(facts->process, sizeof facts->process, comm, (size_t)n - (comm[n - 1] == '\n'));
    n = proc_file_read(status, sizeof status, proc, "%" PRId32 "/status", pid);
    const char *state = n > 0 ? strstr(status, "\nState:\t") : NULL;
    return state && (state[8] == 'T' || state[8] == 't');
}

// Sends to what `pidfd` names; before Linux 5.3 (pidfd < 0) and where seccomp(2) filters do not know
// that call, to the pid: the process was identified just now, and its number cannot come round again
// so fast.
static void deliver(const char *proc, int pidfd, struct outcome *outcome)
{
    int32_t pid = outcome->action.target.pid;
    int signal = outcome->action.signal;
    bool stopped = look_at(proc, pid, &outcome->facts);
    int error = pidfd >= 0 ? pidfd_signal(pidfd, signal) : -ENOSYS;

    if (error == -ENOSYS)
        error = kill(pid, signal) < 0 ? -errno : 0;
    if (error == -ESRCH)
        outcome_become(outcome, OUTCOME_GONE, 0);
    else if (error)
        failed(proc, outcome, -error);
    else if (stopped && signal != SIGKILL && signal != SIGCONT)
        outcome_become(outcome, OUTCOME_SENT_STOPPED, 0);
    else
        outcome_become(outcome, OUTCOME_SENT, 0);
}

enum found { FOUND_IT, FOUND_ANOTHER, FOUND_GONE, FOUND_UNKNOWN };

// Which process has the pid. Where the kernel numbers processes for good, the number shows it without
// asking the process, which may be stuck in exec; else its start time, which hangs then.
static enum found identify(const char *proc, int pidfd, const struct identity *target)
{
    uint64_t instance = target->instance && pidfd >= 0 ? pidfd_instance(pidfd) : 0;
    struct task_stat stat;
    char path[4096];

    if (instance)
        return instance == target->instance ? FOUND_IT : FOUND_ANOTHER;
    if (!target->start_ticks)
        return FOUND_UNKNOWN;
    snprintf(path, sizeof path, "%s/%" PRId32 "/stat", proc, target->pid);
    int error = stat_read(AT_FDCWD, path, &stat);
    if (error)
        return error == -ENOENT || error == -ESRCH ? FOUND_GONE : FOUND_UNKNOWN;
    return stat.start_ticks == target->start_ticks ? FOUND_IT : FOUND_ANOTHER;
}

// With the pidfd held, the pid cannot pass to another process unnoticed: what is compared now is
// what the signal goes to.
static void check_and_deliver(const char *proc, int pidfd, struct outcome *outcome)
{
    switch (identify(proc, pidfd, &outcome->action.target)) {
    case FOUND_IT:
        deliver(proc, pidfd, outcome);
        break;
    case FOUND_ANOTHER:
        outcome_become(outcome, OUTCOME_OTHER_PROCESS, 0);
        break;
    case FOUND_GONE:
        outcome_become(outcome, OUTCOME_GONE, 0);
        break;
    case FOUND_UNKNOWN:
        outcome_become(outcome, OUTCOME_UNIDENTIFIED, 0);
        break;
    }
}

// What is refused without looking; OUTCOME_TEXT: nothing is.
static enum outcome_code refusal(const struct action *action)
{
    const struct identity *target = &action->target;

    if (target->pid <= 0) // kill(2): 0 is our own process group, -1 everybody
        return OUTCOME_OUTSIDE;
    if (target->pid == getpid())
        return OUTCOME_OURSELVES;
    if (action->signal <= 0 || action->signal > SIGRTMAX)
        return OUTCOME_NO_SUCH_SIGNAL;
    return target->start_ticks || target->instance ? OUTCOME_TEXT : OUTCOME_NO_START;
}

void signal_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    enum outcome_code refused = refusal(action);

    *outcome = outcome_of(action, refused, 0);
    if (refused != OUTCOME_TEXT)
        return;
    int pidfd = pidfd_of(action->target.pid);
    if (pidfd == -ESRCH)
        outcome_become(outcome, OUTCOME_GONE, 0);
    else if (pidfd < 0 && pidfd != -ENOSYS && pidfd != -EPERM) // not old, nor filtered by seccomp
        outcome_become(outcome, OUTCOME_NOT_SENT, -pidfd);
    else
        check_and_deliver(proc, pidfd, outcome);
    if (pidfd >= 0)
        close(pidfd);
}
