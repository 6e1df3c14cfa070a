#include "model/table/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/table/cell_class.h"
#include "model/table/recorded.h"

static uint64_t read_unsigned(const void *at, size_t size)
{
    return size == 1   ? *(const uint8_t *)at
           : size == 2 ? *(const uint16_t *)at
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

// The name of a user or group; the number as text where it has none, or none is known yet: NULL.
static void set_name(struct cell *out, const char *name, uint32_t id)
{
    if (!name)
        snprintf(out->scratch, sizeof out->scratch, "%" PRIu32, id);
    out->text = name ? name : out->scratch;
    out->known = id != UINT32_MAX;
}

static void set_since(struct cell *out, const struct snapshot *s, int64_t time)
{
    out->known = time > 0;
    out->number = s->time > time ? s->time - time : 0;
}

static size_t known_size(const struct member *m)
{
    return m->of_process ? sizeof((struct process *)0)->known : sizeof(uint8_t);
}

static void get_member(const struct column *column, const struct snapshot *s, const void *row,
                       struct cell *out)
{
    const struct member *m = &column->member;
    const char *record =
        m->of_process ? (const void *)snapshot_process(s, *(const int32_t *)row) : row;

    if (!record || (m->known && !(read_unsigned(record + m->known_in, known_size(m)) & m->known)))
        return;
    const void *at = record + m->offset;
    uint64_t number;

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
    case AS_TEXT:
        number = read_unsigned(at, m->size);
        out->text = number < m->n_texts ? m->texts[number] : NULL;
        out->known = out->text != NULL;
        break;
    case AS_DEVICE: // as maps and lsof(8) write it
        snprintf(out->scratch, sizeof out->scratch, "%02" PRIx32 ":%02" PRIx32,
                 ((const uint32_t *)at)[0], ((const uint32_t *)at)[1]);
        out->text = out->scratch;
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
        out->known = *out->text != '\0';
        break;
    case AS_USER:
        set_name(out, snapshot_user(s, *(const uint32_t *)at), *(const uint32_t *)at);
        break;
    case AS_GROUP:
        set_name(out, snapshot_group(s, *(const uint32_t *)at), *(const uint32_t *)at);
        break;
    case AS_SINCE:
        set_since(out, s, *(const int64_t *)at);
        break;
    }
}

// --- and back -----------------------------------------------------------------------------------

// These answer whether there is room for the value; a number that does not fit is not known.
static bool write_unsigned(void *at, size_t size, uint64_t value)
{
    if (size < sizeof value && value >> 8 * size)
        return false;
    if (size == 1)
        *(uint8_t *)at = (uint8_t)value;
    else if (size == 2)
        *(uint16_t *)at = (uint16_t)value;
    else if (size == 4)
        *(uint32_t *)at = (uint32_t)value;
    else
        *(uint64_t *)at = value;
    return true;
}

static bool write_signed(void *at, size_t size, int64_t value)
{
    if (size == sizeof value)
        *(int64_t *)at = value;
    else if (value >= INT32_MIN && value <= INT32_MAX)
        *(int32_t *)at = (int32_t)value;
    else
        return false;
    return true;
}

static bool write_value(void *at, size_t size, const struct cell *cell)
{
    switch (cell_class(cell->type)->form) {
    case FORM_SIGNED:
        return write_signed(at, size, cell->number);
    case FORM_TRUTH:
        *(bool *)at = cell->truth;
        break;
    case FORM_REAL:
        *(double *)at = cell->real;
        break;
    case FORM_LIST: // has a setter
        return false;
    case FORM_TEXT:
    case FORM_UNSIGNED:
    case FORM_DIGITS:
    case FORM_FLAGS:
        return write_unsigned(at, size, cell->count);
    }
    return true;
}

static bool write_named(void *at, size_t size, const char *const *names, const char *text)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], text) == 0)
            return write_unsigned(at, size, i);
    return false;
}

static bool write_text(void *at, const struct member *m, const char *text)
{
    for (size_t i = 0; i < m->n_texts; i++)
        if (m->texts[i] && strcmp(m->texts[i], text) == 0)
            return write_unsigned(at, m->size, i);
    return false;
}

