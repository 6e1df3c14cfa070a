#include "app/view.h"

#include <stdio.h>
#include <string.h>

#include "app/arrange.h"
#include "app/changes.h"
#include "app/tags.h"
#include "app/targets.h"
#include "base/text.h"

void view_init(struct view *v, const struct kind *kind, const struct identity *parent)
{
    *v = (struct view){.kind = kind};
    if (parent) {
        v->has_parent = true;
        v->parent = *parent;
    }
    if (kind && kind->default_sort)
        rows_parse_sort(kind, kind->default_sort, &v->sort, &v->descending);
}

void view_free(struct view *v)
{
    filter_free(v->filter);
    vec_free(&v->rows);
    *v = (struct view){0};
}

// Without rows (a scan not yet finished) the selection of before stays to be found again.
static void note_selection(struct view *v, const struct snapshot *s)
{
    if (v->cursor >= v->rows.n)
        return;
    v->has_selected = true;
    v->kind->identify(s, v->rows.at[v->cursor], &v->selected);
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

        v->kind->identify(s, v->rows.at[i], &row);
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
        .orphans = v->orphans,
        .sort = v->sort,
        .descending = v->descending,
    };
}

bool view_all_maps(const struct view *v)
{
    return v->kind->id == KIND_MAPPING && v->has_parent && v->parent.id < 0;
}

// Whether an array has `row` among its n items of that size.
static bool among(const void *array, size_t n, size_t size, const void *row)
{
    uintptr_t first = (uintptr_t)array, at = (uintptr_t)row;

    return n && at >= first && at < first + n * size;
}

bool view_row_gone(const struct kind *kind, const struct snapshot *s, const void *row)
{
    switch (kind->id) {
    case KIND_SEGMENT:
        return !among(s->segments.at, s->segments.n, sizeof *s->segments.at, row);
    case KIND_SEMSET:
        return !among(s->semsets.at, s->semsets.n, sizeof *s->semsets.at, row);
    case KIND_QUEUE:
        return !among(s->queues.at, s->queues.n, sizeof *s->queues.at, row);
    default:
        return false;
    }
}

// Rows, selection and cursor after a new picture or a change of the query.
static void rebuild(struct view *v, const struct snapshot *s)
{
    const struct query query = view_query(v);
    const struct identity selected = v->selected;

    if (!s || !v->kind) {
        vec_clear(&v->rows);
        return;
    }
    // Who looks at the newest event goes on to do so.
    bool follows = v->kind->id == KIND_EVENT && v->cursor == 0;
    rows_build(&v->rows, s, &query);
    // The object, not the row. One that vanished leaves the cursor where it stood.
    if (follows || !v->has_selected || !view_find(v, s, &selected))
        view_select(v, s, v->cursor);
}

void view_sort(struct view *v, const struct snapshot *s, const struct column *column,
               bool descending)
{
    v->sort = column;
    v->descending = descending;
    rebuild(v, s);
}

bool view_search(const struct view *v, const struct snapshot *s, const char *text, size_t from,
                 bool backwards, size_t *row)
{
    for (size_t i = 1; i <= v->rows.n; i++) {
        size_t at = (backwards ? from + v->rows.n - i : from + i) % v->rows.n;

        if (!view_row_gone(v->kind, s, v->rows.at[at]) &&
            row_contains(v->kind, view_columns(v), s, v->rows.at[at], text)) {
            *row = at;
            return true;
        }
    }
    return false;
}

// --- the views of a session -----------------------------------------------------------------------

struct view *session_view(struct session *s)
{
    return s->depth ? &s->stack[s->depth - 1] : &s->tabs[session_tabs[s->tab]];
}

const void *session_selected(struct session *s, struct identity *identity)
{
    struct view *v = session_view(s);

    if (!s->snapshot || v->cursor >= v->rows.n)
        return NULL;
    if (identity)
        v->kind->identify(s->snapshot, v->rows.at[v->cursor], identity);
    return v->rows.at[v->cursor];
}

// Another object by that id is not it.
static bool parent_there(const struct snapshot *s, const struct identity *parent)
{
    return !kind_is_object(parent->kind) || !(s->has & kind_get(parent->kind)->need) ||
           tags_row(s, parent);
}

void session_tell_gone(struct session *s)
{
    const struct view *v = session_view(s);
    char name[80], news[96];

    if (!v->parent_gone)
        return;
    snprintf(news, sizeof news, "%s is gone", identity_text(&v->parent, name, sizeof name));
    session_news(s, false, news);
}

void session_rebuild(struct session *s)
{
    struct view *v = session_view(s);
    const struct identity selected = v->selected;
    bool has_selected = v->has_selected;

    rebuild(v, s->snapshot);
    changes_insert(&s->changes, v, s->snapshot, has_selected ? &selected : NULL);
    if (!s->snapshot || !v->has_parent)
        return;
    bool gone = !parent_there(s->snapshot, &v->parent);
    bool news = gone && !v->parent_gone;
    v->parent_gone = gone;
    if (news)
        session_tell_gone(s);
}

