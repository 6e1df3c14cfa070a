#include "watched.h"

#include <math.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool watched_start(struct watched *w, const char *const argv[])
{
    struct winsize size = {.ws_row = WATCHED_ROWS, .ws_col = WATCHED_COLUMNS};

    w->started = seconds_now();
    w->pid = forkpty(&w->fd, NULL, NULL, &size);
    if (w->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("HOME", "/proc/nonexistent", 1);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    return w->pid > 0;
}

// Bytes read within `seconds`; 0 when nothing came, -1 when the program is gone.
static ssize_t read_within(struct watched *w, char *buffer, size_t size, double seconds)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};

    if (seconds < 0)
        seconds = 0;
    if (poll(&p, 1, (int)ceil(seconds * 1000)) <= 0)
        return 0;
    ssize_t n = read(w->fd, buffer, size);
    return n > 0 ? n : -1;
}

void watched_idle(struct watched *w, double seconds, struct samples *bursts)
{
    char buffer[16384];
    double end = seconds_now() + seconds, burst = 0, last = 0;

    for (double now; (now = seconds_now()) < end;) {
        ssize_t n = read_within(w, buffer, sizeof buffer, end - now < 0.15 ? end - now : 0.15);
        if (n < 0)
            break;
        now = seconds_now();
        if (burst > 0 && now - last > 0.15) {
            if (bursts)
                vec_push(bursts, burst);
            burst = 0;
        }
        if (n > 0) {
            burst += (double)n;
            last = now;
        }
    }
    if (bursts && burst > 0)
        vec_push(bursts, burst);
}

void watched_gaps(struct watched *w, double seconds, struct samples *gaps)
{
    char buffer[16384];
    double end = seconds_now() + seconds, last = seconds_now();

    for (double now; (now = seconds_now()) < end;) {
        ssize_t n = read_within(w, buffer, sizeof buffer, end - now);
        if (n < 0)
            break;
        if (n == 0)
            continue;
        now = seconds_now();
        vec_push(gaps, now - last);
        last = now;
    }
}

double watched_until(struct watched *w, const char *text, double limit)
{
    static char seen[1 << 20];
    size_t have = 0;
    double start = seconds_now();

    for (double now; (now = seconds_now()) < start + limit;) {
        ssize_t n = read_within(w, seen + have, sizeof seen - have, start + limit - now);
        if (n < 0)
            break;
        have += (size_t)n;
        if (memmem(seen, have, text, strlen(text)))
            return seconds_now() - start;
        if (have == sizeof seen)
            have = 0;
    }
    return NAN;
}

double watched_key(struct watched *w, const char *keys)
{
    char buffer[16384];

    while (read_within(w, buffer, sizeof buffer, 0) > 0)
        continue;
    double start = seconds_now();
    if (write(w->fd, keys, strlen(keys)) < 0 || read_within(w, buffer, sizeof buffer, 1) <= 0)
        return NAN;
    return seconds_now() - start;
}

double watched_quit(struct watched *w, const char *keys)
{
    char buffer[16384];
    double start = seconds_now();

    if (write(w->fd, keys, strlen(keys)) < 0)
        kill(w->pid, SIGKILL);
    for (;;) {
        ssize_t n = read_within(w, buffer, sizeof buffer, 0.001);
        if (waitpid(w->pid, NULL, WNOHANG) == w->pid)
            break;
        if (n < 0)
            usleep(200);
        if (seconds_now() - start > 5)
            kill(w->pid, SIGKILL);
    }
    close(w->fd);
    return seconds_now() - start;
}
