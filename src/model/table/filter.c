#include "model/table/filter.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/table/cell_class.h"

enum op {
    OP_WORD, // no comparison
    OP_EQUAL,
    OP_DIFFERS,
    OP_LESS,
    OP_GREATER,
    OP_AT_MAX,
    OP_AT_LEAST,
    OP_CONTAINS,
};

struct term {
    bool negated;
    enum op op;
    const struct column *column; // NULL for a word
    char *text;                  // as written; owned
    struct value value;
};
VEC(term_vec, struct term);

struct filter {
    const struct kind *kind;
    struct term_vec terms;
};

struct parser {
    const struct kind *kind;
    const char *text, *at;
    struct filter_error *error;
};

static bool __attribute__((format(printf, 3, 4)))
fail(struct parser *p, const char *where, const char *format, ...)
{
    va_list args;

    p->error->at = (size_t)(where - p->text);
    va_start(args, format);
    vsnprintf(p->error->message, sizeof p->error->message, format, args);
    va_end(args);
    return false;
}

static void skip_space(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static const struct {
    const char *text; // longer ones first
    enum op op;
    // clang-format off
} ops[] = {
    {"!=", OP_DIFFERS}, {"<=", OP_AT_MAX}, {">=", OP_AT_LEAST}, {"==", OP_EQUAL},
    {"=", OP_EQUAL},    {"<", OP_LESS},     {">", OP_GREATER},   {"~", OP_CONTAINS},
};
// clang-format on

// The operator at `at`, past spaces; its end in *end. OP_WORD where there is none.
static enum op operator_at(const char *at, const char **end)
{
    while (isspace((unsigned char)*at))
        at++;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        size_t n = strlen(ops[i].text);
        if (strncmp(at, ops[i].text, n) == 0) {
            *end = at + n;
            return ops[i].op;
        }
    }
    return OP_WORD;
}

// A word up to the next space, or what stands between quotes. NULL with the error set.
static char *take_value(struct parser *p)
{
    const char *start = p->at;

    if (*start == '"' || *start == '\'') {
        const char *end = strchr(start + 1, *start);
        if (!end) {
            fail(p, start, "the quote %c is not closed", *start);
            return NULL;
        }
        p->at = end + 1;
        return mem_format("%.*s", (int)(end - start - 1), start + 1);
    }
    while (*p->at && !isspace((unsigned char)*p->at))
        p->at++;
    return mem_format("%.*s", (int)(p->at - start), start);
}

static bool take_comparison(struct parser *p, const char *name, size_t n, struct term *term)
{
    char column[64];
    const char *end = p->at, *start;

    snprintf(column, sizeof column, "%.*s", (int)n, name);
    term->column = kind_column(p->kind, column);
    if (!term->column) {
        const char *near = kind_near_column(p->kind, column);
        if (near)
            return fail(p, name, "no column '%s' in %s; did you mean '%s'?", column, p->kind->name,
                        near);
        return fail(p, name, "no column '%s' in %s", column, p->kind->name);
    }
    term->op = operator_at(p->at, &end);
    enum cell_form form = cell_class(term->column->type)->form;
    bool ordered = term->op != OP_EQUAL && term->op != OP_DIFFERS && term->op != OP_CONTAINS;
    if (ordered && (form == FORM_TRUTH || form == FORM_FLAGS || form == FORM_LIST))
        return fail(p, p->at, "'%s' has no order: only = and != apply", term->column->name);
    p->at = end;
    skip_space(p);
    start = p->at;
    term->text = take_value(p);
    if (!term->text)
        return false;
    if (p->at == start)
        return fail(p, start, "a value is missing after '%s'", term->column->name);
    if (term->op != OP_CONTAINS && !value_parse(&term->value, term->column, term->text)) {
        char values[128];
        struct line line = line_start(values, sizeof values);
        value_expected(&line, term->column);
        return fail(p, start, "'%s' takes %s", term->column->name, values);
    }
    if (term->value.never && ordered)
        return fail(p, start, "never has no order: only = and != apply");
    return true;
}

