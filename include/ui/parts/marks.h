// What deserves attention in a row: the dot before it, and the styles of its cells. Pure.
#ifndef IPCTOP_UI_PARTS_MARKS_H
#define IPCTOP_UI_PARTS_MARKS_H

#include "model/table/kind.h"
#include "ui/canvas/canvas.h"

// Style of a severity; `notice` is used for SEVERITY_NOTICE.
enum style mark_severity(enum severity severity, enum style notice);

// How loud the dot before a row is. False: the row has none.
bool mark_of(const struct snapshot *s, const struct kind *kind, const void *row, enum style *style);

// The style of one cell with that text; `base` where nothing about it stands out.
enum style mark_cell(const struct snapshot *s, const struct column *column, const void *row,
                     const char *text, enum style base);

#endif
