#include "linux/actions/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error_text.h"
#include "base/text.h"
#include "linux/actions/local_name.h"
#include "linux/process/pidfd.h"
#include "linux/process/proc_file.h"
#include "linux/process/stat.h"

__attribute__((format(printf, 2, 3))) static void refuse(struct outcome *outcome,
                                                         const char *format, ...)
{
    va_list args;

    outcome->state = OUTCOME_REFUSED;
    va_start(args, format);
    vsnprintf(outcome->text, sizeof outcome->text, format, args);
    va_end(args);
}

static void signal_name(int signal, char *dst, size_t cap)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
                 {SIGABRT, "SIGABRT"}, {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
                 {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"},
                 {SIGTERM, "SIGTERM"}, {SIGCHLD, "SIGCHLD"}, {SIGCONT, "SIGCONT"},
                 {SIGSTOP, "SIGSTOP"}, {SIGTSTP, "SIGTSTP"}, {SIGWINCH, "SIGWINCH"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == signal) {
            snprintf(dst, cap, "%s", names[i].name);
            return;
        }
    snprintf(dst, cap, "signal %d", signal);
}

// kill(2): root, CAP_KILL, or a real or effective uid equal to the target's real or saved one.
static void failed(const char *proc, struct outcome *outcome, const char *name, int error)
{
    char path[4096], owner[40] = "", reason[64];
    struct stat st;

    outcome->state = OUTCOME_FAILED;
    outcome->error = error;
    if (error != EPERM) {
        snprintf(outcome->text, sizeof outcome->text, "%s: %s", name,
                 error_text(error, reason, sizeof reason));
        return;
    }
    snprintf(path, sizeof path, "%s/%" PRId32, proc, outcome->action.target.pid);
    if (stat(path, &st) == 0 && st.st_uid != 0)
        local_name(st.st_uid, owner, sizeof owner);
    snprintf(outcome->text, sizeof outcome->text, "%s: not permitted: needs root%s%s or CAP_KILL",
             name, *owner ? ", " : "", owner);
}

// "process 42 pmon", and whether it is stopped: by files that answer whatever it is stuck in.
static bool look_at(const char *proc, int32_t pid, char *name, size_t cap)
{
    char comm[64], status[1024];
    ssize_t n = proc_file_read(comm, sizeof comm, proc, "%" PRId32 "/comm", pid);
    size_t used = (size_t)snprintf(name, cap, "process %" PRId32, pid);

    if (n > 1) {
        name[used++] = ' ';
        text_escape(name + used, cap - used, comm, (size_t)n - (comm[n - 1] == '\n'));
    }
    n = proc_file_read(status, sizeof status, proc, "%" PRId32 "/status", pid);
    const char *state = n > 0 ? strstr(status, "\nState:\t") : NULL;
    return state && (state[8] == 'T' || state[8] == 't');
}

// Sends to what `pidfd` names, or, before Linux 5.3 (pidfd < 0), to the pid: its start time was
// compared just now, and its number cannot come round again so fast.
static void deliver(const char *proc, int pidfd, struct outcome *outcome)
{
    const struct action *action = &outcome->action;
    int32_t pid = action->target.pid;
    char name[100], signal[32];
    bool stopped = look_at(proc, pid, name, sizeof name);

    signal_name(action->signal, signal, sizeof signal);
    int error = pidfd >= 0                      ? pidfd_signal(pidfd, action->signal)
                : kill(pid, action->signal) < 0 ? -errno
                                                : 0;
    if (error == -ESRCH) {
        refuse(outcome, "%s is already gone", name);
        return;
    }
    if (error) {
        failed(proc, outcome, name, -error);
        return;
    }
    bool waits = stopped && action->signal != SIGKILL && action->signal != SIGCONT;
    snprintf(outcome->text, sizeof outcome->text, "%s sent to %s%s", signal, name,
             waits ? "; it is stopped and gets it when continued" : "");
}

enum who { WHO_IT, WHO_ANOTHER, WHO_GONE, WHO_UNKNOWN };

// Who has the pid. Where the kernel numbers processes for good, that tells without asking the
// process, which may be stuck in exec; else its start time, which hangs then.
static enum who identify(const char *proc, int pidfd, const struct identity *target)
{
    uint64_t instance = target->instance && pidfd >= 0 ? pidfd_instance(pidfd) : 0;
    struct task_stat stat;
    char path[4096];

    if (instance)
        return instance == target->instance ? WHO_IT : WHO_ANOTHER;
    if (!target->start_ticks)
        return WHO_UNKNOWN;
    snprintf(path, sizeof path, "%s/%" PRId32 "/stat", proc, target->pid);
    int error = stat_read(AT_FDCWD, path, &stat);
    if (error)
        return error == -ENOENT || error == -ESRCH ? WHO_GONE : WHO_UNKNOWN;
    return stat.start_ticks == target->start_ticks ? WHO_IT : WHO_ANOTHER;
}

// With the pidfd held, the pid cannot pass to another process unnoticed: what is compared now is
// what the signal goes to.
static void check_and_deliver(const char *proc, int pidfd, struct outcome *outcome)
{
    int32_t pid = outcome->action.target.pid;

    switch (identify(proc, pidfd, &outcome->action.target)) {
    case WHO_IT:
        deliver(proc, pidfd, outcome);
        break;
    case WHO_ANOTHER:
        refuse(outcome,
               "process %" PRId32 " is already gone: its pid belongs to another one now; "
               "nothing was sent",
               pid);
        break;
    case WHO_GONE:
        refuse(outcome, "process %" PRId32 " is already gone", pid);
        break;
    case WHO_UNKNOWN:
        refuse(outcome, "process %" PRId32 " does not let itself be identified; nothing was sent",
               pid);
        break;
    }
}

void signal_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    const struct identity *target = &action->target;

    *outcome = (struct outcome){.action = *action};
    if (target->pid <= 0) { // kill(2): 0 is our own process group, -1 everybody
        refuse(outcome, "pid %" PRId32 " is outside this PID namespace: nothing can be sent",
               target->pid);
        return;
    }
    if (target->pid == getpid()) {
        refuse(outcome, "process %" PRId32 " is this monitor itself; nothing was sent",
               target->pid);
        return;
    }
    if (action->signal <= 0 || action->signal > SIGRTMAX) {
        refuse(outcome, "there is no signal %d", action->signal);
        return;
    }
    if (!target->start_ticks && !target->instance) {
        refuse(outcome,
               "process %" PRId32 ": its start time is not known, so it could be another "
               "one; nothing was sent",
               target->pid);
        return;
    }
    int pidfd = pidfd_of(target->pid);
    if (pidfd == -ESRCH)
        refuse(outcome, "process %" PRId32 " is already gone", target->pid);
    else if (pidfd < 0 && pidfd != -ENOSYS && pidfd != -EPERM) // not old, nor filtered by seccomp
        failed(proc, outcome, "not sent", -pidfd);
    else
        check_and_deliver(proc, pidfd, outcome);
    if (pidfd >= 0)
        close(pidfd);
}
