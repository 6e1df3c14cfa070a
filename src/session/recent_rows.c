#include "session/recent_rows.h"

#include <string.h>

#include "base/clock.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/identity_set.h"

static const int64_t SHOWN_NS = 5 * CLOCK_SECOND;

static void drop(struct change_batch *batch)
{
    snapshot_unref(batch->picture);
    vec_free(&batch->gone);
    vec_free(&batch->arrived);
}

static void drop_first(struct recent_rows *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        drop(&c->at[i]);
    c->n -= n;
    memmove(c->at, c->at + n, c->n * sizeof c->at[0]);
}

void recent_rows_free(struct recent_rows *c)
{
    drop_first(c, c->n);
}

// --- what differs --------------------------------------------------------------------------------

// Both tables are ordered by id: identities in the order of the tags.
static void compare(const struct kind *kind, const struct snapshot *old,
                    const struct snapshot *fresh, struct change_batch *batch)
{
    size_t n = kind_count(kind, old), m = kind_count(kind, fresh), i = 0, k = 0;
    struct identity a, b;

    while (i < n || k < m) {
        if (i < n)
            kind->identify(old, kind_at(kind, old, i), &a);
        if (k < m)
            kind->identify(fresh, kind_at(kind, fresh, k), &b);
        if (i < n && k < m && identity_same(&a, &b)) {
            i++;
            k++;
        } else if (k == m || (i < n && a.id <= b.id)) {
            vec_push(&batch->gone, a);
            i++;
        } else {
            vec_push(&batch->arrived, b);
            k++;
        }
    }
}

void recent_rows_note(struct recent_rows *c, struct snapshot *old, const struct snapshot *fresh,
                      int64_t now_ns)
{
    struct change_batch batch = {.until_ns = now_ns + SHOWN_NS};

    for (int id = 1; old && fresh && id < OBJECT_KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (kind_is_known(kind, old) && kind_is_known(kind, fresh))
            compare(kind, old, fresh, &batch);
    }
    if (!batch.gone.n && !batch.arrived.n)
        return;
    if (batch.gone.n)
        batch.picture = snapshot_ref(old);
    if (c->n == CHANGES_HELD) // older pictures cost memory
        drop_first(c, 1);
    c->at[c->n++] = batch;
}

int64_t recent_rows_expire(struct recent_rows *c, int64_t now_ns, bool *dropped)
{
    size_t n = 0;

    while (n < c->n && c->at[n].until_ns <= now_ns)
        n++;
    *dropped = n > 0;
    drop_first(c, n);
    return c->n ? c->at[0].until_ns : 0;
}

// --- showing it ----------------------------------------------------------------------------------

// What stood in that table of an older picture: the rows that are gone between those that took
// their places.
static void merge(const struct change_batch *batch, struct view *v, const struct snapshot *s)
{
    struct rows then = {0}, both = {0};
    const struct query query = view_query(v);
    struct identity identity;
    size_t next = 0;

    rows_build(&then, batch->picture, &query);
    for (size_t i = 0; i < then.n; i++) {
        v->kind->identify(batch->picture, then.at[i], &identity);
        if (!identity_set_has(&batch->gone, &identity) || find_row(s, &identity)) // there once more
            continue;
        while (both.n < i && next < v->rows.n)
            vec_push(&both, v->rows.at[next++]);
        vec_push(&both, then.at[i]);
    }
    vec_free(&then);
    if (!both.n)
        return;
    while (next < v->rows.n)
        vec_push(&both, v->rows.at[next++]);
    vec_free(&v->rows);
    v->rows = both;
}

void recent_rows_insert(const struct recent_rows *c, struct view *v, const struct snapshot *s,
                        const struct identity *selected)
{
    size_t before = v->rows.n;

    if (!s || v->has_parent || !kind_is_object(v->kind->id))
        return;
    // The newest first: each one's places are those among what was there one picture later.
    for (size_t i = c->n; i-- > 0;)
        if (c->at[i].picture)
            merge(&c->at[i], v, s);
    if (v->rows.n == before)
        return;
    const struct identity kept = selected ? *selected : v->selected;
    if (!view_find(v, s, &kept))
        view_select(v, s, v->cursor);
}

bool recent_rows_new(const struct recent_rows *c, const struct identity *identity)
{
    for (size_t i = 0; i < c->n; i++)
        if (identity_set_has(&c->at[i].arrived, identity))
            return true;
    return false;
}

const struct snapshot *recent_rows_picture(const struct recent_rows *c, const struct snapshot *s,
                                           const struct kind *kind, const void *row)
{
    if (!view_row_gone(kind, s, row))
        return kind_picture(kind, s, row);
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].picture && !view_row_gone(kind, c->at[i].picture, row))
            return c->at[i].picture;
    return s;
}
