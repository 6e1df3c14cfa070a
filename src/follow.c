#include "follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "options_check.h"

static volatile sig_atomic_t ended_by;

static void on_signal(int number)
{
    ended_by = number;
}

// Blocked but while we wait; *waiting is the mask for that.
static void catch_signals(sigset_t *waiting)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;

    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        sigaddset(&blocked, ends[i]);
        sigaction(ends[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigdelset(waiting, ends[i]);
}

// The status, where it is the end: -1 else.
static int next(const struct follower *f, struct sampler *sampler, long *ticks)
{
    struct snapshot *s = sampler_take(sampler);
    int error = 0;

    if (!s)
        return -1;
    if (!s->partial) {
        error = f->take(f->arg, s);
        ++*ticks;
    }
    snapshot_unref(s);
    if (error == -EPIPE)
        return 0; // its reader has seen enough
    if (error)
        options_fail("cannot write: %s", strerror(-error));
    return error ? 1 : f->ticks && *ticks >= f->ticks ? 0 : -1;
}

int follow_run(const struct follower *f, struct sampler *sampler)
{
    struct pollfd on = {.fd = sampler_fd(sampler), .events = POLLIN};
    long ticks = 0;
    int status = -1;
    sigset_t waiting;

    catch_signals(&waiting);
    sampler_want(sampler, &f->want);
    while (status < 0 && !ended_by)
        if (ppoll(&on, 1, NULL, &waiting) > 0)
            status = next(f, sampler, &ticks);
    if (ended_by && status < 0) { // what happened since the last tick
        sampler_refresh(sampler);
        if (poll(&on, 1, 1000) > 0)
            next(f, sampler, &ticks);
    }
    return status >= 0 ? status : 128 + ended_by;
}
