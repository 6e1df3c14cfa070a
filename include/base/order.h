// Items in order: qsort(3) and bsearch(3) take these orders.
#ifndef IPCTOP_BASE_ORDER_H
#define IPCTOP_BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

typedef int order_fn(const void *a, const void *b);

// Ascending, of items that begin with such a number.
int order_i32(const void *a, const void *b);
int order_u32(const void *a, const void *b);
int order_u64(const void *a, const void *b);

// Of two numbers. Of several members: order_by(a->x, b->x) ?: order_by(a->y, b->y).
static inline int order_by(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static inline int order_by_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

// Sorts them; there may be none, at NULL.
void order_sort(void *items, size_t n, size_t size, order_fn *order);
// The same, and leaves one of those that are equal. How many are left.
size_t order_once(void *items, size_t n, size_t size, order_fn *order);
// One that is equal to the key; NULL: there is none. There may be none at all, at NULL.
void *order_find(const void *items, size_t n, size_t size, const void *key, order_fn *order);

#endif
