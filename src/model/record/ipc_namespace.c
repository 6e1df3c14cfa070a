#include "model/record/ipc_namespace.h"

const struct ipc_namespace *namespace_find(const struct ipc_namespace_vec *all, uint64_t inode)
{
    size_t low = vec_lower(all, row, row->inode < inode);

    return low < all->n && all->at[low].inode == inode ? &all->at[low] : NULL;
}
