#include "ui/parts/tabs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/kinds/registry.h"
#include "session/current.h"
#include "session/view.h"
#include "ui/canvas/fit_line.h"

enum detail { // from all of it to the least; the tab one is in gives way after the others
    DETAIL_COUNT,
    DETAIL_TITLE,
    DETAIL_SHORT,
    DETAIL_ALL_SHORT,
    DETAIL_NUMBER,
    DETAIL_BARE,
    DETAIL_LEVELS
};

static const char *const separators[DETAIL_LEVELS] = {" │ ", " │ ", " ", " ", " ", " "};

// What makes this view not the whole truth of this moment.
static void restrictions(struct session *session, struct fit_line *out)
{
    const struct view *view = session_view(session);
    bool held = view->kind->flags & TABLE_HELD;
    int64_t age = held && !session->frozen ? session_holders_age(session) : 0;
    char text[64];

    if (session->frozen)
        fit_line_add(out, 0, STYLE_CRITICAL, NULL, "FROZEN");
    if (view->filter_text[0])
        fit_line_add(out, 0, STYLE_WARNING, "filter", "%s", view->filter_text);
    if (view->has_id)
        fit_line_add(out, 2, STYLE_WARNING, "id", "%" PRId32, view->id);
    if (view->has_owner) {
        const char *name = session->snapshot ? snapshot_user(session->snapshot, view->owner) : NULL;
        snprintf(text, sizeof text, "%" PRIu32, view->owner);
        fit_line_add(out, 3, STYLE_WARNING, "owner", "%s", name ? name : text);
    }
    if (view->orphans && session->orphan_age > 0)
        fit_line_add(out, 2, STYLE_WARNING, NULL, "orphans idle %s",
                     text_age_exact(text, sizeof text, session->orphan_age));
    else if (view->orphans)
        fit_line_add(out, 2, STYLE_WARNING, NULL, "orphans");
    if (view_all_maps(view))
        fit_line_add(out, 4, STYLE_WARNING, NULL, "all mappings");
    if (age > 0)
        fit_line_add(out, 5, STYLE_WARNING, "holders", "%s old", text_age(text, sizeof text, age));
    if (session->search.text[0])
        fit_line_add(out, 6, STYLE_PLAIN, "search", "%s", session->search.text);
}

static void tab_text(const struct session *session, size_t tab, enum detail detail, char *dst,
                     size_t cap)
{
    const struct kind *kind = kind_of_tab(tab);
    const struct snapshot *s = session->snapshot;
    size_t n = s && (s->has & kind->need) == kind->need ? kind_count(kind, s) : 0;

    if (detail == DETAIL_COUNT && n > 0 && !(kind->flags & TABLE_NO_COUNT))
        snprintf(dst, cap, "%u %s %zu", kind->tab, kind->title, n);
    else if (detail <= DETAIL_TITLE ||
             (tab == session->tab && (detail == DETAIL_SHORT || detail == DETAIL_NUMBER)))
        snprintf(dst, cap, "%u %s", kind->tab, kind->title);
    else if (detail <= DETAIL_ALL_SHORT)
        snprintf(dst, cap, "%u %.3s", kind->tab, kind->title);
    else
        snprintf(dst, cap, "%u", kind->tab);
}

// Draws the tabs from x on, or only measures them where `draw` is false; finds the one at `find`.
static int each_tab(struct canvas *c, const struct session *session, struct rect r,
                    enum detail detail, bool draw, int find, size_t *found)
{
    char text[64];
    int x = r.x + 1;

    for (size_t i = 0; i < kind_tabs(); i++) {
        if (i && draw)
            canvas_text(c, x, r.y, r.x + r.w - x, STYLE_DIM, separators[detail]);
        if (i)
            x += canvas_width(c, separators[detail]);
        tab_text(session, i, detail, text, sizeof text);
        int width = canvas_width(c, text);
        if (draw)
            canvas_text(c, x, r.y, r.x + r.w - x, i == session->tab ? STYLE_TAB : STYLE_PLAIN,
                        text);
        if (found && find >= x && find < x + width)
            *found = i;
        x += width;
    }
    return x - r.x;
}

static enum detail fitting(struct canvas *c, const struct session *session, struct rect r)
{
    enum detail detail = DETAIL_COUNT;

    while (detail < DETAIL_BARE && each_tab(c, session, r, detail, false, -1, NULL) > r.w)
        detail++;
    return detail;
}

// The width the restrictions take at the right, with a gap before them. At most half of the line.
static int right_width(const struct canvas *c, struct rect r, const struct fit_line *pieces)
{
    int width = fit_line_width(c, pieces, 2);

    if (width == 0)
        return 0;
    return width + 2 < r.w / 2 ? width + 2 : r.w / 2;
}

static void draw_path(struct canvas *c, struct rect r, const struct session *session)
{
    const struct kind *kind = kind_of_tab(session->tab);
    int right = r.x + r.w, x = r.x + 1, need = 1 + canvas_width(c, kind->title);
    size_t from = 0;

    for (size_t i = 0; i < session->depth; i++)
        need += 3 + canvas_width(c, session->stack[i].path);
    // Where all of it does not fit, the beginning gives way: where one is, is at the end.
    for (; need > r.w && from + 1 < session->depth; from++)
        need -= 3 + canvas_width(c, session->stack[from].path);
    x += canvas_text(c, x, r.y, right - x, STYLE_PLAIN, kind->title);
    for (size_t i = from; i < session->depth; i++) {
        bool last = i + 1 == session->depth;
        x +=
            canvas_format(c, x, r.y, right - x, STYLE_DIM, " %s ", symbol_text(SYM_PATH, c->ascii));
        x += canvas_text(c, x, r.y, right - x, last ? STYLE_TAB : STYLE_PLAIN,
                         session->stack[i].path);
    }
}

void tabs_draw(struct canvas *c, struct rect r, struct session *session)
{
    struct fit_line pieces = {0};

    restrictions(session, &pieces);
    int right = right_width(c, r, &pieces);
    struct rect left = {r.x, r.y, r.w - right, 1};
    if (session->depth > 0)
        draw_path(c, left, session);
    else
        each_tab(c, session, left, fitting(c, session, left), true, -1, NULL);
    if (right > 0)
        fit_line_draw(c, left.x + left.w + 1, r.y, right - 2, 2, &pieces);
}

bool tabs_at(const struct canvas *canvas, struct rect r, struct session *session, int x,
             size_t *tab)
{
    struct canvas measure = *canvas; // nothing is drawn on it
    struct fit_line pieces = {0};

    if (session->depth > 0)
        return false;
    restrictions(session, &pieces);
    struct rect left = {r.x, r.y, r.w - right_width(canvas, r, &pieces), 1};
    *tab = kind_tabs();
    each_tab(&measure, session, left, fitting(&measure, session, left), false, x, tab);
    return *tab < kind_tabs() && x < left.x + left.w;
}
