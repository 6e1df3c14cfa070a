#include "linux/signalling.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/taskstat.h"
#include "linux/users.h"

#ifndef SYS_pidfd_send_signal // the same number everywhere (but on Alpha)
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

__attribute__((format(printf, 2, 3)))
static void refuse(struct outcome *outcome, const char *format, ...)
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
static void failed(int dir, struct outcome *outcome, const char *name, int error)
{
    char path[16], owner[40], reason[64];
    struct stat st;

    outcome->state = OUTCOME_FAILED;
    outcome->error = error;
    if (error != EPERM) {
        snprintf(outcome->text, sizeof outcome->text, "%s: %s", name,
                 strerror_r(error, reason, sizeof reason));
        return;
    }
    snprintf(path, sizeof path, "%" PRId32, outcome->action.target.pid);
    if (fstatat(dir, path, &st, 0) == 0 && st.st_uid != 0)
        users_local_name(st.st_uid, owner, sizeof owner);
    else
        *owner = '\0';
    snprintf(outcome->text, sizeof outcome->text, "%s: not permitted: needs root%s%s or CAP_KILL",
             name, *owner ? ", " : "", owner);
}

// Sends to what `pidfd` names, or, before Linux 5.3 (pidfd -1), to the pid: its start time was
// compared just now, and its number cannot come round again so fast.
static void deliver(int dir, int pidfd, const struct taskstat *stat, struct outcome *outcome)
{
    const struct action *action = &outcome->action;
    int32_t pid = action->target.pid;
    char comm[68], name[100], signal[32];

    text_escape(comm, sizeof comm, stat->comm, strlen(stat->comm));
    snprintf(name, sizeof name, "process %" PRId32 " %s", pid, comm);
    signal_name(action->signal, signal, sizeof signal);
    long result = pidfd >= 0 ? syscall(SYS_pidfd_send_signal, pidfd, action->signal, NULL, 0)
                             : kill(pid, action->signal);
    if (result < 0 && errno == ESRCH) {
        refuse(outcome, "%s is already gone", name);
        return;
    }
    if (result < 0) {
        failed(dir, outcome, name, errno);
        return;
    }
    bool waits = (stat->state == 'T' || stat->state == 't') && action->signal != SIGKILL &&
                 action->signal != SIGCONT;
    snprintf(outcome->text, sizeof outcome->text, "%s sent to %s%s", signal, name,
             waits ? "; it is stopped and gets it when continued" : "");
}

// With the pidfd held, the pid cannot pass to another process unnoticed: what is compared now is
// what the signal goes to.
static void check_and_deliver(int dir, int pidfd, struct outcome *outcome)
{
    const struct identity *target = &outcome->action.target;
    struct taskstat stat;
    char path[32];

    snprintf(path, sizeof path, "%" PRId32 "/stat", target->pid);
    int error = taskstat_read(dir, path, &stat);
    if (error == -ENOENT || error == -ESRCH)
        refuse(outcome, "process %" PRId32 " is already gone", target->pid);
    else if (error)
        refuse(outcome, "process %" PRId32 " does not let itself be identified; nothing was sent",
               target->pid);
    else if (stat.start_ticks != target->start_ticks)
        refuse(outcome, "process %" PRId32 " is already gone: its pid belongs to another one now; "
               "nothing was sent", target->pid);
    else
        deliver(dir, pidfd, &stat, outcome);
}

void signalling_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    const struct identity *target = &action->target;

    *outcome = (struct outcome){.action = *action};
    if (target->pid <= 0) { // kill(2): 0 is our own process group, -1 everybody
        refuse(outcome, "pid %" PRId32 " is outside this PID namespace: nothing can be sent",
               target->pid);
        return;
    }
    if (target->pid == getpid()) {
        refuse(outcome, "process %" PRId32 " is this monitor itself; nothing was sent", target->pid);
        return;
    }
    if (action->signal <= 0 || action->signal > SIGRTMAX) {
        refuse(outcome, "there is no signal %d", action->signal);
        return;
    }
    if (!target->start_ticks) {
        refuse(outcome, "process %" PRId32 ": its start time is not known, so it could be another "
               "one; nothing was sent", target->pid);
        return;
    }
    int pidfd = (int)syscall(SYS_pidfd_open, target->pid, 0);
    if (pidfd < 0 && (errno == ESRCH || errno == EINVAL || errno == ENOENT)) { // or a thread's id
        refuse(outcome, "process %" PRId32 " is already gone", target->pid);
        return;
    }
    bool missing = pidfd < 0 && (errno == ENOSYS || errno == EPERM); // old, or filtered by seccomp
    int dir = pidfd >= 0 || missing ? open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir < 0)
        failed(-1, outcome, "not sent", errno);
    else
        check_and_deliver(dir, pidfd, outcome);
    if (dir >= 0)
        close(dir);
    if (pidfd >= 0)
        close(pidfd);
}
