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

int64_t clock_boot_ns(void)
{
    return clock_epoch_ns() - read_clock(CLOCK_BOOTTIME);
}

int64_t clock_used_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}
