#include "ui/parts/table.h"

#include <stdlib.h>
#include <string.h>

#include "model/table/host_column.h"
#include "session/arrange.h"
#include "session/current.h"
#include "session/recent_rows.h"
#include "session/tags.h"
#include "session/view.h"
#include "ui/parts/empty_view.h"
#include "ui/parts/marks.h"
#include "ui/parts/usage.h"

enum { BAR_NUMBER = 5 };

// What a view below an object need not repeat in every row: it stands in the path.
static bool repeats_parent(const struct view *view, const struct column *column)
{
    if (!view->has_parent || view_all_maps(view))
        return false;
    return column->flags & COL_PARENT ||
           (column->flags & COL_PARENT_PROCESS && view->parent.pid > 0);
}

struct candidates { // the columns a table may show, and the widths that their texts take
    const struct column **at;
    int *widths;
    size_t n;
};

static void candidates_free(struct candidates *c)
{
    free(c->at);
    free(c->widths);
}

static struct candidates candidates_of(const struct session *session, const struct view *view)
{
    size_t room = view->kind->n_columns + 1; // and the host
    struct candidates found = {.at = mem_zero(room, sizeof *found.at),
                               .widths = mem_zero(room, sizeof *found.widths)};
    const struct column **out = found.at;
    size_t n = arrange_columns(session, view->kind, out);

    if (session->snapshot && session->snapshot->others.n && !(view->kind->flags & TABLE_HOSTS)) {
        memmove(out + 1, out, n++ * sizeof *out);
        out[0] = &host_column;
    }
    for (size_t i = 0; i < n; i++) {
        if (!repeats_parent(view, out[i]))
            out[found.n++] = out[i];
    }
    return found;
}

// The selected row is always among those shown; the last rows fill the page.
static void scroll(struct view *view, int rows)
{
    size_t page = rows > 0 ? (size_t)rows : 0;

    view->page = page;
    if (page == 0)
        return;
    if (view->cursor < view->top)
        view->top = view->cursor;
    if (view->cursor >= view->top + page)
        view->top = view->cursor - page + 1;
    if (view->top + page > view->rows.n)
        view->top = view->rows.n > page ? view->rows.n - page : 0;
}

static uint8_t *kept_width(struct view *view, const struct column *column)
{
    const struct column *first = view->kind->columns;
    bool own = column >= first && column < first + view->kind->n_columns;
    size_t index = own ? (size_t)(column - first) : VIEW_COLUMNS;

    return index < VIEW_COLUMNS ? &view->widths[index] : NULL;
}

static void measure(const struct canvas *canvas, const struct session *session, struct view *view,
                    const struct column **columns, int *widths, size_t n)
{
    size_t end = view->top + view->page < view->rows.n ? view->top + view->page : view->rows.n;
    char text[CELL_SCRATCH];

    for (size_t i = 0; i < n; i++) {
        uint8_t *kept = kept_width(view, columns[i]);
        widths[i] = kept ? *kept : 0;
        for (size_t row = view->top; session->snapshot && row < end; row++) {
            const void *at = view->rows.at[row];
            const struct snapshot *s = session_picture(session, view->kind, at);
            const char *shown = column_screen_text(columns[i], s, at, text, sizeof text);
            int width = canvas_width(canvas, shown);
            widths[i] = width > widths[i] ? width : widths[i];
        }
        if (kept)
            *kept = widths[i] < UINT8_MAX ? (uint8_t)widths[i] : UINT8_MAX;
    }
}

static bool all_shown(const struct fitted_vec *fitted, const int *widths, size_t n)
{
    if (fitted->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (fitted->at[i].w < widths[i])
            return false;
    }
    return true;
}

// Panning ends with the last column that may go away, and is for what does not fit.
static void clamp_pan(struct view *view, const struct column *const *columns, size_t n, bool fits)
{
    size_t loose = 0;

    for (size_t i = 0; i < n; i++)
        loose += !(columns[i]->flags & COL_KEEP);
    if (fits || loose == 0)
        view->pan = 0;
    else if (view->pan >= loose)
        view->pan = loose - 1;
}

// What is to be whole or not at all stands elsewhere on the screen.
static bool hidden_right(const struct view *view, const struct fitted_vec *shown,
                         const struct column *const *columns, size_t n)
{
    size_t hidden = 0, next = 0;

    for (size_t i = 0; i < n; i++) {
        if (next < shown->n && shown->at[next].column == columns[i])
            next++;
        else
            hidden += !(columns[i]->flags & COL_WHOLE);
    }
    return hidden > view->pan;
}

