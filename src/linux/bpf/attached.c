#include "linux/bpf/attached.h"

#include <stdlib.h>

#include "base/memory.h"

enum { BUCKETS = 4096 };

struct attached {
    struct attached_vec buckets[BUCKETS]; // all of a process are in one
};

static struct attached_vec *bucket(struct attached *a, uint32_t tgid)
{
    return &a->buckets[tgid * UINT32_C(2654435761) >> 20];
}

struct attached *attached_new(void)
{
    return mem_zero(1, sizeof(struct attached));
}

void attached_free(struct attached *a)
{
    for (size_t i = 0; a && i < BUCKETS; i++)
        vec_free(&a->buckets[i]);
    free(a);
}

void attached_add(struct attached *a, const struct attached_at *one)
{
    struct attached_vec *all = bucket(a, one->tgid);
    size_t i = 0;

    while (i < all->n && (all->at[i].tgid != one->tgid || all->at[i].base != one->base))
        i++;
    if (i == all->n)
        vec_push(all, *one);
    else
        all->at[i] = *one;
}

void attached_take(struct attached *a, uint32_t tgid, uint64_t start, uint64_t base,
                   struct attached_vec *out)
{
    struct attached_vec *all = bucket(a, tgid);
    size_t kept = 0;

    for (size_t i = 0; i < all->n; i++) {
        const struct attached_at *one = &all->at[i];
        if (one->tgid != tgid || (base != UINT64_MAX && one->base != base))
            all->at[kept++] = *one;
        else if (one->start == start) // else left over from an earlier process of that pid
            vec_push(out, *one);
    }
    all->n = kept;
    if (!kept)
        vec_free(all);
}

void attached_fork(struct attached *a, uint32_t tgid, uint64_t start, uint32_t child,
                   uint64_t child_start, struct attached_vec *out)
{
    const struct attached_vec *all = bucket(a, tgid);
    size_t first = out->n;

    for (size_t i = 0; i < all->n; i++) {
        const struct attached_at *one = &all->at[i];
        if (one->tgid == tgid && one->start == start)
            vec_push(out, ((struct attached_at){child, one->shmid, child_start, one->base}));
    }
    for (size_t i = first; i < out->n; i++)
        attached_add(a, &out->at[i]);
}
