// A few rows of another table under their titles, without a selection.
#ifndef IPCTOP_UI_PARTS_LIST_H
#define IPCTOP_UI_PARTS_LIST_H

#include "model/table/rows.h"
#include "ui/canvas/canvas.h"

struct list {
    const struct kind *kind;
    const struct rows *rows; // into the snapshot
    unsigned without;        // COL_*: columns that are left out
};

// As many rows as fit, then how many more there are. Returns the lines used.
int list_draw(struct canvas *canvas, struct rect r, const struct snapshot *s,
              const struct list *list);

#endif
