#include "model/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void perms_text(uint64_t mode, char out[10])
{
    static const char letters[] = "rwxrwxrwx";

    for (int i = 0; i < 9; i++)
        out[i] = mode & (0400u >> i) ? letters[i] : '-';
    out[9] = '\0';
}

static void flags_text(uint64_t bits, const char *const *names, char *dst, size_t cap)
{
    size_t used = 0;

    dst[0] = '\0';
    for (size_t i = 0; names && names[i] && used < cap; i++) {
        if (bits & (UINT64_C(1) << i))
            used += (size_t)snprintf(dst + used, cap - used, "%s%s", used ? "," : "", names[i]);
    }
}

static void percent_text(double percent, char *dst, size_t cap)
{
    snprintf(dst, cap, percent > 0 && percent < 10 ? "%.1f%%" : "%.0f%%", percent);
}

// snprintf cuts bytes; what is left of a cut character goes too.
static const char *whole_characters(char *dst, size_t cap)
{
    size_t n = strlen(dst), at = n;
    uint32_t code;

    if (n + 1 < cap)
        return dst;
    while (at > 0 && n - at < 3 && ((unsigned char)dst[at - 1] & 0xc0) == 0x80)
        at--;
    if (at > 0 && (unsigned char)dst[at - 1] >= 0xc0 && text_decode(dst + at - 1, n - at + 1, &code) == 0)
        dst[at - 1] = '\0';
    return dst;
}

const char *cell_text(const struct cell *cell, const struct column *column, int64_t now, char *dst,
                      size_t cap)
{
    char perms[10];

    if (cap == 0)
        return dst;
    dst[0] = '\0';
    if (!cell->known)
        return dst;
    switch (cell->type) {
    case CELL_TEXT:
        snprintf(dst, cap, "%s", cell->text);
        break;
    case CELL_NUMBER:
        snprintf(dst, cap, "%" PRId64, cell->number);
        break;
    case CELL_COUNT:
        snprintf(dst, cap, "%" PRIu64, cell->count);
        break;
    case CELL_SIZE:
        text_size(dst, cap, cell->count);
        break;
    case CELL_TIME:
        if (cell->time == 0)
            snprintf(dst, cap, "-");
        else
            text_age(dst, cap, now - cell->time);
        break;
    case CELL_DURATION:
        text_age(dst, cap, cell->number);
        break;
    case CELL_KEY:
        snprintf(dst, cap, "0x%08" PRIx64, cell->count);
        break;
    case CELL_PERMS:
        perms_text(cell->count, perms);
        snprintf(dst, cap, "%s", perms);
        break;
    case CELL_PERCENT:
        percent_text(cell->real, dst, cap);
        break;
    case CELL_BOOL:
        snprintf(dst, cap, "%s", cell->truth ? "yes" : "no");
        break;
    case CELL_FLAGS:
        flags_text(cell->count, column->flag_names, dst, cap);
        break;
    case CELL_ADDRESS:
        snprintf(dst, cap, "%" PRIx64, cell->count);
        break;
    }
    return whole_characters(dst, cap);
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
        return whole_characters(dst, cap);
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
