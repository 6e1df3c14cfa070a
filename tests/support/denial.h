// System calls that fail as on an older kernel, by a seccomp filter: seccomp(2).
#ifndef IPCTOP_TESTS_DENIAL_H
#define IPCTOP_TESTS_DENIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// By number, the same on all machines (but Alpha): the headers may be older than what is denied.
enum {
    CALL_PIDFD_SEND_SIGNAL = 424,
    CALL_PIDFD_OPEN = 434,
    CALL_CLONE3 = 435,
    CALL_CLOSE_RANGE = 436,
    CALL_OPENAT2 = 437,
    CALL_FACCESSAT2 = 439,
};

struct denial {
    const char *what; // as a test names it
    long call;        // SYS_…
    uint32_t command; // second argument (an ioctl's request) it is denied with; 0: always
    int error;
};

// Denies these to the calling thread and its children from now on, for good: fork(2) or start a
// thread before. False where the machine has no seccomp filters.
bool deny(const struct denial *denials, size_t n);

#endif
