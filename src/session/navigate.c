#include "session/navigate.h"

#include <stdio.h>

#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "session/arrange.h"
#include "session/current.h"
#include "session/message.h"

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

bool session_tab(struct session *s, size_t tab)
{
    if (tab >= session_n_tabs)
        return false;
    forget_rows(session_view(s));
    while (s->depth)
        view_free(&s->stack[--s->depth]);
    s->tab = tab;
    session_rebuild(s);
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
    if (!kind || kind->id == KIND_FINDING || (part && !find_object(s->snapshot, &about, &parent)))
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
        row = find_row(s->snapshot, &about);
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
