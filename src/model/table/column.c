#include "model/table/column.h"

#include <inttypes.h>

#include "base/line.h"
#include "base/text.h"

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

static const char *perms_text(uint64_t mode, char out[10])
{
    static const char letters[] = "rwxrwxrwx";

    for (int i = 0; i < 9; i++)
        out[i] = mode & (0400u >> i) ? letters[i] : '-';
    out[9] = '\0';
    return out;
}

static void add_flags(struct line *line, uint64_t bits, const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++) {
        if (bits & (UINT64_C(1) << i))
            line_add(line, "%s%s", line->n ? "," : "", names[i]);
    }
}

const char *cell_text(const struct cell *cell, const struct column *column, int64_t now, char *dst,
                      size_t cap)
{
    struct line line = line_start(dst, cap);
    char part[TEXT_SHORT];

    if (!cell->known)
        return dst;
    switch (cell->type) {
    case CELL_TEXT:
        line_add(&line, "%s", cell->text);
        break;
    case CELL_NUMBER:
        line_add(&line, "%" PRId64, cell->number);
        break;
    case CELL_COUNT:
        line_add(&line, "%" PRIu64, cell->count);
        break;
    case CELL_SIZE:
        line_add(&line, "%s", text_size(part, sizeof part, cell->count));
        break;
    case CELL_TIME:
        line_add(&line, "%s", cell->time ? text_age(part, sizeof part, now - cell->time) : "-");
        break;
    case CELL_DURATION:
        line_add(&line, "%s", text_age(part, sizeof part, cell->number));
        break;
    case CELL_KEY:
        line_add(&line, "0x%08" PRIx64, cell->count);
        break;
    case CELL_PERMS:
        line_add(&line, "%s", perms_text(cell->count, part));
        break;
    case CELL_PERCENT: // below 10 a tenth still tells something
        line_add(&line, "%.*f%%", cell->real >= 0.05 && cell->real < 9.95, cell->real);
        break;
    case CELL_BOOL:
        line_add(&line, "%s", cell->truth ? "yes" : "no");
        break;
    case CELL_FLAGS:
        add_flags(&line, cell->count, column->flag_names);
        break;
    case CELL_ADDRESS:
        line_add(&line, "%" PRIx64, cell->count);
        break;
    }
    return dst;
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
    if (column->flags & COL_LEFT)
        return false;
    switch (column->type) {
    case CELL_NUMBER:
    case CELL_COUNT:
    case CELL_SIZE:
    case CELL_TIME:
    case CELL_DURATION:
    case CELL_PERCENT:
    case CELL_ADDRESS:
        return true;
    case CELL_TEXT:
    case CELL_KEY:
    case CELL_PERMS:
    case CELL_BOOL:
    case CELL_FLAGS:
        break;
    }
    return false;
}
