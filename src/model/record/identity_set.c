#include "model/record/identity_set.h"

#include <stdlib.h>
#include <string.h>

// identity_same() compares more than this for some kinds and nothing less: rows that are the same
// are neighbours in this order.
static int order(const void *pa, const void *pb)
{
    const struct identity *a = pa, *b = pb;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    if (a->pid != b->pid)
        return a->pid < b->pid ? -1 : 1;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    return (a->host > b->host) - (a->host < b->host);
}

static bool find(const struct identity_vec *set, const struct identity *identity, size_t *at)
{
    for (*at = vec_lower(set, tag, order(tag, identity) < 0); *at < set->n; (*at)++) {
        if (order(&set->at[*at], identity) != 0)
            return false;
        if (identity_same(&set->at[*at], identity))
            return true;
    }
    return false;
}

bool identity_set_has(const struct identity_vec *set, const struct identity *identity)
{
    size_t at;

    return find(set, identity, &at);
}

static void remove_at(struct identity_vec *set, size_t at)
{
    memmove(&set->at[at], &set->at[at + 1], (set->n - at - 1) * sizeof *set->at);
    set->n--;
}

void identity_set_toggle(struct identity_vec *set, const struct identity *identity)
{
    size_t at;

    if (find(set, identity, &at)) {
        remove_at(set, at);
        return;
    }
    vec_push(set, *identity);
    memmove(&set->at[at + 1], &set->at[at], (set->n - 1 - at) * sizeof *set->at);
    set->at[at] = *identity;
}

void identity_set_add_all(struct identity_vec *set, const struct identity *identities, size_t n)
{
    const struct identity_vec before = {.at = set->at, .n = set->n};
    struct identity_vec all = {0};

    vec_reserve(&all, before.n + n);
    for (size_t i = 0; i < before.n; i++)
        vec_push(&all, before.at[i]);
    for (size_t i = 0; i < n; i++)
        if (!identity_set_has(&before, &identities[i]))
            vec_push(&all, identities[i]);
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, order);
    vec_free(set);
    *set = all;
}
