#include "ui/parts/details.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/line.h"
#include "base/text.h"
#include "model/identity/find_row.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "session/current.h"
#include "ui/canvas/wrap.h"
#include "ui/parts/marks.h"

enum { GAP = 2, MARGIN = 1, GRID_MAX = 6, GRID_STEP = 4, GRID_COSTS = 3, GRID_WIDE = 100 };

static void add_line(struct details *out, enum style style, char *value)
{
    vec_push(out, (struct detail){.value = value, .style = style});
}

// A name of several words reads best in full ("original key"), any other as its heading does.
static void add_fact(struct details *out, const struct column *column, char *value)
{
    struct detail fact = {.value = value, .style = STYLE_PLAIN};
    bool by_name = strchr(column->name, '_') || strlen(column->title) < 3;
    const char *label = column->label ? column->label : by_name ? column->name : column->title;

    snprintf(fact.label, sizeof fact.label, "%s", label);
    for (char *at = fact.label; *at; at++)
        *at = *at == '_' ? ' ' : (char)tolower((unsigned char)*at);
    vec_push(out, fact);
    out->facts = out->n;
}

void details_free(struct details *details)
{
    for (size_t i = 0; i < details->n; i++)
        free(details->at[i].value);
    vec_free(details);
    details->facts = 0;
}

// A moment as the clock said it, and how long ago: "2026-11-21 04:57:11 (41m ago)", of today
// without the date.
static char *moment(int64_t when, int64_t now)
{
    time_t at = (time_t)when, there = (time_t)now;
    char date[32], age[TEXT_SHORT];
    struct tm tm, today;

    if (when == 0)
        return mem_copy_string("never");
    bool same_day = localtime_r(&at, &tm) && localtime_r(&there, &today) &&
                    tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year;
    if (!localtime_r(&at, &tm) || strftime(date, sizeof date, same_day ? "%T" : "%F %T", &tm) == 0)
        return mem_format("%s ago", text_age(age, sizeof age, now - when));
    return mem_format("%s (%s ago)", date, text_age(age, sizeof age, now - when));
}

// One column of a row in full; nothing where it is unknown or says nothing.
static void add_column(struct details *out, const struct snapshot *s, const struct column *column,
                       const void *row)
{
    char scratch[CELL_SCRATCH];
    struct cell cell;

    column_get(column, s, row, &cell);
    if (column->type == CELL_TIME && cell.known) {
        add_fact(out, column, moment(cell.time, s->time));
        return;
    }
    if (column->type == CELL_BOOL && cell.known && !cell.truth)
        return;
    const char *text = column_text(column, s, row, scratch, sizeof scratch);
    if (text[0])
        add_fact(out, column, mem_copy_string(text));
}

// The columns that have a place among the details, in that order, then the others as the table has
// them. The path in the tab line names what was entered, and its parts are the rows themselves.
static void add_row(struct details *out, const struct snapshot *s, const struct kind *kind,
                    const void *row, bool entered)
{
    for (int place = 1; place < DETAIL_NONE; place++)
        for (size_t i = 0; i < kind->n_columns; i++) {
            const struct column *column = &kind->columns[i];
            bool repeated = column->detail == DETAIL_PATH || column->flags & COL_ENTERED;
            if ((column->detail ?: DETAIL_REST) == place && !(entered && repeated))
                add_column(out, s, column, row);
        }
}

static void add_notes(struct details *out, const struct session *session, const struct snapshot *s,
                      const struct kind *kind, const struct identity *row, bool entered,
                      bool listed)
{
    // clang-format off
    static const enum style styles[] = {
        [NOTE_PLAIN] = STYLE_PLAIN,     [NOTE_TITLE] = STYLE_PROMPT,
        [NOTE_DIM] = STYLE_DIM,         [NOTE_GOOD] = STYLE_GOOD,
        [NOTE_WARNING] = STYLE_WARNING, [NOTE_CRITICAL] = STYLE_CRITICAL,
    };
    // clang-format on
    const struct view *view = session_view((struct session *)session);
    const struct note_place place = {
        .entered = entered,
        .waiters_listed = listed || (entered && view->kind->need & NEED_WAITERS),
        .holders_age = session_holders_age(session),
        .keys = true,
    };
    struct note_vec notes = {0};

    if (kind->notes)
        kind->notes(s, row, &place, &notes);
    for (size_t i = 0; i < notes.n; i++)
        add_line(out, styles[notes.at[i].tone], notes.at[i].text);
    vec_free(&notes);
}