static bool write_device(uint32_t at[2], const char *text)
{
    bool whole = sscanf(text, "%" SCNx32 ":%" SCNx32, &at[0], &at[1]) == 2;

    if (!whole)
        at[0] = at[1] = 0;
    return whole;
}

static void put_member(const struct column *column, const struct cell *cell, void *record)
{
    const struct member *m = &column->member;
    char *at = (char *)record + m->offset;
    bool written = true;

    if (m->as == AS_VALID)
        *(uint32_t *)at = cell->known && cell->number >= 0 && cell->number < UINT32_MAX
                              ? (uint32_t)cell->number
                              : UINT32_MAX;
    if (m->as == AS_WORDS)
        *(const char **)at = cell->known ? cell->text : "";
    if (!cell->known)
        return;
    switch ((enum member_as)m->as) {
    case AS_VALUE:
    case AS_POSITIVE:
        written = write_value(at, m->size, cell);
        break;
    case AS_NAMED:
        written = write_named(at, m->size, column->names, cell->text);
        break;
    case AS_TEXT:
        written = write_text(at, m, cell->text);
        break;
    case AS_DEVICE:
        written = write_device((uint32_t *)(void *)at, cell->text);
        break;
    case AS_STRING:
        *(const char **)at = cell->text;
        break;
    case AS_CHARS:
        text_escape(at, m->size, cell->text, strlen(cell->text));
        break;
    case AS_USER: // those are names of a number, those follow from another value
    case AS_GROUP:
        written = false;
        break;
    case AS_SINCE:
    case AS_VALID:
    case AS_WORDS:
        break;
    }
    char *known = (char *)record + m->known_in;
    if (m->known && written)
        write_unsigned(known, known_size(m), read_unsigned(known, known_size(m)) | m->known);
}

void column_put(const struct column *column, const struct cell *cell, void *row)
{
    if (column->member.size && !column->member.of_process)
        put_member(column, cell, row);
}

void column_set(const struct column *column, const struct cell *cell, struct snapshot *s, void *row)
{
    if (column->set)
        column->set(s, row, cell);
    else if (column->member.of_process)
        put_member(column, cell, snapshot_process_room(s, *(const int32_t *)row));
}

void column_get(const struct column *column, const struct snapshot *s, const void *row,
                struct cell *out)
{
    // Not all of the scratch: a quarter of a kilobyte for each cell would be most of the work.
    out->type = column->type;
    out->known = false;
    out->count = 0;
    out->scratch[0] = '\0';
    if (s->recorded && recorded_get(s, column, row, out))
        return;
    if (column->get)
        column->get(s, row, out);
    else if (column->since)
        set_since(out, s, column->since(row));
    else if (column->verdict)
        out->truth = column->verdict(s, row, &out->known);
    else
        get_member(column, s, row, out);
}

bool column_among(const struct column *column, const struct column *const *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (columns[i] == column)
            return true;
    return false;
}

const char *column_text(const struct column *column, const struct snapshot *s, const void *row,
                        char *dst, size_t cap)
{
    struct cell cell;

    if (cap == 0)
        return dst;
    dst[0] = '\0';
    if (column->show)
        column->show(s, row, dst, cap);
    if (column->show && (*dst || !s->recorded))
        return dst;
    column_get(column, s, row, &cell);
    // Of a recording it may take what was not recorded; but it shows nothing of none there either.
    bool number = column->type == CELL_NUMBER || column->type == CELL_COUNT;
    if (column->show && number && cell.known && cell.count == 0)
        return dst;
    return cell_text(&cell, column, s->time, dst, cap);
}

const char *column_screen_text(const struct column *column, const struct snapshot *s,
                               const void *row, char *dst, size_t cap)
{
    if (cap)
        dst[0] = '\0';
    if (column->on_screen)
        column->on_screen(s, row, dst, cap);
    return cap && *dst ? dst : column_text(column, s, row, dst, cap);
}

bool column_right_aligned(const struct column *column)
{
    return !(column->flags & COL_LEFT) && cell_class(column->type)->right;
}

bool column_in_report(const struct column *column)
{
    return !(column->flags & COL_ASKED) || column->flags & COL_SCREEN;
}
