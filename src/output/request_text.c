#include "output/request_text.h"

#include <inttypes.h>

#include "model/table/cell_class.h"

const char *request_text(const struct table_request *table, const struct column *column,
                         const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    struct cell cell;

    if (!(table->style & STYLE_BYTES) || column->type != CELL_SIZE)
        return column_text(column, s, row, dst, cap);
    column_get(column, s, row, &cell);
    dst[0] = '\0';
    if (cell_has_value(&cell))
        snprintf(dst, cap, "%" PRIu64, cell.count);
    return dst;
}