void details_findings(struct details *out, const struct snapshot *s, struct identity row)
{
    row.host = 0; // in its picture
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct finding *f = &s->findings.at[i];
        if (!finding_concerns(f, &row))
            continue;
        const char *advice = finding_advice(f, true);
        add_line(out, mark_severity(f->severity, STYLE_PROMPT), mem_format("! %s", f->title));
        if (advice)
            add_line(out, STYLE_GOOD, mem_format("  %s", advice));
    }
}

void details_above(struct details *out, struct session *session)
{
    const struct view *view = session_view(session);
    const struct snapshot *s = session->snapshot;

    if (s && view->has_members && find_row(s, &view->finding))
        add_notes(out, session, s, kind_get(view->finding.kind), &view->finding, true, false);
    const struct kind *kind = s && view->has_parent ? kind_get(view->parent.kind) : NULL;
    if (!kind)
        return;
    const void *row = find_row(s, &view->parent);
    if (row)
        add_row(out, s, kind, row, true);
    details_findings(out, s, view->parent);
    add_notes(out, session, s, kind, &view->parent, true, false);
}

// `pane`: beside the table, where its columns are facts, too.
static void add_selected(struct details *out, struct session *session, bool pane)
{
    struct identity identity;
    const void *row = session_selected(session, &identity);
    const struct kind *kind = session_view(session)->kind;

    if (!session->snapshot || !row)
        return;
    const struct snapshot *s = session_picture(session, kind, row);
    if (!(kind->flags & TABLE_NOTES))
        add_row(out, s, kind, row, pane);
    out->last_counts = !pane && kind->flags & TABLE_NOTES;
    identity.host = 0; // in its picture
    if (!view_row_gone(kind, session->snapshot, row))
        add_notes(out, session, s, kind, &identity, false, pane);
    else
        add_line(out, STYLE_WARNING, mem_copy_string("already gone"));
}

void details_below(struct details *out, struct session *session)
{
    add_selected(out, session, false);
}

void details_pane(struct details *out, struct session *session)
{
    add_selected(out, session, true);
}

// Walks the facts as they flow; draws them where c is not only a measure. Returns the lines.
static int flow(struct canvas *c, struct rect r, const struct details *details, bool draw)
{
    int x = 0, line = 0;

    for (size_t i = 0; i < details->facts; i++) {
        const struct detail *fact = &details->at[i];
        int label = canvas_width(c, fact->label);
        int width = label + 1 + canvas_width(c, fact->value);
        if (x > 0 && x + width > r.w) {
            x = 0;
            line++;
        }
        if (draw && line >= r.h)
            break;
        if (draw) {
            canvas_text(c, r.x + x, r.y + line, r.w - x, STYLE_LABEL, fact->label);
            canvas_text(c, r.x + x + label + 1, r.y + line, r.w - x - label - 1, fact->style,
                        fact->value);
        }
        x += width + GAP;
    }
    return details->facts > 0 ? line + 1 : 0;
}

// --- in columns ------------------------------------------------------------------------------------

struct grid {
    int columns, lines; // of the facts that are short
    int labels[GRID_MAX], widths[GRID_MAX];
};

static bool is_long(const struct canvas *c, const struct detail *fact, int w)
{
    return canvas_width(c, fact->label) + 1 + canvas_width(c, fact->value) >
           w / (w < GRID_WIDE ? 2 : 3);
}

// The widths of so many columns, which are read downwards. False: they do not fit.
static bool fit_columns(const struct canvas *c, const struct details *d, int w, size_t n,
                        int columns, struct grid *g)
{
    int values[GRID_MAX] = {0}, at = 0, all = 0;

    *g = (struct grid){.columns = columns, .lines = ((int)n + columns - 1) / columns};
    for (size_t i = 0; i < d->facts; i++) {
        if (is_long(c, &d->at[i], w))
            continue;
        int column = at++ / g->lines, label = canvas_width(c, d->at[i].label);
        int value = canvas_width(c, d->at[i].value);
        g->labels[column] = most(g->labels[column], label);
        values[column] = most(values[column], value);
    }
    for (int i = 0; i < columns; i++) {
        g->widths[i] = g->labels[i] + 1 + values[i] + GAP;
        if (i + 1 < columns) // an age that gains a digit moves nothing
            g->widths[i] = (g->widths[i] + GRID_STEP - 1) / GRID_STEP * GRID_STEP;
        all += g->widths[i];
    }
    return all - GAP <= w;
}

