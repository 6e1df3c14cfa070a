#include "model/holders/address_spaces.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// Each is looked up among the distinct ones so far, which are kept in their order.
void address_spaces_join(address_space_order *compare, void *self, const int32_t *tasks, size_t n,
                         uint32_t *same)
{
    uint32_t *distinct = mem_alloc(n * sizeof *distinct);
    size_t known = 0;

    for (uint32_t i = 0; i < n; i++) {
        size_t low = 0, high = known;
        int order = 1;
        bool answered = true;
        same[i] = i;
        while (low < high && answered && order != 0) {
            size_t middle = low + (high - low) / 2;
            answered = compare(self, tasks[i], tasks[distinct[middle]], &order);
            if (answered && order == 0)
                same[i] = distinct[middle];
            if (order > 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (!answered || same[i] != i)
            continue;
        memmove(distinct + low + 1, distinct + low, (known - low) * sizeof *distinct);
        distinct[low] = i;
        known++;
    }
    free(distinct);
}
