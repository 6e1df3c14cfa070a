#include "ui/parts/layout.h"

#include <limits.h>

#include "base/text.h"
#include "model/table/cell_class.h"

enum { PANE_W = 110, PANE_H = 30, PANE_WIDE = 150, PANE_LEAST = 48, PANE_MOST = 96 };
enum { HEADER_LINES = 4, LOW_SCREEN = 24, TEXT_MIN = 10, NAME_WIDTH = 20, SHORT_NAME = 12 };

static int header_lines(enum header_size size, int h, int room)
{
    int lines = 0;

    switch (size) {
    case HEADER_AUTO:
        lines = h <= LOW_SCREEN ? 1 : HEADER_LINES;
        break;
    case HEADER_FULL:
        lines = HEADER_LINES;
        break;
    case HEADER_LINE:
        lines = 1;
        break;
    case HEADER_NONE:
        break;
    }
    return lines <= room ? lines : least(1, room);
}

// PANE_AUTO: none is shown.
static enum pane_place pane_place(int w, int h, const struct layout_wish *wish)
{
    if (!wish->pane || w < PANE_W || h < PANE_H)
        return PANE_AUTO;
    if (wish->place != PANE_AUTO)
        return wish->place;
    return w >= PANE_WIDE && w - wish->table >= PANE_LEAST ? PANE_RIGHT : PANE_BELOW;
}

static int pane_width(int w, int table)
{
    int usual = least(most(w * 3 / 8, PANE_LEAST), PANE_MOST);

    return table ? least(usual, most(w - table, PANE_LEAST)) : usual;
}

static void split(struct layout *l, int pane)
{
    l->titles.w -= pane;
    l->table.w -= pane;
    l->pane = (struct rect){l->table.x + l->table.w, l->titles.y, pane, l->table.h + 1};
    l->titles.w--; // a blank before its border
    l->table.w--;
}

void layout_compute(struct layout *out, int w, int h, const struct layout_wish *wish)
{
    *out = (struct layout){.too_small = w < LAYOUT_MIN_W || h < LAYOUT_MIN_H};
    if (out->too_small)
        return;

    // Tabs, titles, message and bar are always there; the table comes before every wish, and what
    // surrounds it takes half of the rest at most.
    int findings = wish->findings ? 1 : 0;
    int room = h - 4 - findings - LAYOUT_TABLE_MIN;
    int header = header_lines(wish->header, h, room - (wish->above > 0)); // the accounting too
    room -= header;
    int above = least(most(wish->above, 0), most(room / 2, least(room, 1)));
    enum pane_place place = pane_place(w, h, wish);
    int below = least(most(wish->below, 0), (room - above) / 2 + (room - above) % 2);
    if (place != PANE_AUTO) // instead of the lines below
        below = place == PANE_BELOW ? (room - above) / 2 : 0;
    int table = LAYOUT_TABLE_MIN + room - above - below;
    int y = 0;
    const struct {
        struct rect *rect;
        int h;
        // clang-format off
    } parts[] = {
        {&out->header, header}, {&out->findings, findings}, {&out->tabs, 1},
        {&out->above, above},   {&out->titles, 1},          {&out->table, table},
        {place == PANE_BELOW ? &out->pane : &out->below, below},
        {&out->message, 1},     {&out->bar, 1},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        *parts[i].rect = (struct rect){0, y, w, parts[i].h};
        y += parts[i].h;
    }
    if (place == PANE_RIGHT)
        split(out, pane_width(w, wish->table));
}

static bool keeps(const struct column *column)
{
    return column->flags & COL_KEEP;
}

// The widest a column may become for its texts.
static int wanted(const struct column *column, int text)
{
    int limit = most(column->widest, column->width);

    return most(least(text, limit), most(column->width, (int)text_width(column->title)));
}

// What a column takes before anything is left over: numbers, names of users, and columns that
// always stay are never cut for another's sake.
static int usual(const struct column *column, int text)
{
    bool name = column->type == CELL_TEXT && column->widest > 0 && column->widest <= SHORT_NAME;

    if (keeps(column) || column_right_aligned(column) || name)
        return wanted(column, text);
    return most(column->width, (int)text_width(column->title));
}

// No usual width, only what the texts at hand need: for screens too narrow for the kept columns.
static int squeezed(const struct column *column, int text)
{
    return most(least(text, wanted(column, text)), (int)text_width(column->title));
}

int layout_wanted(const struct column *const *columns, const int *text_widths, size_t n)
{
    int w = n > 0 ? -1 : 0;

    for (size_t i = 0; i < n; i++)
        w += usual(columns[i], text_widths[i]) + 1;
    return w;
}

static int total(const struct fitted_vec *v)
{
    int sum = 0;

    for (size_t i = 0; i < v->n; i++)
        sum += v->at[i].w + (i > 0);
    return sum;
}

static void drop(struct fitted_vec *v, size_t *index, size_t at)
{
    for (size_t i = at; i + 1 < v->n; i++) {
        v->at[i] = v->at[i + 1];
        index[i] = index[i + 1];
    }
    v->n--;
}

