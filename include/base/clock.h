// The clocks, as plain numbers.
#ifndef IPCTOP_BASE_CLOCK_H
#define IPCTOP_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000) // in nanoseconds
#define CLOCK_MS INT64_C(1000000)

int64_t clock_ns(void);      // CLOCK_MONOTONIC
int64_t clock_epoch_s(void); // seconds since 1970
int64_t clock_epoch_ns(void);
// When the machine started, nanoseconds since 1970, by the clock of now: it moves with each setting of the
// clock, and else not by a millisecond. Both clocks follow a time namespace (time_namespaces(7)), like
// the start times of processes.
int64_t clock_boot_ns(void);
int64_t clock_used_ns(void); // processor time of all our threads

#endif
