#include "sharing.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/order.h"

enum {
    MAPPINGS_MAX = 1 << 17, // in all; those of the last processes are left out
    ROOM = 64, // objects that are gathered before those of several processes are made one
};

void sharing_free(struct sharing *sharing)
{
    vec_free(&sharing->objects);
    vec_free(&sharing->mappings);
    vec_free(&sharing->holders);
    vec_free(&sharing->makers);
    vec_free(&sharing->unseen);
    *sharing = (struct sharing){0};
}

void sharing_merge(struct shared *to, const struct shared *from)
{
    uint8_t more = from->known & ~to->known;

    to->via = to->via ? to->via : from->via;
    to->attached += from->attached;
    to->open += from->open;
    to->status |= from->status;
    if (more & SHARED_KNOWS_OWNER) {
        to->uid = from->uid;
        to->gid = from->gid;
        to->mode = from->mode;
        to->mtime = from->mtime;
        to->links = from->links;
    }
    if (more & SHARED_KNOWS_SIZE || (!(to->known & SHARED_KNOWS_SIZE) && from->size > to->size))
        to->size = from->size;
    if (more & SHARED_KNOWS_RSS)
        to->rss = from->rss;
    to->known |= more;
}

// Puts them in order, each once.
static void settle_objects(struct sharing *sharing)
{
    struct shared_vec *objects = &sharing->objects;
    size_t kept = 0;

    vec_sort(objects, shared_by_id);
    for (size_t i = 0; i < objects->n; i++) {
        if (kept && shared_order(&objects->at[kept - 1].id, &objects->at[i].id) == 0)
            sharing_merge(&objects->at[kept - 1], &objects->at[i]);
        else
            objects->at[kept++] = objects->at[i];
    }
    objects->n = sharing->settled = kept;
}

// --- one process ---------------------------------------------------------------------------------

// Our own pages for the screen, and what we map to recognise the kernel's devices.
static bool is_ours(const struct shared *object, bool own)
{
    return own && (object->type == SHARED_MEMFD || object->type == SHARED_ANONYMOUS);
}

static void add_object(struct sharing *to, const struct shared *object, bool attached)
{
    const struct shared_vec settled = {.at = to->objects.at, .n = to->settled};
    const struct shared *same = shared_among(&settled, &object->id);
    struct shared one = *object;

    one.attached = attached;
    if (same)
        sharing_merge(&to->objects.at[same - settled.at], &one);
    else
        vec_push(&to->objects, one);
}

static void take_object(struct sharing *to, const struct shared *object,
                        const struct answer *answer, int32_t pid)
{
    struct shared_holder holder = {.id = object->id,
                                   .pid = pid,
                                   .start_ticks = answer->process.start_ticks,
                                   .open = object->open};

    size_t i = vec_lower(&answer->shared_maps, m, shared_order(&m->id, &object->id) < 0);
    for (; i < answer->shared_maps.n; i++) {
        const struct shared_mapping *mapping = &answer->shared_maps.at[i];
        if (shared_order(&mapping->id, &object->id) != 0)
            break;
        holder.attaches++;
        holder.access |= mapping->perms & (MAP_R | MAP_W | MAP_X);
        vec_push(&to->mappings, *mapping);
        to->mappings.at[to->mappings.n - 1].pid = pid;
    }
    vec_push(&to->holders, holder);
    add_object(to, object, holder.attaches > 0);
}

void sharing_take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct sharing *to = arg;
    int32_t pid = (int32_t)probe->id;

    if (answer_is_gone(answer))
        return;
    to->look.processes++;
    if (answer_is_refused(answer) || answer->shared_unread) {
        to->look.unreadable++;
        vec_push(&to->unseen, pid);
    }
    if (answer->error)
        return;
    bool room = to->mappings.n + answer->shared_maps.n <= MAPPINGS_MAX;
    if (!room || answer->shared_left_out) {
        to->look.left_out++;
        vec_push(&to->unseen, pid);
    }
    if (!room)
        return;
    if (!to->own)
        to->own = getpid();
    for (size_t i = 0; i < answer->shared.n; i++)
        if (!is_ours(&answer->shared.at[i], pid == to->own))
            take_object(to, &answer->shared.at[i], answer, pid);
    if (to->objects.n > ROOM + 2 * to->settled) // most are of many processes
        settle_objects(to);
}

// --- all of them ---------------------------------------------------------------------------------

static int holder_order(const void *a, const void *b)
{
    const struct shared_holder *x = a, *y = b;

    return shared_order(&x->id, &y->id) ?: order_by(x->pid, y->pid);
}

static int mapping_order(const void *a, const void *b)
{
    const struct shared_mapping *x = a, *y = b;

    return shared_order(&x->id, &y->id) ?: order_by(x->pid, y->pid)
                                        ?: order_by_u64(x->start, y->start);
}

void sharing_settle(struct sharing *sharing)
{
    settle_objects(sharing);
    vec_sort(&sharing->holders, holder_order);
    vec_sort(&sharing->mappings, mapping_order);
}

void sharing_keep_named(struct sharing *sharing, const struct snapshot *tables)
{
    vec_keep(&sharing->objects, object, shared_find(tables, &object->id));
    vec_keep(&sharing->holders, holder, shared_find(tables, &holder->id));
    vec_keep(&sharing->mappings, mapping, shared_find(tables, &mapping->id));
}
