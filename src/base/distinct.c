#include "base/distinct.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/order.h"

struct place {
    uint64_t key;
    size_t at;
};

static int place_order(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;

    return order_by_u64(a->key, b->key) ?: order_by_u64(a->at, b->at);
}

bool *distinct_first(const uint64_t *keys, size_t n)
{
    struct place *places = mem_zero(n, sizeof *places);
    bool *first = mem_zero(n, sizeof *first);

    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){keys[i], i};
    qsort(places, n, sizeof *places, place_order);
    for (size_t i = 0; i < n; i++)
        first[places[i].at] = i == 0 || places[i].key != places[i - 1].key;
    free(places);
    return first;
}
