#include "model/record/identity.h"

#include "model/record/objects.h"

bool kind_is_object(enum kind_id kind)
{
    return kind > NO_KIND && kind < OBJECT_KINDS;
}

struct identity identity_of(const struct owned *o)
{
    return (struct identity){.kind = o->kind,
                             .id = o->id,
                             .key = o->key,
                             .cuid = o->cuid,
                             .cgid = o->cgid,
                             .ctime = o->ctime};
}

// IPC_RMID turns the key to 0 and nothing else changes it: two keys differ only where none is 0.
static bool key_may_be_same(uint32_t a, uint32_t b)
{
    return a == b || a == 0 || b == 0;
}

bool identity_same(const struct identity *a, const struct identity *b)
{
    return a->kind == b->kind && a->id == b->id && key_may_be_same(a->key, b->key) &&
           a->cuid == b->cuid && a->cgid == b->cgid && a->pid == b->pid &&
           a->start_ticks == b->start_ticks && a->part == b->part && a->host == b->host;
}

bool identity_exact(const struct identity *a, const struct identity *b)
{
    return a->kind == b->kind && a->id == b->id && a->key == b->key && a->cuid == b->cuid &&
           a->cgid == b->cgid && a->ctime == b->ctime && a->pid == b->pid &&
           a->start_ticks == b->start_ticks && a->part == b->part && a->host == b->host;
}
