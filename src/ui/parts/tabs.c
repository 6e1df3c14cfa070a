#include "ui/parts/tabs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "model/kinds/registry.h"
#include "session/current.h"
#include "session/view.h"
#include "ui/canvas/fit_line.h"

enum { NARROW = 60 };

// From all of it to the least; the tab one is in gives way after the others, its number of rows last.
enum detail {
    DETAIL_WIDE,   // "1 Segments 27 │ 2 Semaphores 62"
    DETAIL_NARROW, // "1 Segments 27  2 Semaphores 62"
    DETAIL_CUT,    // "1 Segments 27  2 Sem 62"
    DETAIL_TIGHT,  // "1 Segments 27 2Sem:62 3Que:3"
    DETAIL_COUNT,  // "1 Segments 27 2:62 3:3"
    DETAIL_BRIEF,  // "1 Seg 27 2:62 3:3"
    DETAIL_NUMBER, // "1 Segments 27 2 3"
    DETAIL_BARE,   // "1 27 2 3"
    DETAIL_LEVELS
};

static const char *const separators[DETAIL_LEVELS] = {" │ ", "  ", "  ", " ", " ", " ", " ", " "};

static void ages(const struct session *session, const struct view *view, struct fit_line *out)
{
    struct part_age parts[PART_AGES];
    size_t n = session_ages(session, view, parts);
    char text[64];

    for (size_t i = 0; i < n && !session->frozen; i++)
        fit_line_add(out, 5, STYLE_WARNING, parts[i].what, "%s old",
                     text_age(text, sizeof text, parts[i].age));
}

// What makes this view not the whole truth of this moment.
static void restrictions(struct session *session, struct fit_line *out)
{
    const struct view *view = session_view(session);
    char text[64];

    if (session->frozen)
        fit_line_add(out, 0, STYLE_CRITICAL, NULL, "FROZEN");
    if (session->place)
        fit_line_add(out, 0, STYLE_WARNING, "in", "%s", session->place_name);
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
    ages(session, view, out);
    if (session->search.text[0])
        fit_line_add(out, 6, STYLE_PLAIN, "search", "%s", session->search.text);
}

static void tab_text(const struct session *session, size_t tab, enum detail detail, char *dst,
                     size_t cap)
{
    const struct kind *kind = kind_of_tab(tab);
    const struct snapshot *s = session->snapshot;
    bool read = s && (s->has & kind->need) == kind->need;
    size_t n = read || (s && s->others.n) ? kind_total(kind, s) : 0;
    bool counted = n > 0 && !(kind->flags & TABLE_NO_COUNT);
    bool here = tab == session->tab;
    struct line line = line_start(dst, cap);
    int32_t key = kind_tab_key(kind);

    const char *gap = key ? " " : "";
    if (key)
        line_add(&line, "%c", (char)key);
    bool whole = detail != DETAIL_BRIEF && detail != DETAIL_BARE;
    if (detail <= DETAIL_NARROW || (here && whole))
        line_add(&line, "%s%s", gap, kind->title);
    else if (detail == DETAIL_CUT || (here && detail == DETAIL_BRIEF))
        line_add(&line, "%s%.3s", gap, kind->title);
    else if (detail == DETAIL_TIGHT || !key)
        line_add(&line, "%.3s", kind->title);
    if (counted && (here || detail < DETAIL_TIGHT))
        line_add(&line, " %zu", n);
    else if (counted && detail <= DETAIL_BRIEF)
        line_add(&line, ":%zu", n);
}

// Draws the tabs from x on, or only measures them where `draw` is false; finds the one at `find`.
static int each_tab(struct canvas *c, const struct session *session, struct rect r,
                    enum detail detail, bool draw, int find, size_t *found)
{
    char text[64];
    int x = r.x + 1;

    for (size_t i = 0; i < kind_tabs(); i++) {
        if (!session_has_tab(session, i))
            continue;
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
    enum detail detail = DETAIL_WIDE;

    while (detail < DETAIL_BARE && each_tab(c, session, r, detail, false, -1, NULL) > r.w)
        detail++;
    return detail;
}

// The width the restrictions take at the right, with a gap before them. At most half of the line, and
// a third where that leaves the tabs their numbers.
static int right_width(const struct canvas *c, struct rect r, const struct session *session,
                       const struct fit_line *pieces)
{
    struct canvas measure = *c; // nothing is drawn on it
    int width = fit_line_width(c, pieces, 2);

    if (width == 0)
        return 0;
    width += 2;
    if (width > r.w / 2)
        width = r.w / 2;
    int left = session->depth ? 0 : each_tab(&measure, session, r, DETAIL_BRIEF, false, -1, NULL);
    int least = r.w < NARROW ? r.w / 2 : r.w / 3;
    if (width > least && width > r.w - left)
        width = r.w - left > least ? r.w - left : least;
    return width;
}

// Draws the path, or only measures it where `draw` is false; finds the part at column `find`.
static void each_part(struct canvas *c, struct rect r, const struct session *session, bool draw,
                      int find, size_t *found)
{
    const struct kind *kind = kind_of_tab(session->tab);
    int right = r.x + r.w, x = r.x + 1, need = 1 + canvas_width(c, kind->title);
    size_t from = 0;

    for (size_t i = 0; i < session->depth; i++)
        need += 3 + canvas_width(c, session->stack[i].path);
    // Where all of it does not fit, the beginning gives way: where one is, is at the end.
    for (; need > r.w && from + 1 < session->depth; from++)
        need -= 3 + canvas_width(c, session->stack[from].path);
    if (draw)
        canvas_text(c, x, r.y, right - x, STYLE_PLAIN, kind->title);
    if (found && find >= x && find < x + canvas_width(c, kind->title))
        *found = 0;
    x += canvas_width(c, kind->title);
    for (size_t i = from; i < session->depth && x < right; i++) {
        const char *text = session->stack[i].path;
        bool last = i + 1 == session->depth;

        if (draw)
            canvas_format(c, x, r.y, right - x, STYLE_DIM, " %s ", symbol_text(SYM_PATH, c->ascii));
        x += 3;
        if (draw)
            canvas_text(c, x, r.y, right - x, last ? STYLE_TAB : STYLE_PLAIN, text);
        if (found && find >= x && find < x + canvas_width(c, text))
            *found = i + 1;
        x += canvas_width(c, text);
    }
}

void tabs_draw(struct canvas *c, struct rect r, struct session *session)
{
    struct fit_line pieces = {0};

    restrictions(session, &pieces);
    int right = right_width(c, r, session, &pieces);
    struct rect left = {r.x, r.y, r.w - right, 1};
    if (session->depth > 0)
        each_part(c, left, session, true, -1, NULL);
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
    struct rect left = {r.x, r.y, r.w - right_width(canvas, r, session, &pieces), 1};
    *tab = kind_tabs();
    each_tab(&measure, session, left, fitting(&measure, session, left), false, x, tab);
    return *tab < kind_tabs() && x < left.x + left.w;
}

bool tabs_path_at(const struct canvas *canvas, struct rect r, struct session *session, int x,
                  size_t *depth)
{
    struct canvas measure = *canvas; // nothing is drawn on it
    struct fit_line pieces = {0};

    if (session->depth == 0)
        return false;
    restrictions(session, &pieces);
    struct rect left = {r.x, r.y, r.w - right_width(canvas, r, session, &pieces), 1};
    *depth = SIZE_MAX;
    each_part(&measure, left, session, false, x, depth);
    return *depth != SIZE_MAX && x < left.x + left.w;
}
