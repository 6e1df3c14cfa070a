// Size → rectangles, and which columns fit. Pure.
#ifndef IPCTOP_UI_LAYOUT_H
#define IPCTOP_UI_LAYOUT_H

#include "app/session.h"
#include "ui/canvas.h"

enum { LAYOUT_MIN_W = 40, LAYOUT_MIN_H = 10 };

struct layout {
    bool too_small; // nothing but a notice fits
    struct rect header, findings, tabs, titles, table, details, message, bar;
};

// Parts that are not shown have height 0. Rectangles never overlap and never leave the screen.
void layout_compute(struct layout *out, int w, int h, enum header_size header, bool details,
                    bool has_findings);

struct fitted {
    const struct column *column;
    int x, w; // on screen, within the table's width
};
VEC(fitted_vec, struct fitted);

// The columns that fit `w` columns, with widths for the texts of the rows given (measured by the
// caller): drops by priority, never COL_KEEP, then spreads what is left. `pan` skips that many of
// the columns that are not COL_KEEP.
void layout_columns(struct fitted_vec *out, const struct column *const *columns,
                    const int *text_widths, size_t n, int w, size_t pan);

#endif
