#include "session/navigate.h"

#include <stdio.h>

#include "model/kinds/registry.h"
#include "session/actions/targets.h"
#include "session/arrange.h"

const enum kind_id session_tabs[] = {KIND_SEGMENT, KIND_SEMSET, KIND_QUEUE,
                                     KIND_FINDING, KIND_LIMIT,  KIND_EVENT};
const size_t session_n_tabs = sizeof session_tabs / sizeof *session_tabs;

bool session_tab_of(const struct kind *kind, size_t *tab)
{
    for (size_t i = 0; i < session_n_tabs; i++) {
        if (session_tabs[i] != kind->id)
            continue;
        *tab = i;
        return true;
    }
    return false;
}

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

    view_rebuild(v, s->snapshot);
    recent_rows_insert(&s->changes, v, s->snapshot, has_selected ? &selected : NULL);
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
    if (tab >= session_n_tabs)
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
    const struct kind *opened = kind_get(kind);

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
    if (!kind || kind->id == KIND_FINDING ||
        (part && !targets_object(s->snapshot, &about, &parent)))
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
    if (v->kind->enter < KIND_COUNT) {
        if (!session_push(s, v->kind->enter, &row, path))
            session_say(s, SEVERITY_NOTICE, "no deeper: Esc goes back");
    } else if (!s->details) {
        s->details = true; // nothing hangs on it: all there is to see is the object itself
    }
}
