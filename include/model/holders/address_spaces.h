// Which tasks share one address space: they are ordered by what compares two of them. Pure.
#ifndef IPCTOP_MODEL_HOLDERS_ADDRESS_SPACES_H
#define IPCTOP_MODEL_HOLDERS_ADDRESS_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Orders two address spaces: <0, 0 (the same one), >0. False where that cannot be known.
typedef bool address_space_order(void *self, int32_t a, int32_t b, int *order);

// same[i] becomes the index of the first one found to share the memory of tasks[i], or i. What
// cannot be compared counts as distinct. n log n comparisons.
void address_spaces_join(address_space_order *compare, void *self, const int32_t *tasks, size_t n,
                         uint32_t *same);

#endif
