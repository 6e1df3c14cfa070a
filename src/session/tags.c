#include "session/tags.h"

#include <stdlib.h>
#include <string.h>

#include "model/kinds/registry.h"
#include "session/session.h"

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
    return (a->part > b->part) - (a->part < b->part);
}

// The first tag not ordered before `identity`.
static size_t lower(const struct identity_vec *tags, const struct identity *identity)
{
    size_t low = 0, high = tags->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (order(&tags->at[middle], identity) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool find(const struct identity_vec *tags, const struct identity *identity, size_t *at)
{
    for (*at = lower(tags, identity); *at < tags->n; (*at)++) {
        if (order(&tags->at[*at], identity) != 0)
            return false;
        if (identity_same(&tags->at[*at], identity))
            return true;
    }
    return false;
}

bool tags_has(const struct identity_vec *tags, const struct identity *identity)
{
    size_t at;

    return find(tags, identity, &at);
}

static void remove_at(struct identity_vec *tags, size_t at)
{
    memmove(&tags->at[at], &tags->at[at + 1], (tags->n - at - 1) * sizeof *tags->at);
    tags->n--;
}

void tags_toggle(struct identity_vec *tags, const struct identity *identity)
{
    size_t at;

    if (find(tags, identity, &at)) {
        remove_at(tags, at);
        return;
    }
    vec_push(tags, *identity);
    memmove(&tags->at[at + 1], &tags->at[at], (tags->n - 1 - at) * sizeof *tags->at);
    tags->at[at] = *identity;
}

void tags_add_all(struct identity_vec *tags, const struct identity *identities, size_t n)
{
    const struct identity_vec before = {.at = tags->at, .n = tags->n};
    struct identity_vec all = {0};

    vec_reserve(&all, before.n + n);
    for (size_t i = 0; i < before.n; i++)
        vec_push(&all, before.at[i]);
    for (size_t i = 0; i < n; i++)
        if (!tags_has(&before, &identities[i]))
            vec_push(&all, identities[i]);
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, order);
    vec_free(tags);
    *tags = all;
}

const void *tags_row(const struct snapshot *s, const struct identity *tag)
{
    const struct kind *kind = kind_get(tag->kind);
    struct identity identity;

    if (kind_is_object(tag->kind)) { // these are many, and found by id
        const struct owned *o = snapshot_owned(s, tag->kind, tag->id);
        if (!o)
            return NULL;
        identity = identity_of(tag->kind, o);
        return identity_same(&identity, tag) ? o : NULL;
    }
    for (size_t i = 0; kind && i < kind->count(s); i++) {
        kind->identify(s, kind->at(s, i), &identity);
        if (identity_same(&identity, tag))
            return kind->at(s, i);
    }
    return NULL;
}

struct tag_counts tags_count(struct session *s, struct identity_vec *shown)
{
    struct view *v = session_view(s);
    struct tag_counts count = {0};
    struct identity identity;
    size_t here = 0;

    for (size_t i = 0; i < s->tags.n; i++) // holders: those of the segment that was entered
        here += s->tags.at[i].kind == v->kind->id &&
                (!v->has_parent || s->tags.at[i].id == v->parent.id);
    for (size_t i = 0; here && i < v->rows.n; i++) {
        if (view_row_gone(v->kind, s->snapshot, v->rows.at[i]))
            continue;
        v->kind->identify(s->snapshot, v->rows.at[i], &identity);
        if (!tags_has(&s->tags, &identity))
            continue;
        count.shown++;
        if (shown)
            vec_push(shown, identity);
    }
    count.hidden = here - count.shown;
    count.elsewhere = s->tags.n - here;
    return count;
}

void tags_prune(struct identity_vec *tags, const struct snapshot *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < tags->n; i++) {
        const struct kind *kind = kind_get(tags->at[i].kind);
        bool told = (s->has & kind->need) == kind->need;

        if (kind->need & NEED_HOLDERS && !s->scan)
            told = false;
        if (!told || tags_row(s, &tags->at[i]))
            tags->at[kept++] = tags->at[i];
    }
    tags->n = kept;
}
