#include "model/table/column.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/table/cell_class.h"

static uint64_t read_unsigned(const void *at, size_t size)
{
    return size == 1   ? *(const uint8_t *)at
           : size == 4 ? *(const uint32_t *)at
                       : *(const uint64_t *)at;
}

// A value as the form of its type has it.
static void read_value(struct cell *out, const void *at, size_t size)
{
    switch (cell_class(out->type)->form) {
    case FORM_SIGNED:
        out->number = size == sizeof(int32_t) ? *(const int32_t *)at : *(const int64_t *)at;
        break;
    case FORM_TRUTH:
        out->truth = *(const bool *)at;
        break;
    case FORM_REAL:
        out->real = *(const double *)at;
        break;
    case FORM_TEXT:
    case FORM_UNSIGNED:
    case FORM_DIGITS:
    case FORM_FLAGS:
    case FORM_LIST: // has a getter
        out->count = read_unsigned(at, size);
        break;
    }
}

void cell_set_name(struct cell *out, const char *name, uint32_t id)
{
    if (!name)
        snprintf(out->scratch, sizeof out->scratch, "%" PRIu32, id);
    out->text = name ? name : out->scratch;
    out->known = true;
}

static void get_member(const struct column *column, const struct snapshot *s, const void *row,
                       struct cell *out)
{
    const struct member *m = &column->member;
    const char *at = (const char *)row + m->offset;

    if (m->known && !(*((const uint8_t *)row + m->known_in) & m->known))
        return;
    out->known = true;
    switch ((enum member_as)m->as) {
    case AS_VALUE:
        read_value(out, at, m->size);
        break;
    case AS_POSITIVE:
        read_value(out, at, m->size);
        out->known = out->number > 0;
        break;
    case AS_VALID:
        out->number = *(const uint32_t *)at;
        out->known = out->number != UINT32_MAX;
        break;
    case AS_NAMED:
        out->text = column->names[read_unsigned(at, m->size)];
        break;
    case AS_STRING:
        out->text = *(const char *const *)at;
        out->known = out->text != NULL;
        break;
    case AS_WORDS:
        out->text = *(const char *const *)at;
        out->known = *out->text != '\0';
        break;
    case AS_CHARS:
        out->text = at;
        out->known = *at != '\0';
        break;
    case AS_USER:
        cell_set_name(out, snapshot_user(s, *(const uint32_t *)at), *(const uint32_t *)at);
        break;
    case AS_GROUP:
        cell_set_name(out, snapshot_group(s, *(const uint32_t *)at), *(const uint32_t *)at);
        break;
    case AS_SINCE:
        out->known = *(const int64_t *)at > 0;
        out->number = s->time > *(const int64_t *)at ? s->time - *(const int64_t *)at : 0;
        break;
    }
}

void column_get(const struct column *column, const struct snapshot *s, const void *row,
                struct cell *out)
{
    // Not all of the scratch: a quarter of a kilobyte for each cell would be most of the work.
    out->type = column->type;
    out->known = false;
    out->count = 0;
    out->scratch[0] = '\0';
    if (column->get)
        column->get(s, row, out);
    else
        get_member(column, s, row, out);
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
