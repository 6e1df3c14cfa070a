#include "ui/draw.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/registry.h"
#include "session/current.h"
#include "ui/parts/details.h"
#include "ui/parts/function_bar.h"
#include "ui/parts/header.h"
#include "ui/parts/layout.h"
#include "ui/parts/marks.h"
#include "ui/parts/pane.h"
#include "ui/parts/table.h"
#include "ui/parts/tabs.h"
#include "ui/prompts/prompts.h"

enum { LOW_SCREEN = 24, FACTS_LOW = 3, FACTS = 6 };

struct parts { // of one screen: the layout, and what is said about rows
    struct layout layout;
    struct details above, below;
};

// Asked for by `i`, details take what the layout has; else what was entered gets a few lines.
static int lines_above(const struct canvas *c, const struct session *session,
                       const struct details *details)
{
    int all = details_lines(c, details, c->w);
    int facts = c->h <= LOW_SCREEN ? FACTS_LOW : FACTS;

    return session->details ? all : least(all, facts + details_own_lines(c, details, c->w));
}

static void arrange(const struct canvas *c, struct session *session, struct parts *out)
{
    const struct snapshot *s = session->snapshot;
    struct layout_wish wish = {.header = session->header,
                               .findings = s && kind_total(&kind_findings, s) > 0};

    *out = (struct parts){0};
    details_above(&out->above, session);
    // What shows a finding, and what to do about it, is most of it: that is never hidden.
    if (session->details || session_view(session)->kind->flags & TABLE_NOTES)
        details_below(&out->below, session);
    wish.pane = s && !session->no_pane;
    wish.place = session->pane;
    if (wish.place == PANE_AUTO && session_view(session)->kind->flags & TABLE_PAST)
        wish.place = PANE_BELOW; // its rows are sentences
    wish.table = s ? table_wanted(c, session) : 0;
    wish.above = lines_above(c, session, &out->above);
    wish.below = details_lines(c, &out->below, c->w);
    layout_compute(&out->layout, c->w, c->h, &wish);
    session->pane_shown = out->layout.pane.h > 0;
}

static void release(struct parts *parts)
{
    details_free(&parts->above);
    details_free(&parts->below);
}

// Without a message: what of the holders cannot be seen, and what would help.
static void draw_blind_spots(struct canvas *c, struct rect r, const struct session *session)
{
    const struct snapshot *s = session->snapshot;
    const struct scan *scan = s ? s->scan : NULL;
    int x = r.x + 1, end = r.x + r.w;

    if (!scan)
        return;
    if (scan->stuck > 0)
        x += canvas_format(c, x, r.y, end - x, STYLE_WARNING,
                           "%" PRIu32 " process%s stuck and cannot be read  ", scan->stuck,
                           scan->stuck == 1 ? " is" : "es are");
    if (scan->unasked > 0)
        x += canvas_format(c, x, r.y, end - x, STYLE_WARNING,
                           "%" PRIu32
                           " processes not examined: out of threads or file descriptors  ",
                           scan->unasked);
    if (scan->unreadable > 0)
        canvas_format(c, x, r.y, end - x, STYLE_DIM,
                      "%" PRIu32 " of %" PRIu32 " processes not readable as %s; try sudo",
                      scan->unreadable, scan->processes,
                      s->system.user[0] ? s->system.user : "this user");
}

static void draw_message(struct canvas *c, struct rect r, const struct session *session)
{
    if (session->message[0])
        canvas_text(c, r.x + 1, r.y, r.w - 1, mark_severity(session->message_severity, STYLE_PLAIN),
                    session->message);
    else
        draw_blind_spots(c, r, session);
}

// As much of it as fits, where it catches the eye.
static void draw_too_small(struct canvas *c)
{
    char notice[64];

    snprintf(notice, sizeof notice, "ipctop needs %d%s%d", LAYOUT_MIN_W,
             c->ascii ? "x" : symbol_text(SYM_TIMES, false), LAYOUT_MIN_H);
    int x = (c->w - canvas_width(c, notice)) / 2;
    x = x > 0 ? x : 0;
    canvas_text(c, x, c->h / 2, c->w - x, STYLE_PROMPT, notice);
}

static void draw_prompt(struct canvas *c, const struct layout *layout, struct session *session)
{
    switch (session->prompt.type) {
    case PROMPT_LINE:
        prompt_line(c, layout->message, layout->bar, &session->prompt);
        break;
    case PROMPT_CONFIRM:
        prompt_confirm(c, &session->prompt);
        break;
    case PROMPT_MENU:
        prompt_menu(c, &session->prompt);
        break;
    case PROMPT_TEXT:
        prompt_text(c, &session->prompt);
        break;
    case PROMPT_FORM:
        prompt_form(c, &session->prompt);
        break;
    case PROMPT_NONE:
        break;
    }
}

static void draw_parts(struct canvas *c, struct session *session, const struct parts *parts)
{
    const struct layout *l = &parts->layout;
    struct fitted_vec columns = {0};

    header_draw(c, l->header, session);
    if (session->snapshot)
        header_findings(c, l->findings, session->snapshot);
    tabs_draw(c, l->tabs, session);
    details_draw(c, l->above, &parts->above);
    table_prepare(c, l->table, session, &columns);
    table_titles(c, l->titles, session, &columns);
    table_rows(c, l->table, session, &columns);
    details_draw(c, l->below, &parts->below);
    pane_draw(c, l->pane, session);
    draw_message(c, l->message, session);
    if (session->prompt.type == PROMPT_NONE) // its keys do nothing in a prompt, which names its own
        function_bar_draw(c, l->bar, session);
    vec_free(&columns);
}

void draw_session(struct canvas *c, struct session *session)
{
    struct parts parts;

    canvas_clear(c, (struct rect){0, 0, c->w, c->h}, STYLE_PLAIN);
    c->cursor_x = c->cursor_y = -1;
    arrange(c, session, &parts);
    session->prompt.hidden = parts.layout.too_small;
    if (parts.layout.too_small) {
        draw_too_small(c);
    } else {
        draw_parts(c, session, &parts);
        draw_prompt(c, &parts.layout, session);
    }
    release(&parts);
}

void draw_layout(const struct canvas *c, struct session *session, struct layout *layout)
{
    struct parts parts;

    arrange(c, session, &parts);
    *layout = parts.layout;
    release(&parts);
}