// The next column to go: the highest priority, of equals the rightmost. Priority 0 goes only
// when nothing else is left to go, COL_KEEP never: v->n then.
static size_t next_to_drop(const struct fitted_vec *v)
{
    size_t worst = v->n;

    for (size_t i = 0; i < v->n; i++) {
        if (!keeps(v->at[i].column) &&
            (worst == v->n || v->at[i].column->priority >= v->at[worst].column->priority))
            worst = i;
    }
    return worst;
}

// Words can be read when cut, numbers and keys cannot.
static bool may_be_cut(const struct column *column)
{
    return !column_right_aligned(column) && cell_class(column->type)->form != FORM_DIGITS;
}

// Leaves out column after column; one of words is rather cut, where that is enough.
static void drop_to(struct fitted_vec *v, size_t *index, int w)
{
    for (int over = total(v) - w; over > 0; over = total(v) - w) {
        size_t at = next_to_drop(v);
        if (at == v->n)
            return;
        if (may_be_cut(v->at[at].column) && v->at[at].w - over >= TEXT_MIN)
            v->at[at].w -= over;
        else
            drop(v, index, at);
    }
}

// What is left goes to the columns that matter most, as far as their texts need it, but none
// becomes wider than `most_each`; columns that may become wider than `widest` get nothing.
static void widen_to(struct fitted_vec *v, const size_t *index, const int *text_widths, int w,
                     int most_each, int widest)
{
    int left = w - total(v);

    for (int priority = 0; priority <= UINT8_MAX && left > 0; priority++) {
        for (size_t i = 0; i < v->n; i++) {
            if (v->at[i].column->priority != priority || v->at[i].column->widest > widest)
                continue;
            int more =
                least(wanted(v->at[i].column, text_widths[index[i]]), most_each) - v->at[i].w;
            more = least(most(more, 0), left);
            v->at[i].w += more;
            left -= more;
        }
    }
}

// First names in full, lists only then, long ones last: else one row's list of programs would cut
// everyone's owner.
static void widen(struct fitted_vec *v, const size_t *index, const int *text_widths, int w)
{
    widen_to(v, index, text_widths, w, NAME_WIDTH, NAME_WIDTH);
    widen_to(v, index, text_widths, w, NAME_WIDTH, INT_MAX);
    widen_to(v, index, text_widths, w, w, INT_MAX);
}

// Widths for columns that must be on a screen too narrow for them: the widest gives first.
static void cut_to(struct fitted_vec *v, int w)
{
    for (int over = total(v) - w; over > 0; over--) {
        size_t widest = 0;
        for (size_t i = 1; i < v->n; i++) {
            if (v->at[i].w >= v->at[widest].w)
                widest = i;
        }
        if (v->at[widest].w <= 1)
            return;
        v->at[widest].w--;
    }
}

static void choose(struct fitted_vec *out, size_t *index, const struct column *const *columns,
                   const int *text_widths, size_t n, size_t pan)
{
    size_t loose = 0, skip = 0;

    for (size_t i = 0; i < n; i++)
        loose += !keeps(columns[i]);
    pan = loose > 0 && pan >= loose ? loose - 1 : pan;
    vec_clear(out);
    for (size_t i = 0; i < n; i++) {
        if (!keeps(columns[i]) && skip < pan) {
            skip++;
            continue;
        }
        index[out->n] = i;
        vec_push(out, (struct fitted){columns[i], 0, usual(columns[i], text_widths[i])});
    }
}

// Of the columns that are to be whole, the one that is cut and matters least goes. False: none is.
static bool drop_cut(struct fitted_vec *v, size_t *index, const int *text_widths)
{
    size_t worst = v->n;

    for (size_t i = 0; i < v->n; i++) {
        const struct column *column = v->at[i].column;

        if (column->flags & COL_WHOLE && v->at[i].w < text_widths[index[i]] &&
            (worst == v->n || column->priority >= v->at[worst].column->priority))
            worst = i;
    }
    if (worst == v->n)
        return false;
    drop(v, index, worst);
    for (size_t i = 0; i < v->n; i++)
        v->at[i].w = usual(v->at[i].column, text_widths[index[i]]);
    return true;
}

void layout_columns(struct fitted_vec *out, const struct column *const *columns,
                    const int *text_widths, size_t n, int w, size_t pan)
{
    size_t *index = mem_zero(n, sizeof *index);

    choose(out, index, columns, text_widths, n, pan);
    do {
        drop_to(out, index, w);
        widen(out, index, text_widths, w);
    } while (drop_cut(out, index, text_widths));
    if (total(out) > w) {
        for (size_t i = 0; i < out->n; i++)
            out->at[i].w = squeezed(out->at[i].column, text_widths[index[i]]);
        cut_to(out, w);
        widen(out, index, text_widths, w);
    }
    int x = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->at[i].x = x;
        x += out->at[i].w + 1;
    }
    free(index);
}