// As many columns as fit; long facts follow, a line each. The lines; 0: no two columns fit.
static int grid_lines(const struct canvas *c, const struct details *d, int w, struct grid *g)
{
    size_t n_long = 0;

    for (size_t i = 0; i < d->facts; i++)
        n_long += is_long(c, &d->at[i], w);
    for (int columns = GRID_MAX; columns > 1; columns--)
        if (d->facts - n_long >= (size_t)columns &&
            fit_columns(c, d, w, d->facts - n_long, columns, g))
            return g->lines + (int)n_long;
    return 0;
}

static void draw_fact(struct canvas *c, struct rect r, const struct detail *fact, int label)
{
    canvas_text(c, r.x, r.y, r.w, STYLE_LABEL, fact->label);
    canvas_text(c, r.x + label + 1, r.y, r.w - label - 1, fact->style, fact->value);
}

static void draw_grid(struct canvas *c, struct rect r, const struct details *d,
                      const struct grid *g)
{
    int at = 0, y = g->lines;

    for (size_t i = 0; i < d->facts; i++) {
        const struct detail *fact = &d->at[i];
        struct rect line = {r.x, r.y + y, r.w, 1};
        if (is_long(c, fact, r.w)) {
            if (y++ < r.h)
                draw_fact(c, line, fact, most(canvas_width(c, fact->label), g->labels[0]));
            continue;
        }
        int column = at / g->lines;
        line.y = r.y + at++ % g->lines;
        for (int k = 0; k < column; k++)
            line.x += g->widths[k];
        line.w = g->widths[column] < r.x + r.w - line.x ? g->widths[column] : r.x + r.w - line.x;
        if (line.y < r.y + r.h)
            draw_fact(c, line, fact, g->labels[column]);
    }
}

// Facts stand in columns where that costs few lines, else they flow. The lines.
static int facts_lines(struct canvas *c, struct rect r, const struct details *d, bool draw)
{
    struct grid grid;
    int flowing = flow(c, r, d, false), lines = grid_lines(c, d, r.w, &grid);
    bool in_columns = lines && lines <= flowing + GRID_COSTS;

    if (draw && in_columns && lines <= r.h)
        draw_grid(c, r, d, &grid);
    else if (draw)
        flow(c, r, d, true);
    return in_columns ? lines : flowing;
}

static struct rect inner(struct rect r)
{
    return (struct rect){r.x + MARGIN, r.y, r.w - 2 * MARGIN, r.h};
}

// Lines the texts that follow the facts take at a width.
static int own_lines(const struct canvas *c, const struct details *details, int w)
{
    int lines = 0;

    for (size_t i = details->facts; i < details->n; i++)
        lines += wrap_lines(c, details->at[i].value, w);
    return lines;
}

int details_lines(const struct canvas *canvas, const struct details *details, int w)
{
    struct canvas measure = *canvas; // nothing is drawn on it
    struct rect in = inner((struct rect){0, 0, w, 0});

    return facts_lines(&measure, in, details, false) + own_lines(canvas, details, in.w);
}

int details_own_lines(const struct canvas *canvas, const struct details *details, int w)
{
    return own_lines(canvas, details, inner((struct rect){0, 0, w, 0}).w);
}

// Lines of a text of its own that are drawn where `room` is left for it and those after it.
static int given(const struct canvas *c, const struct details *details, size_t i, int w, int room)
{
    int after = 0;

    for (size_t k = i + 1; details->last_counts && k < details->n; k++)
        after += wrap_lines(c, details->at[k].value, w);
    return room - after;
}

void details_draw(struct canvas *c, struct rect r, const struct details *details)
{
    struct rect in = inner(r);
    int own = own_lines(c, details, in.w);

    if (r.h <= 0)
        return;
    struct rect facts = {in.x, in.y, in.w, in.h > own ? in.h - own : 0};
    facts_lines(c, facts, details, true);
    int y = facts.y + facts.h, end = r.y + r.h;
    for (size_t i = details->facts; i < details->n && y < end; i++) {
        int room = given(c, details, i, in.w, end - y);
        if (room > 0)
            y += wrap_draw(c, (struct rect){in.x, y, in.w, room}, details->at[i].style,
                           details->at[i].value, 0);
    }
}
