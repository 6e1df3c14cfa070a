#include "session/commands/groups.h"
#include "session/current.h"
#include "session/session.h"

enum { PAGE_UNKNOWN = 10 };

static void move(struct session *s, int by)
{
    view_move(session_view(s), s->snapshot, by);
}

// One row of the page before stays in sight.
static void move_pages(struct session *s, int by)
{
    size_t rows = session_view(s)->page;

    move(s, by * (rows > 1 ? (int)rows - 1 : rows ? 1 : PAGE_UNKNOWN));
}

static void run_first(struct session *s)
{
    view_select(session_view(s), s->snapshot, 0);
}

static void run_last(struct session *s)
{
    view_select(session_view(s), s->snapshot, SIZE_MAX);
}

static void pan(struct session *s, int by)
{
    struct view *v = session_view(s);

    if (by < 0)
        v->pan -= v->pan > 0;
    else
        v->pan += v->pan + 1 < v->kind->n_columns;
}

// clang-format off
static const struct command commands[] = {
    {.name = "up", .keys = {K_UP}, .run_by = move, .by = -1, .help = "one row up"},
    {.name = "down", .keys = {K_DOWN}, .run_by = move, .by = 1, .help = "one row down"},
    {.name = "page-up", .keys = {K_PGUP}, .run_by = move_pages, .by = -1, .help = "one page up"},
    {.name = "page-down", .keys = {K_PGDN}, .run_by = move_pages, .by = 1, .help = "one page down"},
    {.name = "first", .keys = {K_HOME, 'g'}, .run = run_first, .help = "to the first row"},
    {.name = "last", .keys = {K_END, 'G'}, .run = run_last, .help = "to the last row"},
    {.name = "left", .keys = {K_LEFT}, .run_by = pan, .by = -1, .help = "columns further left"},
    {.name = "right", .keys = {K_RIGHT}, .run_by = pan, .by = 1, .help = "columns further right"},
};
// clang-format on

const struct command_group move_commands = {"Moving", commands, sizeof commands / sizeof *commands};
