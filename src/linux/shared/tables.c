// What has a name in this mount and this IPC namespace. What has none, or one elsewhere, is found
// by asking processes: engine/shared/.
#include <errno.h>
#include <stdlib.h>

#include "linux/objects/table_reader.h"
#include "linux/shared/names.h"
#include "model/kinds/shared.h"

static int read_shared(const struct table_reading *in, struct table *out)
{
    struct shared_vec rows = {0};
    bool unseen;

    if (!in->is_procfs)
        return -EOPNOTSUPP;
    int shm = shared_queues_only(in->want) ? -ENOENT : names_open_shm(),
        mqueue = names_open_mqueue(in->elsewhere, &unseen);
    int shm_error = shm < 0 ? shm : names_in_shm(shm, 0, &rows);
    int mqueue_error = mqueue < 0 ? mqueue : names_in_mqueue(mqueue, &rows);
    vec_sort(&rows, shared_by_id);
    free(out->at);
    *out = (struct table){.at = rows.at, .n = rows.n, .size = sizeof *rows.at};
    // Without a /dev/shm there is nothing in it, and without queues in the kernel no file system of
    // that name: only a refusal leaves them unknown.
    if (shm < 0 && shm != -ENOENT)
        return shm;
    bool whole = (!shm_error || shm == -ENOENT) && (!mqueue_error || mqueue_error == -ENODEV);
    return whole ? 0 : READ_IN_PART;
}

const struct table_reader shared_reader = {.kind = &kind_shared, .read = read_shared};
