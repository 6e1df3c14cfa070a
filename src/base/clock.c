#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t clock_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_epoch_s(void)
{
    return clock_epoch_ns() / CLOCK_SECOND;
}

int64_t clock_epoch_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

// The processor may be taken away between the two clocks: they are read again then.
int64_t clock_boot_ns(void)
{
    int64_t boot = 0, least = INT64_MAX;

    for (int i = 0; i < 8 && least > CLOCK_MS / 2; i++) {
        int64_t before = read_clock(CLOCK_BOOTTIME), now = clock_epoch_ns();
        int64_t between = read_clock(CLOCK_BOOTTIME) - before;
        if (between >= least)
            continue;
        least = between;
        boot = now - before - between / 2;
    }
    return boot;
}

int64_t clock_used_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}
