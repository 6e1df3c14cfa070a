#include "model/table/filter.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "filter_terms.h"

// NULL where the column of that number is not shown.
static const struct column *shown_column(const struct kind *kind, struct column_choice shown,
                                         size_t i)
{
    if (shown.n)
        return shown.at[i];
    return kind->columns[i].flags & COL_SCREEN ? &kind->columns[i] : NULL;
}

typedef const char *cell_text_of(const struct column *column, const struct snapshot *s,
                                 const void *row, char *dst, size_t cap);

static bool has_cell(const struct kind *kind, struct column_choice shown, const struct snapshot *s,
                     const void *row, const char *text, cell_text_of *text_of)
{
    char cell[CELL_SCRATCH];

    for (size_t i = 0; i < (shown.n ? shown.n : kind->n_columns); i++) {
        const struct column *column = shown_column(kind, shown, i);
        if (column && text_contains(text_of(column, s, row, cell, sizeof cell), text))
            return true;
    }
    return false;
}

bool row_shows(const struct kind *kind, struct column_choice shown, const struct snapshot *s,
               const void *row, const char *text)
{
    return has_cell(kind, shown, s, row, text, column_screen_text);
}

bool row_has_pid(const struct kind *kind, const struct snapshot *s, const void *row,
                 const char *text)
{
    struct process_use_vec uses = {0};
    struct identity identity;
    bool found = false;
    int64_t pid;

    if (!kind->processes || !text_parse_int(text, 1, INT32_MAX, &pid))
        return false;
    kind->identify(s, row, &identity);
    kind->processes(s, &identity, &uses);
    for (size_t i = 0; i < uses.n && !found; i++)
        found = uses.at[i].process.pid == pid;
    vec_free(&uses);
    return found;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

// Whether the text has the word, in any case: neither is part of a longer one.
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = text; *at; at++)
        if (strncasecmp(at, word, n) == 0 && (at == text || !in_word(at[-1])) && !in_word(at[n]))
            return true;
    return false;
}

enum standing { STANDS_UNKNOWN, STANDS_EQUAL, STANDS_BELOW, STANDS_ABOVE, STANDS_OTHER };

// A name as it stands on the screen, where that is another than the value.
static bool is_shown_as(const struct column *column, const struct term_value *value,
                        const struct snapshot *s, const void *row)
{
    char text[CELL_SCRATCH];

    if (column->type != CELL_TEXT || !column->show)
        return false;
    column_text(column, s, row, text, sizeof text);
    return strcasecmp(text, value->text) == 0;
}

// How a row stands to a value, by the column of that number.
static enum standing standing(const struct term *term, size_t i, const struct term_value *value,
                              const struct snapshot *s, const void *row)
{
    const struct column *column = term->columns[i];
    const struct value *wanted = &value->value[i];
    char text[CELL_SCRATCH];
    struct cell cell;

    if (value->how[i] == NOT_A_VALUE)
        return STANDS_UNKNOWN;
    if (value->how[i] == AS_SHOWN) {
        column_text(column, s, row, text, sizeof text);
        return !*text ? STANDS_UNKNOWN : has_word(text, value->text) ? STANDS_EQUAL : STANDS_OTHER;
    }
    column_get(column, s, row, &cell);
    if (!cell.known)
        return STANDS_UNKNOWN;
    if (wanted->never)
        return cell_has_value(&cell) ? STANDS_OTHER : STANDS_EQUAL;
    if (!cell_has_value(&cell))
        return STANDS_UNKNOWN;
    int order = value_compare(&cell, wanted, s->time);
    if (order == 0 || is_shown_as(column, value, s, row))
        return STANDS_EQUAL;
    return order < 0 ? STANDS_BELOW : STANDS_ABOVE;
}

static bool contains(const struct term *term, const struct snapshot *s, const void *row)
{
    char text[CELL_SCRATCH];

    for (size_t i = 0; i < term->n_columns; i++) {
        column_text(term->columns[i], s, row, text, sizeof text);
        for (size_t k = 0; k < term->values.n; k++)
            if (text_contains(text, term->values.at[k].text))
                return true;
    }
    return false;
}

