#include "session/view.h"

#include <string.h>

void view_init(struct view *v, const struct kind *kind, const struct identity *parent)
{
    *v = (struct view){.kind = kind};
    if (parent) {
        v->has_parent = true;
        v->parent = *parent;
    }
    if (kind->default_sort)
        rows_parse_sort(kind, kind->default_sort, &v->sort, &v->descending);
}

void view_free(struct view *v)
{
    filter_free(v->filter);
    vec_free(&v->rows);
    vec_free(&v->members);
    *v = (struct view){0};
}

// Without rows (a scan not yet finished) the selection is kept, to be found again.
static void note_selection(struct view *v, const struct snapshot *s)
{
    if (v->cursor >= v->rows.n)
        return;
    v->has_selected = true;
    kind_identify(v->kind, s, v->rows.at[v->cursor], &v->selected);
}

void view_select(struct view *v, const struct snapshot *s, size_t row)
{
    v->cursor = v->rows.n == 0 ? 0 : row < v->rows.n ? row : v->rows.n - 1;
    note_selection(v, s);
}

void view_move(struct view *v, const struct snapshot *s, long by)
{
    if (by < 0 && (size_t)-by > v->cursor)
        view_select(v, s, 0);
    else
        view_select(v, s, v->cursor + (size_t)by);
}

bool view_find(struct view *v, const struct snapshot *s, const struct identity *identity)
{
    for (size_t i = 0; i < v->rows.n; i++) {
        struct identity row;

        kind_identify(v->kind, s, v->rows.at[i], &row);
        if (identity_same(&row, identity)) {
            view_select(v, s, i);
            return true;
        }
    }
    return false;
}

struct column_choice view_columns(const struct view *v)
{
    const struct arrangement *a = v->arranged;

    return a ? (struct column_choice){a->columns, a->n} : (struct column_choice){0};
}

bool view_restricted(const struct view *v)
{
    return v->filter || v->has_owner || v->orphans || v->has_id;
}

struct query view_query(const struct view *v)
{
    return (struct query){
        .kind = v->kind,
        .has_parent = v->has_parent,
        .parent = v->parent,
        .filter = v->filter,
        .shown = view_columns(v),
        .has_owner = v->has_owner,
        .owner = v->owner,
        .has_id = v->has_id,
        .id = v->id,
        .members = v->has_members ? &v->members : NULL,
        .orphans = v->orphans,
        .sort = v->sort,
        .descending = v->descending,
    };
}

bool view_all_maps(const struct view *v)
{
    return v->kind->wide_need && v->has_parent && v->parent.id < 0;
}

bool view_row_gone(const struct kind *kind, const struct snapshot *s, const void *row)
{
    const struct snapshot *part;
    bool there = !kind_is_object(kind->id);

    for (size_t i = 0; !there && (part = snapshot_part(s, i)); i++) {
        size_t n = kind_count(kind, part);
        there = n && row >= kind_at(kind, part, 0) && row <= kind_at(kind, part, n - 1);
    }
    return !there;
}

// Rows, selection and cursor after a new picture or a change of the query.
void view_rebuild(struct view *v, const struct snapshot *s)
{
    const struct query query = view_query(v);
    const struct identity selected = v->selected;

    if (!s) {
        vec_clear(&v->rows);
        return;
    }
    // The selection follows the newest event.
    bool follows = v->kind->flags & TABLE_PAST && v->cursor == 0;
    rows_build(&v->rows, s, &query);
    // The object, not the row. One that vanished leaves the cursor where it stood.
    if (follows || !v->has_selected || !view_find(v, s, &selected))
        view_select(v, s, v->cursor);
}

bool view_search(const struct view *v, const struct snapshot *s, const char *text, size_t from,
                 bool backwards, size_t *row)
{
    for (size_t i = 1; i <= v->rows.n; i++) {
        size_t at = (backwards ? from + v->rows.n - i : from + i) % v->rows.n;

        const void *found = v->rows.at[at];
        if (view_row_gone(v->kind, s, found))
            continue;
        const struct snapshot *picture = kind_picture(v->kind, s, found);
        if (row_shows(v->kind, view_columns(v), picture, found, text) ||
            row_has_pid(v->kind, picture, found, text)) {
            *row = at;
            return true;
        }
    }
    return false;
}
