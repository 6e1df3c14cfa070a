#include "model/record/ipc_namespace.h"

const struct ipc_namespace *namespace_find(const struct ipc_namespace_vec *all, uint64_t inode)
{
    return vec_find(all, inode, inode);
}
