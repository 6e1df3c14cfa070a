#include "model/record/shared.h"

int shared_order(const struct shared_id *a, const struct shared_id *b)
{
    uint64_t x = (uint64_t)a->dev_major << 32 | a->dev_minor;
    uint64_t y = (uint64_t)b->dev_major << 32 | b->dev_minor;

    if (x != y)
        return x < y ? -1 : 1;
    return (a->inode > b->inode) - (a->inode < b->inode);
}