static bool take_term(struct parser *p, struct term *term)
{
    const char *name = p->at, *end;
    size_t n = 0;

    if (*p->at == '!' && p->at[1] != '=') {
        term->negated = true;
        p->at++;
        name = p->at;
    }
    while (isalnum((unsigned char)name[n]) || name[n] == '_')
        n++;
    if (operator_at(name + n, &end) != OP_WORD) {
        if (n == 0)
            return fail(p, name, "a column's name is missing before the comparison");
        p->at = name + n;
        return take_comparison(p, name, n, term);
    }
    term->op = OP_WORD;
    term->text = take_value(p);
    if (!term->text)
        return false;
    if (p->at == name)
        return fail(p, name, "a word is missing after '!'");
    return true;
}

struct filter *filter_parse(const struct kind *kind, const char *expression,
                            struct filter_error *error)
{
    struct filter *filter = mem_zero(1, sizeof *filter);
    struct parser p = {.kind = kind, .text = expression, .at = expression, .error = error};

    *error = (struct filter_error){0};
    filter->kind = kind;
    for (skip_space(&p); *p.at; skip_space(&p)) {
        struct term term = {0};
        bool ok = take_term(&p, &term);
        vec_push(&filter->terms, term);
        if (!ok) {
            filter_free(filter);
            return NULL;
        }
    }
    return filter;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->terms.n; i++)
        free(filter->terms.at[i].text);
    vec_free(&filter->terms);
    free(filter);
}

// NULL where the column of that number is not shown.
static const struct column *shown_column(const struct kind *kind, struct column_choice shown,
                                         size_t i)
{
    if (shown.n)
        return shown.at[i];
    return kind->columns[i].flags & COL_SCREEN ? &kind->columns[i] : NULL;
}

bool row_contains(const struct kind *kind, struct column_choice shown, const struct snapshot *s,
                  const void *row, const char *text)
{
    char cell[CELL_SCRATCH];

    for (size_t i = 0; i < (shown.n ? shown.n : kind->n_columns); i++) {
        const struct column *column = shown_column(kind, shown, i);
        if (column && text_contains(column_text(column, s, row, cell, sizeof cell), text))
            return true;
    }
    return false;
}

static bool comparison_matches(const struct term *term, const struct snapshot *s, const void *row)
{
    char text[CELL_SCRATCH];
    struct cell cell;

    if (term->op == OP_CONTAINS)
        return text_contains(column_text(term->column, s, row, text, sizeof text), term->text);
    column_get(term->column, s, row, &cell);
    if (!cell.known)
        return false;
    if (term->value.never || !cell_has_value(&cell))
        return term->value.never && cell_has_value(&cell) != (term->op == OP_EQUAL);
    int order = value_compare(&cell, &term->value, s->time);
    switch (term->op) {
    case OP_EQUAL:
        return order == 0;
    case OP_DIFFERS:
        return order != 0;
    case OP_LESS:
        return order < 0;
    case OP_GREATER:
        return order > 0;
    case OP_AT_MAX:
        return order <= 0;
    case OP_AT_LEAST:
        return order >= 0;
    case OP_WORD:
    case OP_CONTAINS:
        break;
    }
    return false;
}

bool filter_match(const struct filter *filter, struct column_choice shown, const struct snapshot *s,
                  const void *row)
{
    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        bool matches = term->op == OP_WORD ? row_contains(filter->kind, shown, s, row, term->text)
                                           : comparison_matches(term, s, row);
        if (matches == term->negated)
            return false;
    }
    return true;
}

bool filter_pins(const struct filter *filter, const struct column *column, int64_t *number)
{
    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        if (term->column == column && term->op == OP_EQUAL && !term->negated) {
            *number = term->value.number;
            return true;
        }
    }
    return false;
}

static unsigned words_need(const struct kind *kind, struct column_choice shown)
{
    unsigned need = 0;

    for (size_t i = 0; i < (shown.n ? shown.n : kind->n_columns); i++) {
        const struct column *column = shown_column(kind, shown, i);
        need |= column ? column->need : 0;
    }
    return need;
}

unsigned filter_need(const struct filter *filter, struct column_choice shown)
{
    unsigned need = 0;

    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        if (term->op == OP_WORD)
            need |= words_need(filter->kind, shown);
        else if (term->op == OP_CONTAINS)
            need |= term->column->need;
        else
            need |= term->column->need & ~term->column->show_need;
    }
    return need;
}
