// The rows of a view under their column titles. Only what is visible is formatted.
#ifndef IPCTOP_UI_PARTS_TABLE_H
#define IPCTOP_UI_PARTS_TABLE_H

#include "session/session.h"
#include "ui/canvas/canvas.h"
#include "ui/parts/layout.h"

// Keeps `top`, `page` and the column widths of the view for a table of that rectangle; puts the
// columns shown into *columns (x within the rectangle, after the gutter of marks).
void table_prepare(const struct canvas *canvas, struct rect r, struct session *session,
                   struct fitted_vec *columns);

// The width in which no column is hidden.
int table_wanted(const struct canvas *canvas, struct session *session);

// With a mark at a side where columns are hidden.
void table_titles(struct canvas *canvas, struct rect r, struct session *session,
                  const struct fitted_vec *columns);
void table_rows(struct canvas *canvas, struct rect r, struct session *session,
                const struct fitted_vec *columns);

// One cell in a row; `base` where nothing about it stands out.
void table_cell(struct canvas *canvas, int y, int left, const struct fitted *f,
                const struct snapshot *s, const void *row, enum style base);

// The column whose title is at x in a table of that rectangle, or NULL.
const struct column *table_column_at(const struct canvas *canvas, struct rect r,
                                     struct session *session, int x);

#endif
