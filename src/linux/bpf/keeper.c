#include "linux/bpf/keeper.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/order.h"
#include "linux/bpf/tracepoints.h"

#ifndef SYS_close_range // Linux 5.9
#define SYS_close_range 436
#endif

enum { FALLBACK_DESCRIPTORS = 4096 };

struct answer {   // of the keeper, once
    int error;    // 0: all is attached
    size_t which; // else the first that is not
};

static void close_between(int first, int last)
{
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
        return;
    for (int fd = first; fd <= last && fd < FALLBACK_DESCRIPTORS; fd++) // before Linux 5.9
        close(fd);
}

// A pipe of ours that stays open here would never end for its reader.
static void close_all_but(int *keep, size_t n)
{
    int from = 0;

    qsort(keep, n, sizeof *keep, order_i32);
    for (size_t i = 0; i < n; i++) {
        close_between(from, keep[i] - 1);
        from = keep[i] + 1;
    }
    close_between(from, INT_MAX);
}

static _Noreturn void keep(const struct attachment *attachments, size_t n, int socket)
{
    struct answer answer = {0};
    int needed[KEEPER_MAX + 1];
    sigset_t all;
    char byte;

    sigfillset(&all); // of a terminal that ends, above all: our user's end is what counts
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    prctl(PR_SET_NAME, "ipctop-keeper");
    for (size_t i = 0; i < n; i++)
        needed[i] = attachments[i].program;
    needed[n] = socket;
    close_all_but(needed, n + 1);
    if (chdir("/") < 0)
        answer.error = errno;
    for (size_t i = 0; i < n && !answer.error; i++) {
        const struct attachment *one = &attachments[i];
        int fd = one->id < 0 ? bpf_program_attach_raw(one->program, one->tracepoint)
                             : tracepoint_attach(one->id, one->program);
        if (fd < 0)
            answer = (struct answer){-fd, i};
    }
    if (send(socket, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer && !answer.error)
        while (read(socket, &byte, 1) < 0 && errno == EINTR)
            continue;
    _exit(0);
}

// Twice, so that init reaps it and not we.
static int fork_keeper(const struct attachment *attachments, size_t n, int socket)
{
    pid_t child = fork();
    int status;

    if (child < 0)
        return -errno;
    if (child == 0) {
        pid_t keeper = fork();
        if (keeper == 0)
            keep(attachments, n, socket);
        _exit(keeper < 0 ? errno : 0);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 0; // somebody ignores SIGCHLD
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int keeper_start(const struct attachment *attachments, size_t n, struct reason *reason)
{
    struct answer answer;
    int ends[2], error;
    ssize_t got;

    if (n > KEEPER_MAX)
        return -E2BIG;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    error = fork_keeper(attachments, n, ends[1]);
    close(ends[1]);
    if (error) {
        reason_set(reason, "no process for holding the programs: %s", strerror(-error));
        close(ends[0]);
        return error;
    }
    while ((got = recv(ends[0], &answer, sizeof answer, MSG_WAITALL)) < 0 && errno == EINTR)
        continue;
    if (got == sizeof answer && !answer.error)
        return ends[0];
    close(ends[0]);
    if (got != sizeof answer) {
        reason_set(reason, "the process that holds the programs ended");
        return -ECHILD;
    }
    if (answer.error == EPERM || answer.error == EACCES)
        reason_set(reason, "not permitted: tracing takes root, or CAP_BPF and CAP_PERFMON (%s)",
                   attachments[answer.which].tracepoint);
    else
        reason_set(reason, "%s cannot be traced: %s", attachments[answer.which].tracepoint,
                   strerror(answer.error));
    return -answer.error;
}