// A row is equal to any of the values in any of the columns; its order is that of the first.
static bool comparison_matches(const struct term *term, const struct snapshot *s, const void *row)
{
    bool equal = false, known = false;
    enum standing first = STANDS_UNKNOWN;

    if (term->op == OP_CONTAINS)
        return contains(term, s, row);
    for (size_t k = 0; k < term->values.n && !equal; k++)
        for (size_t i = 0; i < term->n_columns && !equal; i++) {
            enum standing stands = standing(term, i, &term->values.at[k], s, row);
            equal = stands == STANDS_EQUAL;
            known |= stands != STANDS_UNKNOWN;
            first = i == 0 && k == 0 ? stands : first;
        }
    switch (term->op) {
    case OP_EQUAL:
        return equal;
    case OP_DIFFERS:
        return known && !equal;
    case OP_LESS:
        return !equal && first == STANDS_BELOW;
    case OP_GREATER:
        return !equal && first == STANDS_ABOVE;
    case OP_AT_MAX:
        return equal || first == STANDS_BELOW;
    case OP_AT_LEAST:
        return equal || first == STANDS_ABOVE;
    case OP_WORD:
    case OP_CONTAINS:
        break;
    }
    return false;
}

static bool words_match(const struct filter *filter, const struct term *term,
                        struct column_choice shown, const struct snapshot *s, const void *row)
{
    for (size_t k = 0; k < term->values.n; k++) {
        const char *text = term->values.at[k].text;
        if (has_cell(filter->kind, shown, s, row, text, column_text) ||
            row_has_pid(filter->kind, s, row, text))
            return true;
    }
    return false;
}

static bool term_matches(const struct filter *filter, const struct term *term,
                         struct column_choice shown, const struct snapshot *s, const void *row)
{
    bool matches = term->op == OP_WORD ? words_match(filter, term, shown, s, row)
                                       : comparison_matches(term, s, row);

    return matches != term->negated;
}

bool filter_match(const struct filter *filter, struct column_choice shown, const struct snapshot *s,
                  const void *row)
{
    bool all = true;

    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        if (term->other && all)
            return true;
        all = (all || term->other) && term_matches(filter, term, shown, s, row);
    }
    return all;
}

bool filter_pins(const struct filter *filter, const struct column *column, int64_t *number)
{
    bool found = false;

    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        if (term->other)
            return false;
        if (term->op != OP_EQUAL || term->negated || term->n_columns != 1 || term->values.n != 1 ||
            term->columns[0] != column || term->values.at[0].how[0] != TYPED)
            continue;
        *number = term->values.at[0].value[0].number;
        found = true;
    }
    return found;
}

static bool matches_some(const struct filter *filter, const struct term *term,
                         struct column_choice shown, const struct snapshot *s)
{
    const struct snapshot *part;

    for (size_t k = 0; (part = snapshot_part(s, k)); k++)
        for (size_t i = 0; i < kind_count(filter->kind, part); i++)
            if (term_matches(filter, term, shown, part, kind_at(filter->kind, part, i)))
                return true;
    return false;
}

bool filter_blame(const struct filter *filter, struct column_choice shown, const struct snapshot *s,
                  struct line *line)
{
    size_t blamed = 0, parts = 1;
    bool dead = false;

    if (!filter || !kind_total(filter->kind, s))
        return false;
    for (size_t i = 0; i < filter->terms.n; i++)
        parts += filter->terms.at[i].other;
    for (size_t i = 0; i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        dead &= !term->other;
        if (dead || matches_some(filter, term, shown, s))
            continue;
        dead = true;
        line_add(line, "%s%.*s", blamed++ ? ", " : "", (int)(term->to - term->from),
                 filter->expression + term->from);
    }
    if (blamed == parts)
        line_add(line, " %s true of no row", blamed > 1 ? "are" : "is");
    return blamed == parts;
}

static uint64_t words_need(const struct kind *kind, struct column_choice shown)
{
    uint64_t need = 0;

    for (size_t i = 0; i < (shown.n ? shown.n : kind->n_columns); i++) {
        const struct column *column = shown_column(kind, shown, i);
        need |= column ? column->need : 0;
    }
    return need;
}

static uint64_t term_need(const struct term *term)
{
    uint64_t need = 0;

    for (size_t k = 0; k < term->values.n; k++)
        for (size_t i = 0; i < term->n_columns; i++) {
            const struct column *column = term->columns[i];
            if (term->values.at[k].how[i] == TYPED)
                need |= column->need & ~column->show_need;
            else if (term->values.at[k].how[i] == AS_SHOWN)
                need |= column->need;
        }
    return need;
}

uint64_t filter_need(const struct filter *filter, struct column_choice shown)
{
    uint64_t need = 0;

    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        need |= term->op == OP_WORD ? words_need(filter->kind, shown) : term_need(term);
    }
    return need;
}
