#include "session/navigate.h"

#include <stdio.h>

#include "model/identity/find_row.h"
#include "model/kinds/processes.h"
#include "model/kinds/registry.h"
#include "model/record/identity_set.h"
#include "session/arrange.h"
#include "session/current.h"
#include "session/message.h"

void session_sort(struct session *s, const struct column *column)
{
    struct view *v = session_view(s);
    bool descending = column->flags & COL_DESCENDING;

    arrange_sort(s, column, v->sort == column ? !v->descending : descending);
}

bool session_tab(struct session *s, size_t tab)
{
    if (!kind_of_tab(tab))
        return false;
    vec_clear(
        &session_view(s)->rows); // they point into a snapshot: what is not on screen keeps none
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

    if (!opened)
        return false;
    if (s->depth == VIEW_DEPTH) {
        session_say(s, SEVERITY_NOTICE, "no deeper: Esc goes back");
        return false;
    }
    if (parent && parent->host) { // of several hosts one is entered before its objects
        s->enter_place = parent->host;
        return true;
    }
    vec_clear(&session_view(s)->rows);
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

void session_pop_to(struct session *s, size_t depth)
{
    while (s->depth > depth)
        session_pop(s);
}

bool session_peel(struct session *s)
{
    struct view *v = session_view(s);

    if (s->search.text[0]) {
        s->search.text[0] = '\0';
        session_say(s, SEVERITY_NOTICE, "search ended");
        return true;
    }
    if (v->filter) {
        filter_free(v->filter);
        v->filter = NULL;
        v->filter_text[0] = '\0';
        session_say(s, SEVERITY_NOTICE, "filter lifted");
    } else if (v->has_owner) {
        v->has_owner = false;
        session_say(s, SEVERITY_NOTICE, "objects of all owners");
    } else if (v->orphans) {
        v->orphans = false;
        session_say(s, SEVERITY_NOTICE, "not orphans alone");
    } else if (v->has_id) {
        v->has_id = false;
        session_say(s, SEVERITY_NOTICE, "all ids");
    } else {
        return false;
    }
    session_rebuild(s);
    return true;
}

static void path_of(const struct session *s, const struct kind *kind, const struct identity *row,
                    char *dst, size_t cap)
{
    if (kind->path_text)
        kind->path_text(s->snapshot, row, dst, cap);
    else
        snprintf(dst, cap, "%d", row->id);
}

// What a row is about, in the table of its kind.
static void enter_subject(struct session *s, const struct kind *from,
                          const struct row_subject *subject)
{
    const struct identity about = subject->about;
    const struct kind *kind = kind_get(about.kind);
    struct identity parent;
    bool past = from->flags & TABLE_PAST;
    char name[80];

    row_text(s->snapshot, &about, name, sizeof name);
    const void *place = kind && kind->place ? find_row(s->snapshot, &about) : NULL;
    if (place) { // what it is about is in there
        s->enter_place = kind->place(place);
        return;
    }
    bool part = kind && kind->belongs; // a holder, an element: among those of its object
    if (subject->several && kind)
        session_push(s, about.kind, NULL, kind->name); // the table they are, or were, in
    // Of a past event, the table in which the process stood may be any.
    else if (!kind)
        session_say(s, SEVERITY_NOTICE, "it is about no object");
    else if (kind == from || (part && (past || !find_object(s->snapshot, &about, &parent))))
        session_say(s, SEVERITY_NOTICE, "there is no table of %s to go to", name);
    else if (past && !find_row(s->snapshot, &about))
        session_say(s, SEVERITY_NOTICE, "%s is gone", name);
    else if (session_push(s, about.kind, part ? &parent : NULL, name) &&
             !view_find(session_view(s), s->snapshot, &about))
        session_say(s, SEVERITY_NOTICE, "%s is gone", name);
}

// The one object of a finding with what hangs on it: its holders, elements, waiters. False: nothing
// does.
static bool enter_member(struct session *s, const struct identity *member, const char *path)
{
    const struct kind *kind = kind_get(member->kind);
    struct identity found;

    if (kind->enter == NO_KIND || !session_push(s, kind->enter, member, path))
        return false;
    const struct view *v = session_view(s);
    if (v->rows.n || !kind_is_known(v->kind, s->snapshot) ||
        !find_object(s->snapshot, member, &found))
        return true;
    session_pop(s);
    return false;
}

// Those rows alone of their table. Without a name of their own they are counted.
static void enter_list(struct session *s, const struct identity *row,
                       const struct identity_vec *objects, const char *name)
{
    const struct kind *kind = kind_get(objects->at[0].kind);
    char path[sizeof session_view(s)->path];
    struct line line = line_start(path, sizeof path);

    if (name)
        line_add(&line, "%s", name);
    else
        line_count(&line, objects->n, kind->one, NULL);
    if (!session_push(s, kind->id, NULL, path))
        return;
    struct view *v = session_view(s);
    v->has_members = true;
    identity_set_add_all(&v->members, objects->at, objects->n);
    v->finding = *row;
    session_rebuild(s);
}

// What a finding is about: its objects, or the parts of the only one.
static void enter_members(struct session *s, const struct identity *row,
                          const struct identity_vec *objects)
{
    char name[sizeof session_view(s)->path];
    const bool only = objects->n == 1;

    if (only)
        identity_text(&objects->at[0], name, sizeof name);
    if (!only || !enter_member(s, &objects->at[0], name))
        enter_list(s, row, objects, only ? name : NULL);
}

static void enter_parts(struct session *s, const struct kind *kind, const struct identity *row)
{
    char path[sizeof session_view(s)->path];

    path_of(s, kind, row, path, sizeof path);
    session_push(s, kind->enter, row, path);
}

// Nothing hangs on it: all there is to see is the object itself.
static void show_details(struct session *s)
{
    if (s->pane_shown || s->details)
        session_say(s, SEVERITY_NOTICE, "nothing hangs on it: all there is of it is shown");
    else
        s->no_pane = false;
    s->details |= !s->pane_shown;
}

static void enter_process(struct session *s, const struct kind *kind, const void *row)
{
    struct identity process;
    char name[sizeof session_view(s)->path];

    if (!kind->leads_to(s->snapshot, row, &process, name, sizeof name)) {
        show_details(s);
        if (*name)
            session_say(s, SEVERITY_NOTICE, "%s", name);
        return;
    }
    const struct process_view page = process_page_of(&process);
    session_push(s, page.opened, &page.process, name);
}

enum enters what_enter_opens(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;
    struct identity row;
    const void *selected = session_selected(s, &row);

    if (!selected)
        return ENTERS_NOTHING;
    if (row.host || kind->place)
        return ENTERS_PLACE;
    if (kind->members && kind->members(selected)->n)
        return ENTERS_MEMBERS;
    if (kind->listed && kind->listed(selected)->n)
        return ENTERS_LIST;
    if (kind->more_need && kind->more_need(selected) & ~s->snapshot->has)
        return ENTERS_LATER;
    if (kind->enter != NO_KIND && (!kind->opens || kind->opens(selected)))
        return ENTERS_PARTS;
    if (kind->subject)
        return ENTERS_SUBJECT;
    return kind->leads_to ? ENTERS_PEER : ENTERS_DETAILS;
}

void session_enter(struct session *s)
{
    const struct kind *kind = session_view(s)->kind;
    struct row_subject subject;
    struct identity row;
    const void *selected = session_selected(s, &row);

    switch (what_enter_opens(s)) {
    case ENTERS_NOTHING:
        break;
    case ENTERS_PLACE:
        s->enter_place = row.host ? row.host : kind->place(selected);
        break;
    case ENTERS_MEMBERS:
        enter_members(s, &row, kind->members(selected));
        break;
    case ENTERS_LIST:
        enter_list(s, &row, kind->listed(selected), NULL);
        break;
    case ENTERS_LATER:
        session_say(s, SEVERITY_NOTICE, "what is in it is being read: Enter again shows it");
        break;
    case ENTERS_PARTS:
        enter_parts(s, kind, &row);
        break;
    case ENTERS_SUBJECT:
        kind->subject(selected, &subject);
        enter_subject(s, kind, &subject);
        break;
    case ENTERS_PEER:
        enter_process(s, kind, selected);
        break;
    case ENTERS_DETAILS:
        show_details(s);
        break;
    }
}
