#include "model/record/shared.h"

#include "base/order.h"

int shared_order(const struct shared_id *a, const struct shared_id *b)
{
    return order_by(a->dev_major, b->dev_major)
               ?: order_by(a->dev_minor, b->dev_minor)
               ?: order_by_u64(a->inode, b->inode);
}

int shared_by_id(const void *a, const void *b)
{
    return shared_order(a, b);
}

const struct shared *shared_among(const struct shared_vec *rows, const struct shared_id *id)
{
    size_t at = vec_lower(rows, row, shared_order(&row->id, id) < 0);

    return at < rows->n && shared_order(&rows->at[at].id, id) == 0 ? &rows->at[at] : NULL;
}

const char *shared_type_title(enum shared_type type)
{
    static const char *const titles[SHARED_TYPES] = {
        [SHARED_POSIX] = "POSIX segment",
        [SHARED_MEMFD] = "memfd",
        [SHARED_ANONYMOUS] = "anonymous shared memory",
        [SHARED_HUGETLBFS] = "file of hugetlbfs",
        [SHARED_MQUEUE] = "POSIX queue",
        [SHARED_SEMAPHORE] = "POSIX semaphore",
    };

    return titles[type];
}

bool shared_look_is_whole(const struct shared_look *look)
{
    return !look->unreadable && !look->stuck && !look->left_out;
}

bool shared_type_has_names(enum shared_type type)
{
    return type == SHARED_POSIX || type == SHARED_SEMAPHORE || type == SHARED_MQUEUE;
}

bool shared_has_name(const struct shared *row)
{
    return shared_type_has_names(row->type) && !(row->status & SHARED_DELETED);
}
