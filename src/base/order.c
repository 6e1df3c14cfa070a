#include "base/order.h"

#include <stdlib.h>
#include <string.h>

int order_i32(const void *a, const void *b)
{
    return order_by(*(const int32_t *)a, *(const int32_t *)b);
}

int order_u32(const void *a, const void *b)
{
    return order_by(*(const uint32_t *)a, *(const uint32_t *)b);
}

int order_u64(const void *a, const void *b)
{
    return order_by_u64(*(const uint64_t *)a, *(const uint64_t *)b);
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
