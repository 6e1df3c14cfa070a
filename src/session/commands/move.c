#include "session/commands/groups.h"
#include "session/current.h"
#include "session/session.h"

enum { PAGE_UNKNOWN = 10 };

static void move(struct session *s, long by)
{
    view_move(session_view(s), s->snapshot, by);
}

// One row of the page before stays in sight.
static long page(struct session *s)
{
    size_t rows = session_view(s)->page;

    return rows > 1 ? (long)rows - 1 : rows ? 1 : PAGE_UNKNOWN;
}

static void run_up(struct session *s)
{
    move(s, -1);
}

static void run_down(struct session *s)
{
    move(s, 1);
}

static void run_page_up(struct session *s)
{
    move(s, -page(s));
}

static void run_page_down(struct session *s)
{
    move(s, page(s));
}

static void run_first(struct session *s)
{
    view_select(session_view(s), s->snapshot, 0);
}

static void run_last(struct session *s)
{
    view_select(session_view(s), s->snapshot, SIZE_MAX);
}

static void run_left(struct session *s)
{
    struct view *v = session_view(s);

    v->pan -= v->pan > 0;
}

static void run_right(struct session *s)
{
    struct view *v = session_view(s);

    v->pan += v->pan + 1 < v->kind->n_columns;
}

// clang-format off
static const struct command commands[] = {
    {.name = "up", .keys = {K_UP}, .run = run_up, .help = "one row up"},
    {.name = "down", .keys = {K_DOWN}, .run = run_down, .help = "one row down"},
    {.name = "page-up", .keys = {K_PGUP}, .run = run_page_up, .help = "one page up"},
    {.name = "page-down", .keys = {K_PGDN}, .run = run_page_down, .help = "one page down"},
    {.name = "first", .keys = {K_HOME, 'g'}, .run = run_first, .help = "to the first row"},
    {.name = "last", .keys = {K_END, 'G'}, .run = run_last, .help = "to the last row"},
    {.name = "left", .keys = {K_LEFT}, .run = run_left, .help = "columns further left"},
    {.name = "right", .keys = {K_RIGHT}, .run = run_right, .help = "columns further right"},
};
// clang-format on

const struct command_group move_commands = {"Moving", commands, sizeof commands / sizeof *commands};
