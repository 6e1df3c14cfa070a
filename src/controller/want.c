#include "controller/want.h"

#include <string.h>

#include "model/consequence/consequence.h"
#include "model/kinds/registry.h"
#include "model/triage/triage.h"
#include "session/actions/await_exit.h"
#include "session/current.h"
#include "session/session.h"

static bool is_shown(struct column_choice shown, const struct column *column)
{
    for (size_t i = 0; i < shown.n; i++)
        if (shown.at[i] == column)
            return true;
    return !shown.n && column->flags & COL_SCREEN;
}

static uint64_t column_needs(const struct view *v)
{
    const struct kind *kind = v->kind;
    const struct column_choice shown = view_columns(v);
    uint64_t need = kind->need | filter_need(v->filter, shown);

    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];

        if (is_shown(shown, column) || column == v->sort ||
            (v->orphans && strcmp(column->name, "orphan") == 0))
            need |= column->need;
    }
    return need;
}

static void want_target(struct want *want, enum action_verb verb, const struct identity *target)
{
    want->need |= kind_get(target->kind)->act_need;
    if (verb != ACTION_SIGNAL)
        return;
    // What a signal means to a process may stand in its arguments; what it serves and whose it is, too,
    // of as many as may be followed at once.
    want->need |= SIGNAL_NEEDS;
    if (target->pid > 0 && want->n_followed < WANT_FOLLOWED)
        want->followed[want->n_followed++] = target->pid;
}

// All that a report has.
static void want_report(struct want *want)
{
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);

        if (!kind->json)
            continue;
        want->need |= kind->need;
        want->in_sight |= kind->need; // at once
        for (size_t i = 0; i < kind->n_columns; i++)
            if (column_in_report(&kind->columns[i]))
                want->need |= kind->columns[i].need;
    }
}

// What the rows of this picture lack to be whole: a full /dev/shm takes a look at what is in it.
static uint64_t lacking(const struct snapshot *s)
{
    uint64_t need = 0;

    for (int id = 1; s && id < KINDS; id++)
        need |= kind_lacking(kind_get((enum kind_id)id), s);
    return need;
}

void session_want(struct session *s, struct want *want)
{
    const struct view *v = session_view(s);

    // The header, the counts of the tabs, and the findings are always in sight.
    *want = (struct want){.need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS |
                                  NEED_SYSTEM | NEED_NAMES | NEED_NAMESPACES | NEED_SHM_PLACES |
                                  triage_need() | column_needs(v) | lacking(s->snapshot)};
    want->in_sight = column_needs(v);
    want->orphan_age = s->orphan_age;
    want->ipc_namespace = s->place;
    if (s->details || s->pane_shown)
        for (size_t i = 0; i < v->kind->n_columns; i++)
            if (!(v->kind->columns[i].flags & COL_ASKED))
                want->need |= v->kind->columns[i].need;
    const struct kind *entered = kind_get(v->kind->enter);
    if (s->pane_shown && entered && entered->pins == NO_KIND) // else too much is read for each row
        want->need |= entered->need;
    // A set in focus would leave the elements of all others unread, which the findings are made of.
    const struct kind *parent = v->has_parent ? kind_get(v->parent.kind) : NULL;
    const struct kind *parts = parent ? kind_get(parent->enter) : NULL;
    bool narrows = parts && parts->need & triage_need() & NEED_ELEMENTS;
    if (v->has_parent && !narrows) {
        want->focused = true;
        want->focus = v->parent;
    }
    if (s->reporting)
        want_report(want);
    // What is asked of one focus alone would be asked of everything without it.
    if (!v->has_parent || !v->kind->focus_need)
        want->need &= ~(uint64_t)(NEED_MAP_USE | NEED_ALL_MAPS);
    else
        want->need |= view_all_maps(v) ? v->kind->wide_need : v->kind->focus_need;
    await_exit_want(s, want);
    if (s->tracing)
        want->need |= NEED_TRACE;
    for (size_t i = 0; i < s->prompt.actions.n; i++)
        want_target(want, s->prompt.actions.at[i].verb, &s->prompt.actions.at[i].target);
    for (size_t i = 0; i < s->prompt.targets.n; i++)
        want_target(want, ACTION_SIGNAL, &s->prompt.targets.at[i]);
}
