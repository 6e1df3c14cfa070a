#include "linux/shared/limits.h"

#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "linux/shared/names.h"
#include "model/record/limit_spec.h"
#include "model/record/shm_limit.h"

static struct limit *find(struct limit_vec *limits, const char *name)
{
    for (size_t i = 0; i < limits->n; i++)
        if (strcmp(limits->at[i].name, name) == 0)
            return &limits->at[i];
    return NULL;
}

static void largest(struct limit *limit, uint64_t use, const struct shared *queue)
{
    if (!limit || !(queue->known & SHARED_KNOWS_MESSAGES) || use <= limit->used)
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
    names_in_mqueue(dir, &rows);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i])
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
    int dir = elsewhere ? -1 : names_open_shm();
    struct shm_place place = {.here = true};
    struct statfs fs;

    read_queues(elsewhere, limits);
    if (dir < 0)
        return;
    if (fstatfs(dir, &fs) == 0) {
        place.size = (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize;
        place.used = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
        vec_push(limits, shm_limit(&place));
    }
    close(dir);
}