static void fit(const struct canvas *canvas, struct rect r, struct session *session,
                struct fitted_vec *out)
{
    struct view *view = session_view(session);
    struct candidates may = candidates_of(session, view);

    measure(canvas, session, view, may.at, may.widths, may.n);
    layout_columns(out, may.at, may.widths, may.n, r.w - LAYOUT_GUTTER, 0);
    clamp_pan(view, may.at, may.n, all_shown(out, may.widths, may.n));
    if (view->pan > 0)
        layout_columns(out, may.at, may.widths, may.n, r.w - LAYOUT_GUTTER, view->pan);
    if (hidden_right(view, out, may.at, may.n) && out->n && // room for the mark
        out->at[out->n - 1].x + out->at[out->n - 1].w + LAYOUT_GUTTER >= r.w)
        layout_columns(out, may.at, may.widths, may.n, r.w - LAYOUT_GUTTER - 1, view->pan);
    for (size_t i = 0; i < out->n; i++)
        out->at[i].x += LAYOUT_GUTTER;
    candidates_free(&may);
}

void table_prepare(const struct canvas *canvas, struct rect r, struct session *session,
                   struct fitted_vec *columns)
{
    scroll(session_view(session), r.h);
    fit(canvas, r, session, columns);
}

// The sort mark stands behind the title: within the column where there is room, else in the blank
// after it, so that sorting moves no column.
static void draw_title(struct canvas *c, struct rect r, const struct fitted *f, bool sorted,
                       bool descending)
{
    const char *title = f->column->title;
    bool right = column_right_aligned(f->column);
    enum style style = sorted ? STYLE_SORTED : STYLE_TITLE;
    int x = r.x + f->x, w = f->w, width = canvas_width(c, title);

    // The last column has no blank after it.
    if (sorted && ((right && width < w) || (width >= w && x + w >= r.x + r.w)))
        w--;
    if (right)
        canvas_right(c, x, r.y, w, style, title);
    else
        canvas_text(c, x, r.y, w, style, title);
    if (sorted)
        canvas_symbol(c, x + (right || width > w ? w : width), r.y, style,
                      descending ? SYM_DOWN : SYM_UP);
}

int table_wanted(const struct canvas *canvas, struct session *session)
{
    struct view *view = session_view(session);
    struct candidates may = candidates_of(session, view);

    measure(canvas, session, view, may.at, may.widths, may.n);
    int w = LAYOUT_GUTTER + layout_wanted(may.at, may.widths, may.n);
    candidates_free(&may);
    return w;
}

// Left and Right bring the columns that are not shown.
static void draw_hidden(struct canvas *c, struct rect r, const struct session *session,
                        const struct view *view, const struct fitted_vec *shown)
{
    struct candidates may = candidates_of(session, view);

    if (view->pan > 0)
        canvas_symbol(c, r.x, r.y, STYLE_TITLE, SYM_LEFT);
    if (hidden_right(view, shown, may.at, may.n))
        canvas_symbol(c, r.x + r.w - 1, r.y, STYLE_TITLE, SYM_PATH);
    candidates_free(&may);
}

void table_titles(struct canvas *c, struct rect r, struct session *session,
                  const struct fitted_vec *columns)
{
    const struct view *view = session_view(session);

    canvas_clear(c, r, STYLE_TITLE);
    for (size_t i = 0; i < columns->n; i++) {
        const struct fitted *f = &columns->at[i];
        draw_title(c, r, f, f->column == view->sort, view->descending);
    }
    draw_hidden(c, r, session, view, columns);
}

// Where nothing is known, blank says so; where blank would read as "none", a sign does. NULL: blank.
static const char *unknown_sign(const struct canvas *c, const struct column *column,
                                const struct snapshot *s, const void *row)
{
    struct cell cell;

    if (column->type != CELL_COUNT)
        return NULL;
    column_get(column, s, row, &cell);
    if (cell.known)
        return NULL;
    return column->need & NEED_HOLDERS && !s->scan ? symbol_text(SYM_ELLIPSIS, c->ascii) : "?";
}

void table_cell(struct canvas *c, int y, int left, const struct fitted *f, const struct snapshot *s,
                const void *row, enum style base)
{
    char scratch[CELL_SCRATCH];
    const char *text = column_screen_text(f->column, s, row, scratch, sizeof scratch);
    enum style style = mark_cell(s, f->column, row, text, base);

    if (!text[0]) {
        text = unknown_sign(c, f->column, s, row);
        style = STYLE_DIM;
    }
    if (!text)
        return;
    if (f->column->flags & COL_BAR && f->w > 2 * BAR_NUMBER) {
        struct cell cell;
        column_get(f->column, s, row, &cell);
        if (cell.known) // before the number, where the column has room for both: "|||||      42%"
            usage_bar(c, left + f->x, y, f->w - BAR_NUMBER, cell.real);
    }
    if (column_right_aligned(f->column))
        canvas_right(c, left + f->x, y, f->w, style, text);
    else
        canvas_text(c, left + f->x, y, f->w, style, text);
}

