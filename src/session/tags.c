#include "session/tags.h"

#include <string.h>

#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/identity_set.h"
#include "session/current.h"
#include "session/session.h"

void tags_of_row(const struct kind *kind, const struct snapshot *s, const void *row,
                 struct identity_vec *out)
{
    const struct identity_vec *members = kind->members ? kind->members(row) : NULL;
    struct identity identity;

    if (!kind->members) {
        kind_identify(kind, s, row, &identity);
        vec_push(out, identity);
    }
    for (size_t i = 0; members && i < members->n; i++)
        vec_push(out, members->at[i]);
}

static bool has_all(const struct identity_vec *tags, const struct identity_vec *rows)
{
    return rows->n > 0 && !vec_first(rows, row, !identity_set_has(tags, row));
}

bool tags_has_row(const struct session *s, const struct kind *kind, const void *row)
{
    struct identity identity;

    if (kind->members)
        return has_all(&s->tags, kind->members(row));
    kind_identify(kind, s->snapshot, row, &identity);
    return identity_set_has(&s->tags, &identity);
}

bool tags_toggle_row(struct session *s, const struct kind *kind, const void *row)
{
    bool tagged = tags_has_row(s, kind, row);
    struct identity_vec rows = {0};

    tags_of_row(kind, s->snapshot, row, &rows);
    bool any = rows.n > 0;
    for (size_t i = 0; i < rows.n; i++)
        if (tagged || !identity_set_has(&s->tags, &rows.at[i]))
            identity_set_toggle(&s->tags, &rows.at[i]);
    vec_free(&rows);
    return any;
}

// Of rows that stand for objects: those whose objects are all tagged.
static struct tag_counts count_members(const struct session *s, const struct view *v,
                                       struct identity_vec *shown)
{
    struct identity_vec set = {0};
    struct tag_counts count;

    for (size_t i = 0; s->tags.n && i < v->rows.n; i++) {
        const struct identity_vec *members = v->kind->members(v->rows.at[i]);

        if (!has_all(&s->tags, members))
            continue;
        identity_set_add_all(&set, members->at, members->n);
    }
    for (size_t i = 0; shown && i < set.n; i++)
        vec_push(shown, set.at[i]);
    count = (struct tag_counts){.shown = set.n, .elsewhere = s->tags.n - set.n};
    vec_free(&set);
    return count;
}

// Of holders, those of the segment that was entered.
static size_t count_here(const struct session *s, const struct view *v)
{
    return vec_count(&s->tags, tag,
                     tag->kind == v->kind->id && (!v->has_parent || tag->id == v->parent.id));
}

bool tags_any(struct session *s, bool *shown)
{
    const struct view *v = session_view(s);
    size_t here = v->kind->members ? 0 : count_here(s, v);

    *shown = v->kind->members && count_members(s, v, NULL).shown > 0;
    for (size_t i = 0; here && i < v->rows.n && !*shown; i++)
        *shown = !view_row_gone(v->kind, s->snapshot, v->rows.at[i]) &&
                 tags_has_row(s, v->kind, v->rows.at[i]);
    return here || *shown;
}

struct tag_counts tags_count(struct session *s, struct identity_vec *shown)
{
    struct view *v = session_view(s);
    struct tag_counts count = {0};
    struct identity identity;

    if (v->kind->members)
        return count_members(s, v, shown);
    size_t here = count_here(s, v);
    for (size_t i = 0; here && i < v->rows.n; i++) {
        if (view_row_gone(v->kind, s->snapshot, v->rows.at[i]))
            continue;
        kind_identify(v->kind, s->snapshot, v->rows.at[i], &identity);
        if (!identity_set_has(&s->tags, &identity))
            continue;
        count.shown++;
        if (shown)
            vec_push(shown, identity);
    }
    count.hidden = here - count.shown;
    count.elsewhere = s->tags.n - here;
    return count;
}

// Of a kind whose rows are found one by one only: all of them at once.
static void collect(const struct snapshot *s, const struct kind *kind, struct identity_vec *rows)
{
    const struct snapshot *part;

    vec_clear(rows);
    vec_reserve(rows, kind_total(kind, s));
    for (size_t k = 0; (part = snapshot_part(s, k)); k++)
        for (size_t i = 0; i < kind_count(kind, part); i++) {
            struct identity identity;
            kind_identify(kind, part, kind_at(kind, part, i), &identity);
            vec_push(rows, identity);
        }
    identity_set_settle(rows);
}

void tags_prune(struct identity_vec *tags, const struct snapshot *s)
{
    struct identity_vec rows = {0}; // of the kind whose tags are looked at: they stand together
    const struct kind *kind = NULL;
    bool known = false;
    size_t kept = 0;

    for (size_t i = 0; i < tags->n; i++) {
        const struct identity *tag = &tags->at[i];
        bool object = kind_is_object(tag->kind);

        if (!kind || kind->id != tag->kind) {
            kind = kind_get(tag->kind);
            known = kind_is_known(kind, s);
            if (known && !object)
                collect(s, kind, &rows);
        }
        if (!known || (object ? find_row(s, tag) != NULL : identity_set_has(&rows, tag)))
            tags->at[kept++] = *tag;
    }
    tags->n = kept;
    vec_free(&rows);
}
