// The /dev/shm of every mount namespace: how full each is. One process of each namespace is asked,
// at a slow pace. An IPC namespace has no mount namespace; the processes that live in it have, and
// what these see is `here` where it is shown.
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/order.h"
#include "engine/ask/collector.h"
#include "model/record/shm_limit.h"
#include "sharing.h"

// How long an answer is good: of many, longer.
static const int64_t EVERY_NS = 5 * CLOCK_SECOND, EVERY_EACH_NS = CLOCK_SECOND / 10;

struct known {
    struct mount_namespace mount;
    struct shm_place place;
    bool answered, unread;
    int64_t time_ns; // 0: never asked
};
VEC(known_vec, struct known);

struct places {
    struct known_vec known;    // ordered by inode of the mount namespace
    struct shm_place_vec rows; // ordered by device, each once
    uint32_t unread;           // which of those known never answered
    bool any;
};

static void release(void *self)
{
    struct places *p = self;

    vec_free(&p->known);
    vec_free(&p->rows);
}

static void follow(struct places *p, const struct mount_namespace_vec *mounts)
{
    struct known_vec now = {0};
    size_t k = 0;

    for (size_t i = 0; i < mounts->n; i++) {
        struct known row = {.mount = mounts->at[i]};
        while (k < p->known.n && p->known.at[k].mount.inode < mounts->at[i].inode)
            k++;
        if (k < p->known.n && p->known.at[k].mount.inode == mounts->at[i].inode) {
            row = p->known.at[k];
            row.mount = mounts->at[i];
        }
        vec_push(&now, row);
    }
    vec_free(&p->known);
    p->known = now;
}

bool shm_place_is_unread(const struct answer *answer)
{
    return answer->error && !answer_is_gone(answer);
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct known *k = &((struct places *)arg)->known.at[probe->of]; // fill() reads the rows alone

    k->answered = !answer->error;
    k->unread = shm_place_is_unread(answer);
    k->place = answer->shm_place;
    k->place.mount_namespace = k->mount.inode;
}

static void ask(struct places *p, const struct round *round)
{
    struct asking asking = {.take = take, .arg = p};
    int64_t now = clock_ns(), every = (int64_t)p->known.n * EVERY_EACH_NS;

    every = every > EVERY_NS ? every : EVERY_NS;
    for (size_t i = 0; i < p->known.n; i++) {
        struct known *k = &p->known.at[i];
        if (k->time_ns && round->effort != EFFORT_FULL && now - k->time_ns < every)
            continue;
        k->time_ns = now;
        k->unread = true; // until it answers
        ask_add(&asking, (struct probe){.what = PROBE_SHM, .id = k->mount.pid, .of = i});
    }
    ask_each(round->pool, &asking);
    // The mount namespaces of processes may have changed since they were asked.
    for (size_t i = 0; i < p->known.n; i++)
        p->known.at[i].place.here =
            round->want->ipc_namespace ? p->known.at[i].mount.shown : p->known.at[i].place.ours;
    ask_end(&asking);
}

static int by_device(const void *a, const void *b)
{
    const struct shm_place *x = a, *y = b;
    uint64_t dx = (uint64_t)x->dev_major << 32 | x->dev_minor;
    uint64_t dy = (uint64_t)y->dev_major << 32 | y->dev_minor;

    return order_by_u64(dx, dy) ?: order_by(y->here, x->here)
                                ?: order_by_u64(x->mount_namespace, y->mount_namespace);
}

static void build(struct places *p)
{
    struct shm_place_vec *rows = &p->rows;
    size_t kept = 0;

    vec_clear(rows);
    p->unread = 0;
    for (size_t i = 0; i < p->known.n; i++)
        if (p->known.at[i].answered)
            vec_push(rows, p->known.at[i].place);
        else
            p->unread += p->known.at[i].unread;
    vec_sort(rows, by_device);
    for (size_t i = 0; i < rows->n; i++)
        if (!kept || rows->at[kept - 1].dev_major != rows->at[i].dev_major ||
            rows->at[kept - 1].dev_minor != rows->at[i].dev_minor)
            rows->at[kept++] = rows->at[i];
    rows->n = kept;
}

static void update(void *self, const struct round *round)
{
    struct places *p = self;

    follow(p, &round->tables->mounts);
    ask(p, round);
    build(p);
    p->any = true;
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct places *p = self;

    vec_copy(&snapshot->shm_places, &p->rows);
    snapshot->shm_places_unread = p->unread;
    shm_limits_fill(snapshot);
    return p->any;
}

const struct collector shm_places_collector = {
    .need = NEED_SHM_PLACES,
    .size = sizeof(struct places),
    .release = release,
    .update = update,
    .fill = fill,
};
