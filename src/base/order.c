#include "base/order.h"

#include <stdlib.h>
#include <string.h>

int order_i32(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

int order_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

int order_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void order_sort(void *items, size_t n, size_t size, order_fn *order)
{
    if (n > 1)
        qsort(items, n, size, order);
}

size_t order_once(void *items, size_t n, size_t size, order_fn *order)
{
    char *at = items;
    size_t kept = n > 0;

    order_sort(items, n, size, order);
    for (size_t i = 1; i < n; i++)
        if (order(at + (kept - 1) * size, at + i * size) != 0)
            memmove(at + kept++ * size, at + i * size, size);
    return kept;
}

void *order_find(const void *items, size_t n, size_t size, const void *key, order_fn *order)
{
    return n ? bsearch(key, items, n, size, order) : NULL;
}
