#include "follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "options_check.h"

static const int64_t PATIENCE_NS = 60 * CLOCK_SECOND; // of the last picture

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

struct progress {
    long ticks;
    int64_t read_ns; // CLOCK_MONOTONIC of the last picture
    int status;      // where it is the end; -1 else
};

static void next(const struct follower *f, struct sampler *sampler, struct progress *p)
{
    struct snapshot *s = sampler_take(sampler);
    int error = 0;

    if (!s)
        return;
    if (!s->partial) {
        error = f->take(f->arg, s);
        p->ticks++;
        p->read_ns = s->time_ns;
    }
    snapshot_unref(s);
    if (error && error != -EPIPE)
        options_fail("cannot write: %s", format_error(error));
    if (error) // EPIPE: its reader has seen enough
        p->status = error != -EPIPE;
    else if (f->ticks && p->ticks >= f->ticks)
        p->status = 0;
}

// What happened since the last tick. A picture that was under way may be of before: then also the next one.
// Another signal ends the waiting.
static void take_last(const struct follower *f, struct sampler *sampler, const sigset_t *waiting,
                      struct progress *p)
{
    struct pollfd on = {.fd = sampler_fd(sampler), .events = POLLIN};
    const int64_t asked = clock_ns();
    const long most = p->ticks + 2;

    sampler_refresh(sampler);
    while (p->status < 0 && p->ticks < most && p->read_ns < asked) {
        int64_t left = asked + PATIENCE_NS - clock_ns();
        struct timespec time = {left / CLOCK_SECOND, left % CLOCK_SECOND};
        if (left <= 0 || ppoll(&on, 1, &time, waiting) <= 0)
            return;
        next(f, sampler, p);
    }
}

int follow_run(const struct follower *f, struct sampler *sampler)
{
    struct pollfd on = {.fd = sampler_fd(sampler), .events = POLLIN};
    struct progress p = {.status = -1};
    sigset_t waiting;

    catch_signals(&waiting);
    sampler_want(sampler, &f->want);
    while (p.status < 0 && !ended_by)
        if (ppoll(&on, 1, NULL, &waiting) > 0)
            next(f, sampler, &p);
    if (p.status >= 0)
        return p.status;
    take_last(f, sampler, &waiting, &p);
    return p.status > 0 ? p.status : 128 + ended_by;
}
