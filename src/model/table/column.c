#include "model/table/column.h"

#include "model/table/cell_class.h"

void column_get(const struct column *column, const struct snapshot *s, const void *row,
                struct cell *out)
{
    // Not all of the scratch: a quarter of a kilobyte for each cell would be most of the work.
    out->type = column->type;
    out->known = false;
    out->count = 0;
    out->scratch[0] = '\0';
    column->get(s, row, out);
}

const char *column_text(const struct column *column, const struct snapshot *s, const void *row,
                        char *dst, size_t cap)
{
    struct cell cell;

    if (cap == 0)
        return dst;
    dst[0] = '\0';
    if (column->show) {
        column->show(s, row, dst, cap);
        return dst;
    }
    column_get(column, s, row, &cell);
    return cell_text(&cell, column, s->time, dst, cap);
}

bool column_right_aligned(const struct column *column)
{
    return !(column->flags & COL_LEFT) && cell_class(column->type)->right;
}