void session_sort(struct session *s, const struct column *column)
{
    struct view *v = session_view(s);
    bool descending = column->flags & COL_DESCENDING;

    arrange_sort(s, column, v->sort == column ? !v->descending : descending);
}

// Rows point into the snapshot a view was last built from: what is not on screen keeps none.
static void forget_rows(struct view *v)
{
    vec_clear(&v->rows);
}

// A frozen picture has only what the view it was frozen in needed.
static void note_frozen(struct session *s)
{
    struct want want;

    session_want(s, &want);
    if (s->frozen && s->snapshot && want.need & ~s->snapshot->has)
        session_say(s, SEVERITY_NOTICE, "frozen: F5 reads what is missing here");
}

bool session_tab(struct session *s, size_t tab)
{
    if (tab >= session_n_tabs || !kind_get(session_tabs[tab]))
        return false;
    forget_rows(session_view(s));
    while (s->depth)
        view_free(&s->stack[--s->depth]);
    s->tab = tab;
    session_rebuild(s);
    note_frozen(s);
    return true;
}

bool session_push(struct session *s, enum kind_id kind, const struct identity *parent,
                  const char *path)
{
    const struct kind *opened = kind < KIND_COUNT ? kind_get(kind) : NULL;

    if (!opened || s->depth == VIEW_DEPTH)
        return false;
    forget_rows(session_view(s));
    struct view *v = &s->stack[s->depth++];
    view_init(v, opened, parent);
    arrange_view(s, v);
    snprintf(v->path, sizeof v->path, "%s", path);
    session_rebuild(s);
    note_frozen(s);
    return true;
}

bool session_pop(struct session *s)
{
    if (!s->depth)
        return false;
    view_free(&s->stack[--s->depth]);
    session_rebuild(s);
    return true;
}

static void path_of(const struct session *s, const struct identity *row, char *dst, size_t cap)
{
    const struct process *process = NULL;

    switch (row->kind) {
    case KIND_HOLDER:
    case KIND_MAPPING:
    case KIND_WAITER:
        process = snapshot_process(s->snapshot, row->pid);
        if (process && process->known & PROC_KNOWS_COMM)
            snprintf(dst, cap, "%s %d", process->comm, row->pid);
        else
            snprintf(dst, cap, "%d", row->pid);
        break;
    default:
        snprintf(dst, cap, "%d", row->id);
    }
}

// What a finding or an event is about, shown in the table of its kind.
static void enter_about(struct session *s, const struct identity about)
{
    const struct kind *kind = kind_get(about.kind);
    struct identity parent;
    char name[80];

    identity_text(&about, name, sizeof name);
    bool part = kind && kind->belongs; // a holder, an element: among those of its object
    if (!kind || kind->id == KIND_FINDING || (part && !targets_object(s->snapshot, &about, &parent)))
        session_say(s, SEVERITY_NOTICE, "there is no table of %s to go to", name);
    else if (session_push(s, about.kind, part ? &parent : NULL, name) &&
             !view_find(session_view(s), s->snapshot, &about))
        session_say(s, SEVERITY_NOTICE, "%s is gone", name);
}

// Of several: the table they are, or were, in.
static void enter_event(struct session *s, const struct event *event)
{
    const struct identity about = event->about;
    const void *row;
    char name[80];

    identity_text(&about, name, sizeof name);
    if (event->several && kind_get(about.kind)) {
        session_push(s, about.kind, NULL, kind_get(about.kind)->name);
        return;
    }
    if (kind_is_object(about.kind)) {
        row = tags_row(s->snapshot, &about);
    } else if (about.kind == KIND_LIMIT) {
        row = about.part < s->snapshot->limits.n ? &s->snapshot->limits.at[about.part] : NULL;
    } else { // a process: the table it stood in may be any
        session_say(s, SEVERITY_NOTICE, "there is no table of %s to go to", name);
        return;
    }
    if (row)
        enter_about(s, about);
    else
        session_say(s, SEVERITY_NOTICE, "%s is gone", name);
}

void session_enter(struct session *s)
{
    struct view *v = session_view(s);
    struct identity row;
    const void *selected = session_selected(s, &row);
    char path[sizeof v->path];

    if (!selected)
        return;
    if (v->kind->id == KIND_FINDING) {
        enter_about(s, ((const struct finding *)selected)->about);
        return;
    }
    if (v->kind->id == KIND_EVENT) {
        enter_event(s, selected);
        return;
    }
    path_of(s, &row, path, sizeof path);
    if (v->kind->enter < KIND_COUNT && kind_get(v->kind->enter)) {
        if (!session_push(s, v->kind->enter, &row, path))
            session_say(s, SEVERITY_NOTICE, "no deeper");
    } else if (!s->details) {
        s->details = true; // nothing hangs on it: all there is to see is the object itself
    }
}
