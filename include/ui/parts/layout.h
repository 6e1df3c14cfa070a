// Size → rectangles, and which columns fit. Pure.
#ifndef IPCTOP_UI_PARTS_LAYOUT_H
#define IPCTOP_UI_PARTS_LAYOUT_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

enum { LAYOUT_MIN_W = 40, LAYOUT_MIN_H = 10, LAYOUT_TABLE_MIN = 3, LAYOUT_GUTTER = 3 };

struct layout_wish {
    bool pane; // of the selected object, where the screen is large enough
    enum pane_place place;
    enum header_size header;
    bool findings; // there are findings to show
    int above;     // lines wanted between tabs and column titles: what was entered
    int table;     // columns the table wants, not to hide any; 0: as many as there are
    int below;     // lines wanted under the table: details of the selected row
};

struct layout {
    bool too_small; // nothing but a notice fits
    struct rect header, findings, tabs, above, titles, table, below, pane, message, bar;
};

// Parts that are not shown have height 0. Rectangles never overlap and never leave the screen; the
// table keeps LAYOUT_TABLE_MIN rows, whatever else is wished.
// The pane is on the right of titles and table, or below them; there are no lines below then.
// A pane on the right is as narrow as it can be where the table needs the room; where it does not leave
// enough even so, it goes below unless the user put it there.
void layout_compute(struct layout *out, int w, int h, const struct layout_wish *wish);

struct fitted {
    const struct column *column;
    int x, w; // on screen, within the table's width
};
VEC(fitted_vec, struct fitted);

// The width of all of them, with one blank between two.
int layout_wanted(const struct column *const *columns, const int *text_widths, size_t n);

// The columns that fit `w` columns, with widths for the texts of the rows given (measured by the
// caller): drops by priority, never COL_KEEP, then widens with what is left. `pan` skips that many
// of the columns that are not COL_KEEP; at least one of them stays if there is any. One blank
// stands between two columns. Replaces *out.
void layout_columns(struct fitted_vec *out, const struct column *const *columns,
                    const int *text_widths, size_t n, int w, size_t pan);

#endif
