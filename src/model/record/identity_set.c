#include "model/record/identity_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"

// identity_same() compares more than this for some kinds and nothing less: rows that are the same
// are neighbours in this order.
static int order(const void *pa, const void *pb)
{
    const struct identity *a = pa, *b = pb;

    return order_by(a->kind, b->kind)
               ?: order_by(a->id, b->id)
               ?: order_by(a->pid, b->pid)
               ?: order_by_u64(a->part, b->part)
               ?: order_by(a->host, b->host);
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

void identity_set_toggle(struct identity_vec *set, const struct identity *identity)
{
    size_t at;

    if (find(set, identity, &at))
        vec_remove(set, at);
    else
        vec_insert(set, at, *identity);
}

// Rows mostly come in this order.
void identity_set_settle(struct identity_vec *set)
{
    bool ordered = true;

    for (size_t i = 1; i < set->n && ordered; i++)
        ordered = order(&set->at[i - 1], &set->at[i]) <= 0;
    if (!ordered)
        qsort(set->at, set->n, sizeof *set->at, order);
}

void identity_set_add_all(struct identity_vec *set, const struct identity *identities, size_t n)
{
    size_t before = set->n;

    vec_reserve(set, before + n);
    for (size_t i = 0; i < n; i++) {
        const struct identity_vec old = {.at = set->at, .n = before};
        if (!identity_set_has(&old, &identities[i]))
            vec_push(set, identities[i]);
    }
    identity_set_settle(set);
}