// A blank that no text touches.
static bool is_gap(const struct canvas *c, struct rect line, int x)
{
    bool gap = true;

    for (int at = x - 1; at <= x + 1 && gap; at++)
        gap = at < 0 || at >= line.w || c->cells[line.y * c->w + line.x + at].code == ' ';
    return gap;
}

// By a line through the blanks: visible without colours too. Beside text it stops, which stays legible.
static void strike(struct canvas *c, struct rect line)
{
    bool gap = is_gap(c, line, 0);

    for (int x = 0; x < line.w; x++) {
        bool next = is_gap(c, line, x + 1); // before this blank is drawn on
        if (gap)
            canvas_symbol(c, line.x + x, line.y, STYLE_DIM, SYM_HLINE);
        gap = next;
    }
}

// Struck out.
static void draw_gone(struct canvas *c, struct rect line, const struct snapshot *s, const void *row,
                      const struct fitted_vec *columns)
{
    canvas_clear(c, line, STYLE_DIM);
    for (size_t i = 0; i < columns->n; i++) {
        const struct fitted *f = &columns->at[i];
        char scratch[CELL_SCRATCH];
        const char *text = column_screen_text(f->column, s, row, scratch, sizeof scratch);

        if (column_right_aligned(f->column))
            canvas_right(c, line.x + f->x, line.y, f->w, STYLE_DIM, text);
        else
            canvas_text(c, line.x + f->x, line.y, f->w, STYLE_DIM, text);
    }
    strike(c, line);
}

static bool is_new(const struct session *session, const struct kind *kind, const struct snapshot *s,
                   const void *row, const struct identity *identity)
{
    return kind->is_new ? kind->is_new(s, row) : recent_rows_new(&session->changes, identity);
}

// The dot keeps its colour.
static void select_line(struct canvas *c, struct rect line)
{
    int marks = LAYOUT_GUTTER - 1;

    canvas_style(c, (struct rect){line.x + marks, line.y, line.w - marks, 1}, STYLE_SELECTED);
}

static void draw_row(struct canvas *c, struct rect line, struct session *session, size_t index,
                     const struct fitted_vec *columns)
{
    const struct view *view = session_view(session);
    const void *row = view->rows.at[index];
    const struct snapshot *s = session_picture(session, view->kind, row);
    struct identity identity;
    enum style base, dot;

    if (view_row_gone(view->kind, session->snapshot, row)) {
        draw_gone(c, line, s, row, columns);
        if (index == view->cursor)
            select_line(c, line);
        return;
    }
    kind_identify(view->kind, s, row, &identity);
    base = is_new(session, view->kind, s, row, &identity) ? STYLE_NEW : STYLE_PLAIN;
    bool tagged = tags_has_row(session, view->kind, row);
    if (tagged) {
        base = STYLE_TAGGED;
        canvas_text(c, line.x, line.y, 1, base, "+");
    }
    if (mark_of(s, view->kind, row, &dot))
        canvas_symbol(c, line.x + 1, line.y, dot, SYM_BULLET);
    for (size_t i = 0; i < columns->n; i++)
        table_cell(c, line.y, line.x, &columns->at[i], s, row, base);
    if (index == view->cursor)
        select_line(c, line);
}

void table_rows(struct canvas *c, struct rect r, struct session *session,
                const struct fitted_vec *columns)
{
    const struct view *view = session_view(session);

    if (r.h > 0 && (!session->snapshot || view->rows.n == 0))
        empty_view_draw(c, r, session);
    for (int y = 0; session->snapshot && y < r.h && view->top + (size_t)y < view->rows.n; y++) {
        struct rect line = {r.x, r.y + y, r.w, 1};
        draw_row(c, line, session, view->top + (size_t)y, columns);
    }
}

const struct column *table_column_at(const struct canvas *canvas, struct rect r,
                                     struct session *session, int x)
{
    struct fitted_vec columns = {0};
    const struct column *found = NULL;

    fit(canvas, r, session, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        const struct fitted *f = &columns.at[i];
        if (x >= r.x + f->x && x <= r.x + f->x + f->w) // the sort mark included
            found = f->column;
    }
    vec_free(&columns);
    return found;
}
