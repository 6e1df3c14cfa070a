// The first of equal ones, among tens of thousands.
#ifndef IPCTOP_BASE_DISTINCT_H
#define IPCTOP_BASE_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// For each of n keys whether none before it is equal. n log n comparisons; the caller frees.
bool *distinct_first(const uint64_t *keys, size_t n);

#endif
