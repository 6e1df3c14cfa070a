#include "ui/terminal/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

// All that end a program which does not know them, but for crashes: the terminal is given back, and
// what is done is logged. SIGXCPU leaves a second until the hard limit: setrlimit(2).
static const int endings[] = {SIGTERM, SIGHUP,  SIGINT,    SIGQUIT, SIGXCPU, SIGXFSZ, SIGUSR1,
                              SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPIPE, SIGPOLL, SIGPWR};
static const int tellings[] = {SIGWINCH, SIGTSTP, SIGCONT};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

static sigset_t ending, waited;
static int fd = -1;
static void (*rescue)(void), (*let_go)(void);
static volatile sig_atomic_t caught; // an ending signal that came within a window; 0: none

enum { LAST_SECONDS = 3 };

static bool ignored(int number)
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void signals_block(void)
{
    sigemptyset(&ending);
    sigemptyset(&waited);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (!ignored(endings[i])) // a blocked signal waits although it is ignored
            sigaddset(&ending, endings[i]);
    waited = ending;
    for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++)
        sigaddset(&waited, tellings[i]);
    pthread_sigmask(SIG_BLOCK, &waited, NULL);
    if (fd < 0)
        fd = signalfd(-1, &waited, SFD_CLOEXEC | SFD_NONBLOCK);
}

int signals_fd(void)
{
    return fd;
}

int signals_caught(void)
{
    return caught;
}

int signals_next(void)
{
    struct signalfd_siginfo info;

    if (caught)
        return caught;
    return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

void signals_default(int number)
{
    const struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t one, old;

    sigaction(number, &plain, NULL);
    sigemptyset(&one);
    sigaddset(&one, number);
    pthread_sigmask(SIG_UNBLOCK, &one, &old);
    raise(number);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void rescue_and_end(int number)
{
    if (rescue)
        rescue();
    signals_default(number);
    _exit(128 + number);
}

// The write that was interrupted, and those that follow, no longer block: the program goes on to its
// end with all that belongs to it.
static void note_end(int number)
{
    caught = number;
    if (rescue)
        rescue();
    if (let_go)
        let_go();
}

void signals_rescue(void (*how)(void), void (*no_more_writes)(void))
{
    static char stack[65536]; // an overflown stack is a crash, too
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction crash = {.sa_handler = rescue_and_end, .sa_flags = SA_ONSTACK};
    struct sigaction end = {.sa_handler = note_end}; // without SA_RESTART

    rescue = how;
    let_go = no_more_writes;
    sigfillset(&crash.sa_mask);
    sigfillset(&end.sa_mask);
    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigaction(crashes[i], &crash, NULL);
    // Only within a window; outside they wait in the descriptor.
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (sigismember(&ending, endings[i]))
            sigaction(endings[i], &end, NULL);
}

void signals_window_open(void)
{
    if (!caught)
        pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
}

void signals_window_close(void)
{
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
}

static void time_is_up(int number)
{
    signals_default(caught ? caught : number);
}

static void note_late(int number)
{
    if (!caught)
        alarm(LAST_SECONDS);
    caught = number;
}

void signals_last(void)
{
    const struct sigaction late = {.sa_handler = note_late, .sa_flags = SA_RESTART};
    const struct sigaction up = {.sa_handler = time_is_up};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (sigismember(&ending, endings[i]))
            sigaction(endings[i], &late, NULL);
    sigaction(SIGALRM, &up, NULL);
    sigaddset(&ending, SIGALRM);
    if (caught)
        alarm(LAST_SECONDS);
    pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
}
