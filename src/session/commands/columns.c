#include <stdio.h>
#include <stdlib.h>

#include "session/arrange.h"
#include "session/commands/groups.h"
#include "session/current.h"
#include "session/message.h"
#include "session/navigate.h"
#include "session/prompt/prompt.h"
#include "session/session.h"

// --- order ----------------------------------------------------------------------------------------

static size_t columns_of(struct session *s, const struct column ***columns)
{
    const struct kind *kind = session_view(s)->kind;

    *columns = mem_zero(kind->n_columns, sizeof **columns);
    return arrange_columns(s, kind, *columns);
}

// All columns of the view: those shown, in order, then the others. Returns how many are shown.
static size_t all_columns(struct session *s, const struct column ***columns)
{
    const struct kind *kind = session_view(s)->kind;
    size_t shown = columns_of(s, columns), n = shown;

    for (size_t i = 0; i < kind->n_columns; i++)
        if (!column_among(&kind->columns[i], *columns, shown))
            (*columns)[n++] = &kind->columns[i];
    return shown;
}

static void column_item(struct prompt *p, const struct kind *kind, const struct column *column,
                        enum item_mark mark)
{
    prompt_item(p, column - kind->columns, "%-12s %s", column->title,
                column->help ? column->help : "");
    p->menu.at[p->menu.n - 1].mark = mark;
}

static void sort_done(struct session *s, bool accepted)
{
    const struct menu_item *item = prompt_chosen(&s->prompt);

    if (accepted && item)
        session_sort(s, &session_view(s)->kind->columns[item->value]);
}

static void run_sort(struct session *s)
{
    struct view *v = session_view(s);
    const struct column **columns;
    struct prompt *p = prompt_open(&s->prompt, PROMPT_MENU, sort_done, "Sort by");

    all_columns(s, &columns);
    for (size_t i = 0; i < v->kind->n_columns; i++) {
        if (columns[i] == v->sort)
            p->cursor = i;
        column_item(p, v->kind, columns[i], ITEM_PLAIN);
    }
    free(columns);
}

static void sort_beside(struct session *s, int by)
{
    struct view *v = session_view(s);
    const struct column **columns;
    size_t n = columns_of(s, &columns), at = 0;

    while (at < n && columns[at] != v->sort)
        at++;
    if (at == n) // sorted by none of them: begin at the end one goes away from
        at = by > 0 && n ? n - 1 : 0;
    if (n) {
        const struct column *column = columns[(at + n + (size_t)by) % n];
        arrange_sort(s, column, column->flags & COL_DESCENDING);
        session_say(s, SEVERITY_NOTICE, "sorted by %s", column->title);
    }
    free(columns);
}

static void run_invert(struct session *s)
{
    struct view *v = session_view(s);

    if (v->sort)
        arrange_sort(s, v->sort, !v->descending);
    else
        session_say(s, SEVERITY_NOTICE, "in the order they are read: > or F6 chooses a column");
}

// --- which columns --------------------------------------------------------------------------------

static void swap_items(struct prompt *p, size_t a, size_t b)
{
    struct menu_item item = p->menu.at[a];

    p->menu.at[a] = p->menu.at[b];
    p->menu.at[b] = item;
    p->cursor = b;
}

static void fill_chooser(struct session *s, bool usual)
{
    const struct kind *kind = session_view(s)->kind;
    struct arrangement kept = s->arranged[kind->id];
    struct prompt *p = &s->prompt;
    const struct column **columns;

    if (usual)
        s->arranged[kind->id].n = 0;
    size_t shown = all_columns(s, &columns);
    s->arranged[kind->id] = kept; // nothing is changed before Enter
    vec_clear(&p->menu);
    for (size_t i = 0; i < kind->n_columns; i++)
        column_item(p, kind, columns[i], i < shown ? ITEM_ON : ITEM_OFF);
    free(columns);
}

static bool chooser_key(struct session *s, const struct key_event *event)
{
    struct prompt *p = &s->prompt;
    struct menu_item *item = p->cursor < p->menu.n ? &p->menu.at[p->cursor] : NULL;

    switch (event->key) {
    case ' ':
        if (item)
            item->mark = item->mark == ITEM_ON ? ITEM_OFF : ITEM_ON;
        return true;
    case K_LEFT:
        if (item && p->cursor > 0)
            swap_items(p, p->cursor, p->cursor - 1);
        return true;
    case K_RIGHT:
        if (item && p->cursor + 1 < p->menu.n)
            swap_items(p, p->cursor, p->cursor + 1);
        return true;
    case K_DELETE:
        fill_chooser(s, true);
        return true;
    default:
        return false;
    }
}

static void chooser_done(struct session *s, bool accepted)
{
    struct view *v = session_view(s);
    struct prompt *p = &s->prompt;
    size_t n = 0;

    if (!accepted)
        return;
    const struct column **columns = mem_zero(p->menu.n, sizeof *columns);
    for (size_t i = 0; i < p->menu.n; i++)
        if (p->menu.at[i].mark == ITEM_ON)
            columns[n++] = &v->kind->columns[p->menu.at[i].value];
    if (n) {
        arrange_set_columns(s, v->kind, columns, n);
        v->pan = 0;
        session_rebuild(s); // a filter's words are looked for in what is shown
    } else {
        snprintf(p->error, sizeof p->error, "one column at least is to be shown");
    }
    free(columns);
}

static void run_columns(struct session *s)
{
    struct prompt *p = prompt_open(&s->prompt, PROMPT_MENU, chooser_done, "Columns of %s",
                                   session_view(s)->kind->title);

    p->hint = "Space show  Left Right move  Del as usual  Enter done  Esc back";
    p->key = chooser_key;
    fill_chooser(s, false);
}

// clang-format off
static const struct command commands[] = {
    {.name = "sort", .label = "Sort", .keys = {K_F6}, .run = run_sort,
     .help = "choose the column to sort by"},
    {.name = "sort-right", .keys = {'>'}, .run_by = sort_beside, .by = 1,
     .help = "sort by the next column"},
    {.name = "sort-left", .keys = {'<'}, .run_by = sort_beside, .by = -1,
     .help = "sort by the previous column"},
    {.name = "invert", .keys = {'I'}, .run = run_invert, .help = "invert the order"},
    {.name = "columns", .keys = {'c'}, .run = run_columns,
     .help = "choose the columns of this view, and their order"},
};
// clang-format on

const struct command_group order_commands = {"Finding", commands,
                                             sizeof commands / sizeof *commands};
