#include "model/table/rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/order.h"
#include "model/table/cell_class.h"
#include "model/table/host_column.h"

// What a cell is sorted by: a number of the same order, or a text.
struct sort_key {
    const void *row;
    size_t index; // as read: makes the sort stable
    bool known;
    union {
        uint64_t number;
        const char *text;
    };
};

struct sorting {
    struct sort_key *keys;
    bool text, descending;
    const struct kind *mixed; // instead of by keys: rows of several pictures, each in order
};

static bool shown(const struct query *query, const struct snapshot *s, const void *row)
{
    const struct kind *kind = query->kind;

    if (query->has_parent && !(kind->belongs && kind->belongs(row, &query->parent)))
        return false;
    if (query->has_id) {
        struct identity object;
        bool is_object = row_object(kind, s, row, &object);
        if ((!is_object || object.id != query->id) &&
            !(kind->concerns && kind->concerns(s, row, query->id)))
            return false;
    }
    uint32_t uid;
    if (query->has_owner && row_owner(kind, s, row, &uid) && uid != query->owner)
        return false;
    if (query->members) {
        struct identity identity;
        kind->identify(s, row, &identity);
        if (!identity_set_has(query->members, &identity))
            return false;
    }
    if (query->orphans && !kind_orphan(kind, s, row))
        return false;
    return filter_match(query->filter, query->shown, s, row);
}

// A signed number or a real as an unsigned one of the same order.
static uint64_t order_signed(int64_t number)
{
    return (uint64_t)number ^ UINT64_C(1) << 63;
}

static uint64_t order_real(double real)
{
    uint64_t bits;

    memcpy(&bits, &real, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void make_key(const struct column *column, const struct snapshot *s, struct sort_key *key)
{
    struct cell cell;

    column_get(column, s, key->row, &cell);
    key->known = cell.known;
    if (!cell.known)
        return;
    switch (cell_class(cell.type)->form) {
    case FORM_TEXT: // in the cell's scratch it would not outlive the cell
        key->text = mem_copy_string(cell.text);
        break;
    case FORM_SIGNED:
        key->number = order_signed(cell.number);
        break;
    case FORM_REAL:
        key->number = order_real(cell.real);
        break;
    case FORM_TRUTH:
        key->number = cell.truth;
        break;
    case FORM_LIST: // by the first; an empty one before all
        key->number = cell.list.n ? (uint64_t)cell.list.at[0] + 1 : 0;
        break;
    case FORM_UNSIGNED:
    case FORM_DIGITS:
    case FORM_FLAGS:
        key->number = cell.count;
        break;
    }
}

static int compare_values(const struct sort_key *a, const struct sort_key *b, bool text)
{
    if (!text)
        return order_by_u64(a->number, b->number);
    return strcasecmp(a->text, b->text) ?: strcmp(a->text, b->text);
}

static int compare_keys(const void *left, const void *right, void *arg)
{
    const struct sort_key *a = left, *b = right;
    const struct sorting *sorting = arg;

    if (a->known != b->known)
        return a->known ? -1 : 1;
    int order = sorting->mixed ? sorting->mixed->among(a->row, b->row)
                : a->known     ? compare_values(a, b, sorting->text)
                               : 0;
    return (sorting->descending ? -order : order) ?: order_by_u64(a->index, b->index);
}

// As they mostly come by pid, or where most values are the same.
static bool are_sorted(const struct sorting *sorting, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare_keys(&sorting->keys[i - 1], &sorting->keys[i], (void *)sorting) > 0)
            return false;
    return true;
}

static void sort_rows(struct rows *rows, const struct snapshot *s, const struct query *query)
{
    struct sorting sorting = {.keys = mem_zero(rows->n, sizeof *sorting.keys),
                              .text =
                                  query->sort && cell_class(query->sort->type)->form == FORM_TEXT,
                              .descending = query->sort && query->descending,
                              .mixed = query->sort ? NULL : query->kind};

    for (size_t i = 0; i < rows->n; i++) {
        sorting.keys[i].row = rows->at[i];
        sorting.keys[i].index = i;
        if (query->sort)
            make_key(query->sort, kind_picture(query->kind, s, rows->at[i]), &sorting.keys[i]);
    }
    if (!are_sorted(&sorting, rows->n))
        qsort_r(sorting.keys, rows->n, sizeof *sorting.keys, compare_keys, &sorting);
    for (size_t i = 0; i < rows->n; i++) {
        rows->at[i] = sorting.keys[i].row;
        if (sorting.text && sorting.keys[i].known)
            free((char *)sorting.keys[i].text);
    }
    free(sorting.keys);
}

static void add_rows(struct rows *out, const struct snapshot *s, const struct query *query)
{
    const struct kind *kind = query->kind;
    size_t n = kind_count(kind, s);

    if (query->has_parent && query->parent.host && query->parent.host != s->playback.host)
        return;
    vec_reserve(out, out->n + n);
    for (size_t i = 0; i < n; i++) {
        const void *row = kind_at(kind, s, i);
        if (shown(query, s, row))
            vec_push(out, row);
    }
}

void rows_build(struct rows *out, const struct snapshot *s, const struct query *query)
{
    const struct snapshot *part;

    vec_clear(out);
    for (size_t i = 0; (part = snapshot_part(s, i)); i++)
        add_rows(out, part, query);
    if (out->n > 1 && (query->sort || (s->others.n && query->kind->among)))
        sort_rows(out, s, query);
}

bool rows_parse_sort(const struct kind *kind, const char *text, const struct column **column,
                     bool *descending)
{
    char sign = text ? *text : '\0';

    *column = NULL;
    *descending = false;
    if (!text)
        return true; // as read
    if (sign == '-' || sign == '+')
        text++;
    *column = kind_column(kind, text);
    if (!*column && !strcasecmp(text, host_column.name))
        *column = &host_column;
    if (!*column)
        return false;
    *descending = sign == '-' || (sign != '+' && (*column)->flags & COL_DESCENDING);
    return true;
}
