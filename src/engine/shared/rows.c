// The rows of the snapshot: what has a name, and what was only found in processes.
#include "sharing.h"

#include <stdlib.h>

#include "base/order.h"
#include "model/record/shm_limit.h"

// Where not all processes could be asked, none seen means nothing.
static void count(const struct sharing *sharing, const struct shared *seen, struct shared *row)
{
    bool all = shared_look_is_whole(&sharing->look);

    row->known &= (uint8_t) ~(SHARED_KNOWS_ATTACHED | SHARED_KNOWS_OPEN);
    if (all || (seen && seen->attached))
        row->known |= SHARED_KNOWS_ATTACHED;
    if (sharing->open && (all || (seen && seen->open)))
        row->known |= SHARED_KNOWS_OPEN;
    row->attached = seen ? seen->attached : 0;
    row->open = seen ? seen->open : 0;
}

// Whether the processes of the IPC namespace that is shown see the /dev/shm on that device. Where
// it was not looked at: of our own namespace, where it has a name in ours. `named` ascends by id.
static bool is_here(const struct snapshot *s, const struct shared_vec *named,
                    const struct shared_id *id)
{
    const struct shm_place *place = shm_place_at(&s->shm_places, id->dev_major, id->dev_minor);
    const struct shared_id first = {.dev_major = id->dev_major, .dev_minor = id->dev_minor};

    if (place)
        return place->here;
    size_t at = vec_lower(named, row, shared_order(&row->id, &first) < 0);
    return !s->entered && at < named->n && named->at[at].id.dev_major == id->dev_major &&
           named->at[at].id.dev_minor == id->dev_minor;
}

// Queues are listed by the IPC namespace: one that is not, and that a process has open, is of
// another.
static bool is_elsewhere(const struct snapshot *s, const struct shared_vec *named,
                         const struct shared *row)
{
    if (row->status & SHARED_DELETED)
        return false;
    if (row->type == SHARED_MQUEUE)
        return row->found && !(s->in_part & NEED_SHARED);
    return (row->type == SHARED_POSIX || row->type == SHARED_SEMAPHORE) &&
           !is_here(s, named, &row->id);
}

static void place(const struct snapshot *s, const struct shared_vec *named, struct shared *row)
{
    row->status &= (uint8_t)~SHARED_ELSEWHERE;
    if (is_elsewhere(s, named, row))
        row->status |= SHARED_ELSEWHERE;
}

static enum shared_maker maker_of(const struct sharing *sharing, const struct shared_id *id)
{
    const struct maker *maker =
        order_find(sharing->makers.at, sharing->makers.n, sizeof *maker, id, shared_by_id);

    return !maker ? MAKER_UNKNOWN : maker->lives ? MAKER_LIVES : MAKER_GONE;
}

void rows_fill(const struct sharing *sharing, struct snapshot *s)
{
    struct table *table = &s->tables[kind_shared.id];
    struct shared_vec named = {0}, all = {0};
    const struct shared *rows = table->at;

    for (size_t i = 0; i < table->n; i++)
        if (!rows[i].found) // else it is from an earlier filling
            vec_push(&named, rows[i]);
    for (size_t i = 0; i < named.n; i++) {
        const struct shared_id *id = &named.at[i].id;
        const struct shared *seen = shared_among(&sharing->objects, id);
        vec_push(&all, named.at[i]);
        count(sharing, seen, &all.at[i]);
        place(s, &named, &all.at[i]);
        all.at[i].maker = seen ? MAKER_LIVES : maker_of(sharing, id);
    }
    for (size_t i = 0; i < sharing->objects.n && !sharing->queues_only; i++) {
        const struct shared *object = &sharing->objects.at[i];
        if (shared_among(&named, &object->id))
            continue;
        struct shared row = *object;
        count(sharing, object, &row);
        place(s, &named, &row);
        if (sharing->beside && row.type == SHARED_MQUEUE && row.status & SHARED_ELSEWHERE)
            continue; // it is listed there
        if (row.size)
            row.known |= SHARED_KNOWS_SIZE;
        if (row.via && !row.attached && !row.open)
            row.maker = maker_of(sharing, &row.id);
        vec_push(&all, row);
    }
    vec_free(&named);
    vec_sort(&all, shared_by_id);
    free(table->at);
    *table = (struct table){.at = all.at, .n = all.n, .size = sizeof *all.at};
}
