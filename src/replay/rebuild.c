#include "replay/rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "model/kinds/registry.h"

// --- rows ----------------------------------------------------------------------------------------

static const struct recorded_value *value_at(const struct recorded_table *table, size_t row,
                                             size_t column)
{
    int place = table->place[column];

    return place < 0 ? NULL : &table->values[row * table->n_columns + (size_t)place];
}

// False: there is no such value.
static bool cell_at(const struct recorded_table *table, size_t row, size_t column, struct cell *out)
{
    const struct recorded_value *value = value_at(table, row, column);

    out->type = table->kind->columns[column].type;
    out->known = value && value->known;
    out->count = out->known ? value->count : 0;
    if (out->known && out->type == CELL_LIST) {
        out->list.at = value->list.at;
        out->list.n = value->list.n;
    }
    return out->known;
}

static void put_members(const struct recorded_table *table, size_t i, void *row)
{
    struct cell cell;
    struct owned *owned = kind_is_object(table->kind->id) ? row : NULL;

    if (owned) { // what is not known, or no such number, is nobody's: 0 would be root
        owned->kind = table->kind->id;
        owned->uid = owned->gid = owned->cuid = owned->cgid = UINT32_MAX;
    }
    for (size_t k = 0; k < table->kind->n_columns; k++) {
        cell_at(table, i, k, &cell);
        column_put(&table->kind->columns[k], &cell, row);
    }
}

struct sorting {
    const struct kind *kind;
    const char *rows;
};

static int order_of(const struct kind *kind, const void *a, const void *b)
{
    const struct owned *x = a, *y = b;

    if (kind->order)
        return kind->order(a, b);
    return kind_is_object(kind->id) ? order_by(x->id, y->id) : 0;
}

static int by_order(const void *a, const void *b, void *arg)
{
    const struct sorting *s = arg;
    size_t size = s->kind->rows.size, x = *(const size_t *)a, y = *(const size_t *)b;
    int order = order_of(s->kind, s->rows + x * size, s->rows + y * size);

    return order ? order : (x > y) - (x < y);
}

// Others may have written the document, in another order; rows are searched by it.
static void sort_rows(struct recorded_table *table, char *rows)
{
    size_t size = table->kind->rows.size, width = table->n_columns * sizeof *table->values;
    bool ordered = true;

    for (size_t i = 1; i < table->n && ordered; i++)
        ordered = order_of(table->kind, rows + (i - 1) * size, rows + i * size) <= 0;
    if (ordered)
        return;
    struct sorting sorting = {table->kind, rows};
    size_t *from = mem_zero(table->n, sizeof *from);
    char *sorted = mem_zero(table->n, size), *values = mem_zero(table->n, width + 1);
    for (size_t i = 0; i < table->n; i++)
        from[i] = i;
    qsort_r(from, table->n, sizeof *from, by_order, &sorting);
    for (size_t i = 0; i < table->n; i++) {
        memcpy(sorted + i * size, rows + from[i] * size, size);
        memcpy(values + i * width, (const char *)table->values + from[i] * width, width);
    }
    memcpy(rows, sorted, table->n * size);
    memcpy(table->values, values, table->n * width);
    free(from);
    free(sorted);
    free(values);
}

void rebuild_rows(struct snapshot *s, struct recorded_table *table)
{
    const struct row_place place = table->kind->rows;
    char *rows = mem_zero(table->n, place.size);

    for (size_t i = 0; i < table->n; i++)
        put_members(table, i, rows + i * place.size);
    sort_rows(table, rows);
    if (place.offset) {
        VEC(, void) any = {rows, table->n, table->n}; // all vectors are alike
        memcpy((char *)s + place.offset, &any, sizeof any);
    } else {
        s->tables[table->kind->id] = (struct table){rows, table->n, place.size};
    }
    table->rows = mem_zero(table->n, sizeof *table->rows);
    for (size_t i = 0; i < table->n; i++)
        table->rows[i] = (struct recorded_row){rows + i * place.size, i};
}

// --- what lies outside of the rows ---------------------------------------------------------------

