#include "model/record/identity.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/record/objects.h"

bool kind_is_object(enum kind_id kind)
{
    return kind == KIND_SEGMENT || kind == KIND_SEMSET || kind == KIND_QUEUE;
}

struct identity identity_of(enum kind_id kind, const struct owned *o)
{
    return (struct identity){.kind = kind,
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
           a->start_ticks == b->start_ticks && a->part == b->part;
}

bool identity_exact(const struct identity *a, const struct identity *b)
{
    return a->kind == b->kind && a->id == b->id && a->key == b->key && a->cuid == b->cuid &&
           a->cgid == b->cgid && a->ctime == b->ctime && a->pid == b->pid &&
           a->start_ticks == b->start_ticks && a->part == b->part;
}

const char *identity_text(const struct identity *identity, char *dst, size_t cap)
{
    switch (identity->kind) {
    case KIND_SEGMENT:
        snprintf(dst, cap, "segment %" PRId32, identity->id);
        break;
    case KIND_SEMSET:
        snprintf(dst, cap, "semaphore set %" PRId32, identity->id);
        break;
    case KIND_QUEUE:
        snprintf(dst, cap, "queue %" PRId32, identity->id);
        break;
    case KIND_HOLDER:
    case KIND_WAITER:
        snprintf(dst, cap, "process %" PRId32, identity->pid);
        break;
    case KIND_MAPPING:
        snprintf(dst, cap, "mapping %" PRIx64 " of process %" PRId32, identity->part,
                 identity->pid);
        break;
    case KIND_ELEMENT:
        snprintf(dst, cap, "semaphore %" PRIu64 " of set %" PRId32, identity->part, identity->id);
        break;
    case KIND_LIMIT:
        snprintf(dst, cap, "limit %" PRIu64, identity->part);
        break;
    case KIND_FINDING:
        snprintf(dst, cap, "finding");
        break;
    case KIND_EVENT:
        snprintf(dst, cap, "event %" PRIu64, identity->part);
        break;
    case KIND_COUNT:
        if (cap)
            dst[0] = '\0';
        break;
    }
    return dst;
}
