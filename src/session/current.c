#include "session/current.h"

#include <stdio.h>

#include "base/clock.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "session/message.h"
#include "session/session.h"

bool session_has_tab(const struct session *s, size_t tab)
{
    return s->options.hosts > 1 || !(kind_of_tab(tab)->flags & TABLE_HOSTS);
}

struct view *session_view(struct session *s)
{
    return s->depth ? &s->stack[s->depth - 1] : &s->tabs[kind_of_tab(s->tab)->id];
}

const void *session_selected(struct session *s, struct identity *identity)
{
    struct view *v = session_view(s);

    if (!s->snapshot || v->cursor >= v->rows.n)
        return NULL;
    if (identity)
        kind_identify(v->kind, s->snapshot, v->rows.at[v->cursor], identity);
    return v->rows.at[v->cursor];
}

// Another object by that id is not it.
static bool parent_there(const struct snapshot *s, const struct identity *parent)
{
    return !kind_is_object(parent->kind) || !(s->has & kind_get(parent->kind)->need) ||
           find_row(s, parent);
}

void session_show_gone(struct session *s)
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
        session_show_gone(s);
}

// In seconds, of something in the picture whose moment is known (CLOCK_MONOTONIC; 0: it is not), once it
// exceeds two refreshes; else 0.
static int64_t age_of(const struct session *s, int64_t moment_ns)
{
    if (!s->snapshot || !moment_ns)
        return 0;
    int64_t age = s->snapshot->time_ns - moment_ns;
    bool old = age >= 2 * CLOCK_SECOND && (double)age > 2 * s->interval * (double)CLOCK_SECOND;
    return old ? age / CLOCK_SECOND : 0;
}

int64_t session_holders_age(const struct session *s)
{
    // A document has no moment of its own for them: in a recording they are of that of the picture.
    bool known = s->snapshot && s->snapshot->scan && !s->snapshot->recorded;

    return known ? age_of(s, s->snapshot->scan->finished_ns) : 0;
}

size_t session_ages(const struct session *session, const struct view *view,
                    struct part_age out[PART_AGES])
{
    const struct snapshot *s = session->snapshot;
    unsigned flags = view->kind->flags;
    uint64_t need = view->kind->need;
    bool ports = s && s->has & NEED_PORTS && flags & TABLE_PROCESSES && need & NEED_TOTALS;
    const struct {
        struct part_age part;
        bool shown;
    } parts[PART_AGES] = {
        {{"holders", session_holders_age(session)}, flags & TABLE_HELD || need & NEED_HOLDERS},
        {{"processes", s ? age_of(session, s->processes_ns) : 0}, need & NEED_TOTALS},
        {{"ports", s ? age_of(session, s->files_ns) : 0}, ports},
        {{"files", s ? age_of(session, s->files_ns) : 0}, need & NEED_FILES},
    };
    size_t n = 0;

    for (size_t i = 0; i < PART_AGES; i++)
        if (parts[i].shown && parts[i].part.age > 0)
            out[n++] = parts[i].part;
    return n;
}

// A frozen picture keeps them: nothing moves in it.
bool session_expire_changes(struct session *s, int64_t now, int64_t *next)
{
    bool dropped = false;

    *next = s->frozen ? 0 : recent_rows_expire(&s->changes, now, &dropped);
    if (dropped)
        session_rebuild(s); // rows pointed into what was let go
    return dropped;
}

const struct snapshot *session_picture(const struct session *s, const struct kind *kind,
                                       const void *row)
{
    return recent_rows_picture(&s->changes, s->snapshot, kind, row);
}
