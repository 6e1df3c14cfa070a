#include "model/table/recorded.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { CHUNK = 1 << 16 };

struct recorded_text { // a piece of memory for many texts, or one list
    struct recorded_text *next;
    size_t n, cap;
    _Alignas(uint32_t) char at[];
};

static void release(struct recorded_base *base)
{
    struct recorded *r = (struct recorded *)base;

    for (size_t i = 0; i < KINDS; i++) {
        free(r->tables[i].place);
        free(r->tables[i].values);
        free(r->tables[i].rows);
    }
    while (r->texts) {
        struct recorded_text *next = r->texts->next;
        free(r->texts);
        r->texts = next;
    }
    free(r);
}

const char *recorded_keep(struct recorded *r, const char *text)
{
    char *safe = text_escape_new(text, strlen(text));
    size_t n = strlen(safe) + 1;
    struct recorded_text *chunk = r->texts;

    if (!chunk || chunk->cap - chunk->n < n) {
        size_t cap = n > CHUNK ? n : CHUNK;
        chunk = mem_alloc(sizeof *chunk + cap);
        *chunk = (struct recorded_text){.next = r->texts, .cap = cap};
        r->texts = chunk;
    }
    char *kept = memcpy(chunk->at + chunk->n, safe, n);
    chunk->n += n;
    free(safe);
    return kept;
}

uint32_t *recorded_room(struct recorded *r, size_t n)
{
    size_t size = n * sizeof(uint32_t);
    struct recorded_text *room = mem_alloc(sizeof *room + size);

    *room = (struct recorded_text){.next = r->texts, .n = size, .cap = size};
    r->texts = room;
    return (uint32_t *)(void *)room->at;
}

// --- which row is meant --------------------------------------------------------------------------

int recorded_row_order(const void *a, const void *b)
{
    const char *x = ((const struct recorded_row *)a)->at, *y = ((const struct recorded_row *)b)->at;

    return (x > y) - (x < y);
}

static const struct recorded_row *find_row(const struct recorded_table *table, const void *row)
{
    const struct recorded_row key = {.at = row};

    if (!table->rows || table->n == 0)
        return NULL;
    // Nearly always they stand one behind the other.
    size_t size = table->kind->rows.size;
    size_t guess = size ? (size_t)((uintptr_t)row - (uintptr_t)table->rows[0].at) / size : table->n;
    if (guess < table->n && table->rows[guess].at == row)
        return &table->rows[guess];
    return bsearch(&key, table->rows, table->n, sizeof key, recorded_row_order);
}

// --- what it says --------------------------------------------------------------------------------

static const struct recorded *recorded_of(const struct snapshot *s)
{
    return (const struct recorded *)s->recorded;
}

const char *recorded_version(const struct snapshot *s, const char *own)
{
    return s->recorded ? recorded_of(s)->version : own;
}

bool recorded_has(const struct snapshot *s, const struct kind *kind)
{
    return recorded_of(s)->tables[kind->id].known;
}

bool recorded_has_row(const struct snapshot *s, const struct kind *kind, const void *row,
                      bool *sure)
{
    const struct recorded_table *table = &recorded_of(s)->tables[kind->id];

    *sure = table->rows != NULL;
    return *sure && find_row(table, row);
}

// False: the recording does not know the row, or leaves the column to what the row says.
static bool find(const struct recorded_table *table, const struct column *column, const void *row,
                 struct recorded_value *out)
{
    int place = table->place ? table->place[column - table->kind->columns] : -1;
    const struct recorded_row *found = find_row(table, row);

    *out = (struct recorded_value){0};
    if (!found || (place < 0 && !(column->flags & COL_JSON)))
        return false;
    if (place >= 0)
        *out = table->values[found->index * table->n_columns + (size_t)place];
    return true;
}

static bool find_by_name(const struct recorded_base *base, enum kind_id kind, const void *row,
                         const char *column, struct recorded_value *out)
{
    const struct recorded_table *table = &((const struct recorded *)base)->tables[kind];

    for (size_t i = 0; table->kind && i < table->kind->n_columns; i++)
        if (strcmp(table->kind->columns[i].name, column) == 0)
            return find(table, &table->kind->columns[i], row, out) && out->known;
    return false;
}

static const char *text_of(const struct recorded_base *base, enum kind_id kind, const void *row,
                           const char *column)
{
    struct recorded_value value;

    return find_by_name(base, kind, row, column, &value) ? value.text : NULL;
}

static bool truth_of(const struct recorded_base *base, enum kind_id kind, const void *row,
                     const char *column, bool *out)
{
    struct recorded_value value;

    if (!find_by_name(base, kind, row, column, &value))
        return false;
    *out = value.truth;
    return true;
}

bool recorded_get(const struct snapshot *s, const struct column *column, const void *row,
                  struct cell *out)
{
    const struct recorded *r = recorded_of(s);
    struct recorded_value value;

    for (size_t i = 1; i < KINDS; i++) {
        const struct recorded_table *table = &r->tables[i];
        const struct kind *kind = table->kind;
        if (!kind || column < kind->columns || column >= kind->columns + kind->n_columns)
            continue;
        if (!find(table, column, row, &value))
            return false;
        out->known = value.known;
        if (column->type == CELL_LIST) {
            out->list.at = value.list.at;
            out->list.n = value.list.n;
        } else {
            out->count = value.count; // whichever of them it is: all have its size, or less
        }
        return true;
    }
    return false;
}

struct recorded *recorded_new(void)
{
    struct recorded *r = mem_zero(1, sizeof *r);

    r->base = (struct recorded_base){.release = release, .text = text_of, .truth = truth_of};
    return r;
}
