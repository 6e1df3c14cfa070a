#include "linux/bpf/attached.h"

#include <stdlib.h>

#include "base/memory.h"

enum { BUCKETS = 4096, NONE = UINT32_MAX };

struct node {
    struct attached_at at;
    uint32_t next; // in its bucket, or among the free ones
};
VEC(node_vec, struct node);

struct attached {
    struct node_vec nodes;
    uint32_t free;
    uint32_t buckets[BUCKETS]; // all of a process are in one
};

static uint32_t *bucket(struct attached *a, uint32_t tgid)
{
    return &a->buckets[tgid * UINT32_C(2654435761) >> 20];
}

struct attached *attached_new(void)
{
    struct attached *a = mem_zero(1, sizeof *a);

    a->free = NONE;
    for (size_t i = 0; i < BUCKETS; i++)
        a->buckets[i] = NONE;
    return a;
}

void attached_free(struct attached *a)
{
    if (!a)
        return;
    vec_free(&a->nodes);
    free(a);
}

void attached_add(struct attached *a, const struct attached_at *one)
{
    uint32_t *head = bucket(a, one->tgid), at;

    for (at = *head; at != NONE; at = a->nodes.at[at].next) {
        struct attached_at *old = &a->nodes.at[at].at;
        if (old->tgid == one->tgid && old->base == one->base) {
            *old = *one;
            return;
        }
    }
    at = a->free;
    if (at == NONE) {
        at = (uint32_t)a->nodes.n;
        vec_push(&a->nodes, (struct node){0});
    } else {
        a->free = a->nodes.at[at].next;
    }
    a->nodes.at[at] = (struct node){*one, *head};
    *head = at;
}

void attached_take(struct attached *a, uint32_t tgid, uint64_t start, uint64_t base,
                   struct attached_vec *out)
{
    uint32_t *link = bucket(a, tgid);

    while (*link != NONE) {
        uint32_t at = *link;
        struct node *node = &a->nodes.at[at];
        if (node->at.tgid != tgid || (base != UINT64_MAX && node->at.base != base)) {
            link = &node->next;
            continue;
        }
        if (node->at.start == start) // else left over from an earlier process of that pid
            vec_push(out, node->at);
        *link = node->next;
        node->next = a->free;
        a->free = at;
    }
}

void attached_fork(struct attached *a, uint32_t tgid, uint64_t start, uint32_t child,
                   uint64_t child_start, struct attached_vec *out)
{
    size_t first = out->n;

    for (uint32_t at = *bucket(a, tgid); at != NONE; at = a->nodes.at[at].next) {
        struct attached_at one = a->nodes.at[at].at;
        if (one.tgid != tgid || one.start != start)
            continue;
        one.tgid = child;
        one.start = child_start;
        vec_push(out, one);
    }
    for (size_t i = first; i < out->n; i++)
        attached_add(a, &out->at[i]);
}
