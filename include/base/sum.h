// Header only. Sums of sizes that no memory need back: five sparse segments of 4E each
// exceed 64 bits.
#ifndef IPCTOP_BASE_SUM_H
#define IPCTOP_BASE_SUM_H

#include <stdint.h>

// Stays at the largest number there is.
static inline void sum_add(uint64_t *sum, uint64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum))
        *sum = UINT64_MAX;
}

#endif
