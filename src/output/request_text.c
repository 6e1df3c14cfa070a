#include "output/request_text.h"

#include <inttypes.h>

#include "model/kinds/registry.h"
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

void request_none(struct line *line, const struct snapshot *s, const struct table_request *table)
{
    const struct query *query = &table->query;
    const struct kind *kind = query->kind;
    char text[256];
    struct line reason = line_start(text, sizeof text);
    const struct kind *owned = kind->object != kind->id ? kind_get(kind->object) : NULL;

    if (filter_blame(query->filter, query->shown, s, &reason))
        line_add(line, "no %s matches: %s", kind->one, text);
    else if (query->has_owner && owned && !query->filter && !query->has_id)
        line_add(line, "no %s matches: --user names the owner of %s", kind->one, owned->name);
    else if (query->filter || query->has_owner || query->has_id)
        line_add(line, "no %s matches", kind->one);
    else if (kind->empty)
        line_add(line, "%s", kind->empty);
    else
        line_add(line, "no %s", kind->one);
}
