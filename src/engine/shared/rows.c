// The rows of the snapshot: what has a name, and what was only found in processes.
#include "sharing.h"

#include <stdlib.h>

// Where not all processes could be asked, none seen means nothing.
static void count(const struct sharing *sharing, const struct shared *seen, struct shared *row)
{
    bool all = shared_look_is_whole(&sharing->look);
    uint8_t counts = SHARED_KNOWS_ATTACHED | (sharing->open ? SHARED_KNOWS_OPEN : 0);

    row->known &= (uint8_t) ~(SHARED_KNOWS_ATTACHED | SHARED_KNOWS_OPEN);
    if (all || (seen && (seen->attached || seen->open)))
        row->known |= counts;
    row->attached = seen ? seen->attached : 0;
    row->open = seen ? seen->open : 0;
}

// `named` ascends by id.
static bool device_named(const struct shared_vec *named, const struct shared_id *id)
{
    const struct shared_id first = {.dev_major = id->dev_major, .dev_minor = id->dev_minor};
    size_t at = vec_lower(named, row, shared_order(&row->id, &first) < 0);

    return at < named->n && named->at[at].id.dev_major == id->dev_major &&
           named->at[at].id.dev_minor == id->dev_minor;
}

// A name that is not in our /dev/shm, of a file that has one.
static void place(const struct shared_vec *named, struct shared *row)
{
    bool has_place = row->type == SHARED_POSIX || row->type == SHARED_SEMAPHORE;

    if (has_place && !(row->status & SHARED_DELETED) && !device_named(named, &row->id))
        row->status |= SHARED_ELSEWHERE;
    if (row->size)
        row->known |= SHARED_KNOWS_SIZE;
}

static enum shared_maker maker_of(const struct sharing *sharing, const struct shared_id *id)
{
    size_t at = vec_lower(&sharing->makers, maker, shared_order(&maker->id, id) < 0);

    if (at == sharing->makers.n || shared_order(&sharing->makers.at[at].id, id) != 0)
        return MAKER_UNKNOWN;
    return sharing->makers.at[at].lives ? MAKER_LIVES : MAKER_GONE;
}

void rows_fill(const struct sharing *sharing, struct table *table)
{
    struct shared_vec named = {0}, all = {0};
    const struct shared *rows = table->at;

    for (size_t i = 0; i < table->n; i++)
        if (!rows[i].found) // else it is from an earlier filling
            vec_push(&named, rows[i]);
    for (size_t i = 0; i < named.n; i++) {
        const struct shared_id *id = &named.at[i].id;
        const struct shared *seen = sharing_find(&sharing->objects, id);
        vec_push(&all, named.at[i]);
        count(sharing, seen, &all.at[i]);
        all.at[i].maker = seen ? MAKER_LIVES : maker_of(sharing, id);
    }
    for (size_t i = 0; i < sharing->objects.n; i++) {
        const struct shared *object = &sharing->objects.at[i];
        if (sharing_find(&named, &object->id))
            continue;
        struct shared row = *object;
        count(sharing, object, &row);
        place(&named, &row);
        if (row.via && !row.attached && !row.open)
            row.maker = maker_of(sharing, &row.id);
        vec_push(&all, row);
    }
    vec_free(&named);
    if (all.n > 1)
        qsort(all.at, all.n, sizeof *all.at, shared_by_id);
    free(table->at);
    *table = (struct table){.at = all.at, .n = all.n, .size = sizeof *all.at};
}