static void set_columns(struct snapshot *s, const struct recorded_table *table)
{
    struct cell cell;

    for (size_t i = 0; i < table->n; i++)
        for (size_t k = 0; k < table->kind->n_columns; k++) {
            const struct column *column = &table->kind->columns[k];
            if (cell_at(table, i, k, &cell))
                column_set(column, &cell, s, (void *)table->rows[i].at);
        }
}

// Whether a row has the number itself that a name is of.
static bool has_number(const struct recorded_table *table, size_t row, const struct member *name)
{
    for (size_t k = 0; k < table->kind->n_columns; k++) {
        const struct member *m = &table->kind->columns[k].member;
        const struct recorded_value *value = value_at(table, row, k);
        if (m->size && !m->of_process && m->offset == name->offset &&
            (m->as == AS_VALUE || m->as == AS_VALID) && value && value->known)
            return true;
    }
    return false;
}

static void add_name(struct named_vec *names, uint32_t id, const char *text)
{
    struct named named = {.id = id};
    size_t at = vec_lower(names, n, n->id < id);

    if (vec_find(names, id, id))
        return;
    snprintf(named.name, sizeof named.name, "%s", text);
    vec_insert(names, at, named);
}

static void add_names(struct snapshot *s, const struct recorded_table *table)
{
    const struct kind *kind = table->kind;
    char number[16];

    for (size_t k = 0; k < kind->n_columns; k++) {
        const struct member *m = &kind->columns[k].member;
        for (size_t i = 0; (m->as == AS_USER || m->as == AS_GROUP) && m->size && i < table->n;
             i++) {
            const struct recorded_value *value = value_at(table, i, k);
            if (!value || !value->known || !has_number(table, i, m))
                continue;
            uint32_t id = *(const uint32_t *)((const char *)table->rows[i].at + m->offset);
            if (id == UINT32_MAX) // the number is none
                continue;
            snprintf(number, sizeof number, "%" PRIu32, id);
            if (strcmp(number, value->text) != 0)
                add_name(m->as == AS_USER ? &s->users : &s->groups, id, value->text);
        }
    }
}

// What was read when it was recorded: everything the tables take that are there. Of the objects of a
// table that is not there nothing is known, whatever else looked at them.
static uint64_t needs_of(const struct recorded *r)
{
    uint64_t has = 0;

    for (int id = 1; id < KINDS; id++)
        if (r->tables[id].known)
            has |= kind_get((enum kind_id)id)->need;
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        bool alone = (kind->need & (kind->need - 1)) == 0;
        if (!r->tables[id].known && alone)
            has &= ~kind->need;
    }
    return has;
}

// The rows as they stand in the picture, where a kind has put them elsewhere.
static void bind(struct recorded_table *table, const struct snapshot *s)
{
    size_t n = kind_count(table->kind, s);

    if (!table->known)
        return;
    free(table->rows);
    table->rows = NULL;
    if (n != table->n) // some were no rows
        return;
    table->rows = mem_zero(n, sizeof *table->rows);
    for (size_t i = 0; i < n; i++)
        table->rows[i] = (struct recorded_row){kind_at(table->kind, s, i), i};
    order_sort(table->rows, n, sizeof *table->rows, recorded_row_order);
}

void rebuild_end(struct snapshot *s, struct recorded *r)
{
    for (int id = 1; id < KINDS; id++)
        if (r->tables[id].known)
            add_names(s, &r->tables[id]);
    for (int id = 1; id < KINDS; id++)
        if (r->tables[id].known)
            set_columns(s, &r->tables[id]);
    // What they set may decide about the order: the kind of object that a task waits on.
    for (int id = 1; id < KINDS; id++)
        if (r->tables[id].known && r->tables[id].n)
            sort_rows(&r->tables[id], (void *)r->tables[id].rows[0].at);
    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (r->tables[id].known && kind->restored)
            kind->restored(s);
    }
    for (int id = 1; id < KINDS; id++)
        bind(&r->tables[id], s);
    s->has |= needs_of(r);
}

void rebuild_past(struct snapshot *s)
{
    struct recorded *r = (struct recorded *)s->recorded;

    for (int id = 1; id < KINDS; id++) {
        if (!(kind_get((enum kind_id)id)->flags & TABLE_PAST))
            continue;
        free(r->tables[id].rows);
        r->tables[id].rows = NULL;
    }
}
