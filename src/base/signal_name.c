#include "base/signal_name.h"

#include <signal.h>
#include <stddef.h>
#include <strings.h>

#include "base/text.h"

static const struct {
    const char *abbreviation, *description;
    // clang-format off
} signals[] = {
    [SIGHUP] = {"HUP", "Hangup"},
    [SIGINT] = {"INT", "Interrupt"},
    [SIGQUIT] = {"QUIT", "Quit"},
    [SIGILL] = {"ILL", "Illegal instruction"},
    [SIGTRAP] = {"TRAP", "Trace/breakpoint trap"},
    [SIGABRT] = {"ABRT", "Aborted"},
    [SIGBUS] = {"BUS", "Bus error"},
    [SIGFPE] = {"FPE", "Floating point exception"},
    [SIGKILL] = {"KILL", "Killed"},
    [SIGUSR1] = {"USR1", "User defined signal 1"},
    [SIGSEGV] = {"SEGV", "Segmentation fault"},
    [SIGUSR2] = {"USR2", "User defined signal 2"},
    [SIGPIPE] = {"PIPE", "Broken pipe"},
    [SIGALRM] = {"ALRM", "Alarm clock"},
    [SIGTERM] = {"TERM", "Terminated"},
#ifdef SIGSTKFLT // not on MIPS
    [SIGSTKFLT] = {"STKFLT", "Stack fault"},
#endif
    [SIGCHLD] = {"CHLD", "Child exited"},
    [SIGCONT] = {"CONT", "Continued"},
    [SIGSTOP] = {"STOP", "Stopped (signal)"},
    [SIGTSTP] = {"TSTP", "Stopped"},
    [SIGTTIN] = {"TTIN", "Stopped (tty input)"},
    [SIGTTOU] = {"TTOU", "Stopped (tty output)"},
    [SIGURG] = {"URG", "Urgent I/O condition"},
    [SIGXCPU] = {"XCPU", "CPU time limit exceeded"},
    [SIGXFSZ] = {"XFSZ", "File size limit exceeded"},
    [SIGVTALRM] = {"VTALRM", "Virtual timer expired"},
    [SIGPROF] = {"PROF", "Profiling timer expired"},
    [SIGWINCH] = {"WINCH", "Window changed"},
    [SIGIO] = {"POLL", "I/O possible"},
    [SIGPWR] = {"PWR", "Power failure"},
    [SIGSYS] = {"SYS", "Bad system call"},
};
// clang-format on

const char *signal_abbreviation(int number)
{
    return number > 0 && (size_t)number < sizeof signals / sizeof *signals
               ? signals[number].abbreviation
               : NULL;
}

const char *signal_description(int number)
{
    return number > 0 && (size_t)number < sizeof signals / sizeof *signals
               ? signals[number].description
               : NULL;
}

int signal_by_name(const char *name)
{
    int64_t number;

    if (text_parse_int(name, 1, SIGRTMAX, &number))
        return (int)number;
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (size_t i = 1; i < sizeof signals / sizeof *signals; i++)
        if (signals[i].abbreviation && strcasecmp(signals[i].abbreviation, name) == 0)
            return (int)i;
    return 0;
}
