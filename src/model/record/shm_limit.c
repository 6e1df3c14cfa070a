#include "model/record/shm_limit.h"

#include <string.h>

static const char name[] = "dev_shm";

struct limit shm_limit(const struct shm_place *place)
{
    bool plain = place->ours && place->here;

    return (struct limit){.name = name,
                          .meaning = "size of /dev/shm; used: by files in it, deleted ones too",
                          .path = "/dev/shm",
                          .unit = "bytes",
                          .used = place->used,
                          .limit = place->size,
                          .known = place->size ? LIMIT_KNOWS_USED | LIMIT_KNOWS_LIMIT
                                               : LIMIT_KNOWS_USED, // without a bound
                          .mount_namespace = plain ? 0 : place->mount_namespace,
                          .pid = plain ? 0 : place->pid,
                          .here = place->here,
                          .ours = place->ours};
}

bool shm_limit_is(const struct limit *limit)
{
    return limit->name && strncmp(limit->name, name, sizeof name - 1) == 0;
}

const char *shm_limit_remedy(const struct limit *limit)
{
    return limit->mount_namespace && !limit->ours
               ? "start the container with more: --shm-size of docker(1) and podman(1), an "
                 "emptyDir "
                 "with medium: Memory in Kubernetes"
               : "enlarge it by mount -o remount,size=SIZE /dev/shm";
}

// A machine of many containers has as many of them; nearly all are empty.
static bool is_used(const struct shm_place *place)
{
    return place->used > 0 && place->used >= place->size / 100;
}

void shm_limits_fill(struct snapshot *s)
{
    // That of the other IPC namespace shown; of our own the reader of limits has it.
    const struct shm_place *entered =
        s->entered ? vec_first(&s->shm_places, place, place->here) : NULL;
    vec_keep(&s->limits, l, !l->mount_namespace && !(s->entered && shm_limit_is(l)));
    if (!(s->has & NEED_LIMITS))
        return;
    if (entered)
        vec_push(&s->limits, shm_limit(entered));
    for (size_t i = 0; i < s->shm_places.n; i++) {
        struct shm_place place = s->shm_places.at[i];
        if (&s->shm_places.at[i] == entered || (place.here && !s->entered) || !is_used(&place))
            continue;
        place.here = false;
        vec_push(&s->limits, shm_limit(&place));
    }
}

const struct shm_place *shm_limit_place(const struct snapshot *s, const struct limit *limit)
{
    return limit->mount_namespace
               ? vec_first(&s->shm_places, place, place->mount_namespace == limit->mount_namespace)
               : NULL;
}

const struct shm_place *shm_place_at(const struct shm_place_vec *places, uint32_t dev_major,
                                     uint32_t dev_minor)
{
    return vec_first(places, p, p->dev_major == dev_major && p->dev_minor == dev_minor);
}
