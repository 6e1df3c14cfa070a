#include "ui/parts/empty_view.h"

#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "model/kinds/registry.h"
#include "model/text/say.h"
#include "model/text/words.h"
#include "session/current.h"
#include "session/view.h"
#include "ui/canvas/wrap.h"
#include "ui/parts/layout.h"

static void draw_unread(struct canvas *c, struct rect line, const struct snapshot *s)
{
    char text[128];
    struct line reason = line_start(text, sizeof text);

    if (s)
        words_unread(&reason, s);
    if (reason.n)
        canvas_text(c, line.x, line.y, line.w, STYLE_WARNING, text);
    else
        canvas_text(c, line.x, line.y, line.w, STYLE_DIM,
                    s && s->recorded ? "not recorded" : "reading ...");
}

// What restricts an empty view, in the order in which Esc lifts it, and what in it matches nothing.
static void draw_restricted(struct canvas *c, struct rect line, const struct view *view,
                            const struct snapshot *s)
{
    char text[160], whole[320], why[160];
    struct line blamed = line_start(why, sizeof why);
    struct line by = line_start(text, sizeof text);

    if (view->filter)
        line_add(&by, "filter (F4 changes it)");
    if (view->has_owner)
        line_add(&by, "%sowner (u)", by.n ? ", " : "");
    if (view->orphans)
        line_add(&by, "%sorphans (o)", by.n ? ", " : "");
    if (view->has_id)
        line_add(&by, "%sid", by.n ? ", " : "");
    snprintf(whole, sizeof whole, "no %s matches: %s; Esc lifts %s", view->kind->one, text,
             strchr(text, ',') ? "one after the other" : "it");
    int used = wrap_draw(c, line, STYLE_DIM, whole, 0);
    if (line.h > used && filter_blame(view->filter, view_columns(view), s, &blamed))
        canvas_text(c, line.x, line.y + used, line.w, STYLE_DIM, why);
}

// Where there is something instead, and how to get there.
static void draw_elsewhere(struct canvas *c, struct rect r, struct session *session)
{
    const struct snapshot *s = session->snapshot;
    char text[256];
    struct line line = line_start(text, sizeof text);
    int y = r.y + 1;

    for (size_t i = 0; i < kind_tabs(); i++) {
        const struct kind *kind = kind_of_tab(i);
        size_t n = kind_is_known(kind, s) && kind_is_object(kind->id) ? kind_total(kind, s) : 0;

        if (!n)
            continue;
        line_add(&line, "%s", line.n ? ", " : "");
        line_count(&line, n, kind->one, NULL);
        if (kind_tab_key(kind))
            line_add(&line, " (%c)", (char)kind_tab_key(kind));
    }
    if (y < r.y + r.h && line.n)
        canvas_format(c, r.x, y++, r.w, STYLE_PLAIN, "There are %s.", text);
    if (y < r.y + r.h && !line.n)
        canvas_text(c, r.x, y++, r.w, STYLE_PLAIN,
                    "No System V object exists in this IPC namespace.");
    if (y < r.y + r.h && s->findings.n && session_view(session)->kind->tab) {
        struct say x = say_start(s, text, sizeof text);
        say(&x, "! goes to Triage: {n finding}.", s->findings.n);
        canvas_text(c, r.x, y++, r.w, STYLE_PLAIN, text);
    }
    if (y < r.y + r.h)
        canvas_text(c, r.x, y, r.w, STYLE_DIM,
                    "Tab and the numbers go to other views, F1 lists the keys, q quits.");
}

void empty_view_draw(struct canvas *c, struct rect r, struct session *session)
{
    const struct view *view = session_view(session);
    const struct snapshot *s = session->snapshot;
    struct rect line = {r.x + LAYOUT_GUTTER, r.y, r.w - LAYOUT_GUTTER, 1};
    const struct kind *kind = view->kind;

    if (!s || !kind_is_known(kind, s))
        draw_unread(c, line, s);
    else if (view->parent_gone)
        canvas_text(c, line.x, line.y, line.w, STYLE_DIM, "gone; Esc goes back");
    else if (view_restricted(view))
        draw_restricted(c, (struct rect){line.x, r.y, line.w, r.h}, view, s);
    else if (view->has_members)
        canvas_format(c, line.x, line.y, line.w, STYLE_DIM,
                      "all of the finding's %s are gone; Esc goes back", kind->name);
    else if (kind->empty)
        canvas_text(c, line.x, line.y, line.w,
                    kind->flags & TABLE_EMPTY_GOOD ? STYLE_GOOD : STYLE_DIM, kind->empty);
    else
        canvas_format(c, line.x, line.y, line.w, STYLE_DIM, "no %s", kind->one);
    if (s && kind_is_known(kind, s) && session->depth == 0 && !view_restricted(view))
        draw_elsewhere(c, (struct rect){line.x, r.y + 1, line.w, r.h - 1}, session);
}
