#include "linux/shared/limits.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "linux/shared/names.h"
#include "linux/shared/place.h"
#include "model/record/shm_limit.h"

static struct limit *find(struct limit_vec *limits, const char *name)
{
    return vec_first(limits, limit, strcmp(limit->name, name) == 0);
}

static void largest(struct limit *limit, uint64_t use, const struct shared *queue)
{
    if (!limit || !(limit->known & LIMIT_KNOWS_USED) || use <= limit->used)
        return;
    limit->used = use;
    limit->top_uid = queue->uid;
    limit->known |= LIMIT_KNOWS_TOP;
}

// ipc/mqueue.c mqueue_get_inode() takes neither more messages nor larger ones from an ordinary user.
static void read_queues(bool elsewhere, struct limit_vec *limits)
{
    struct limit *queues = find(limits, "mqueue_queues_max"),
                 *messages = find(limits, "mqueue_msg_max"),
                 *size = find(limits, "mqueue_msgsize_max");
    struct limit *const all[] = {queues, messages, size};
    struct shared_vec rows = {0};
    bool unseen;
    int dir = names_open_mqueue(elsewhere, &unseen);

    if (dir < 0)
        return;
    bool listed = names_in_mqueue(dir, &rows) == 0, read = listed;
    for (size_t i = 0; i < rows.n; i++) // the largest may be one that this user may not open
        read = read && rows.at[i].known & SHARED_KNOWS_MESSAGES;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] && (all[i] == queues ? listed : read))
            all[i]->known |= LIMIT_KNOWS_USED;
    if (queues)
        queues->used = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct shared *queue = &rows.at[i];
        largest(messages, queue->max_messages, queue);
        largest(size, queue->max_messages ? queue->size / queue->max_messages : 0, queue);
    }
    vec_free(&rows);
}

void shared_limits_read(bool elsewhere, struct limit_vec *limits)
{
    int dir = elsewhere ? -ENOENT : names_find_shm();
    struct shm_place place = {0};

    read_queues(elsewhere, limits);
    int error = dir < 0 ? dir : shm_place_of(dir, &place);
    place.here = place.ours = true;
    struct limit row = shm_limit(&place);
    if (error)
        row.known = 0;
    if (error != -ENOENT && error != -EOPNOTSUPP)
        vec_push(limits, row);
    if (dir >= 0)
        close(dir);
}
