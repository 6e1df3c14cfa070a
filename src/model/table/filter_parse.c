#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "filter_terms.h"

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

// A word up to the next space or |, or what stands between quotes. NULL with the error set.
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
    while (*p->at && *p->at != '|' && !isspace((unsigned char)*p->at))
        p->at++;
    return mem_format("%.*s", (int)(p->at - start), start);
}

// Whether the names of a column are all the texts it has.
static bool is_one_of(const struct column *column, const char *text)
{
    for (size_t i = 0; column->names[i]; i++)
        if (strcasecmp(column->names[i], text) == 0)
            return true;
    return false;
}

static bool has_order(enum op op)
{
    return op != OP_EQUAL && op != OP_DIFFERS && op != OP_CONTAINS;
}

// Reads the value for the column of that number.
static void read_value(struct term *term, struct term_value *value, size_t i)
{
    const struct column *column = term->columns[i];
    bool closed = cell_class(column->type)->form == FORM_TEXT && column->names;

    if (term->op == OP_CONTAINS)
        value->how[i] = AS_SHOWN;
    else if (closed && !has_order(term->op) && !is_one_of(column, value->text))
        value->how[i] = NOT_A_VALUE;
    else if (value_parse(&value->value[i], column, value->text))
        value->how[i] = TYPED;
    else if (column->show && !has_order(term->op))
        value->how[i] = AS_SHOWN;
}

static bool check_value(struct parser *p, const char *where, struct term *term,
                        struct term_value *value)
{
    const struct column *column = term->columns[0];
    bool any = false, never = false;

    for (size_t i = 0; i < term->n_columns; i++) {
        read_value(term, value, i);
        any |= value->how[i] != NOT_A_VALUE;
        never |= value->how[i] == TYPED && value->value[i].never;
    }
    if (never && has_order(term->op))
        return fail(p, where, "never has no order: only = and != apply");
    if (any)
        return true;
    char values[128];
    struct line line = line_start(values, sizeof values);
    value_expected(&line, column);
    return fail(p, where, "'%s' takes %s", column->name, values);
}

// One or more values between |. `what` they follow, for the message.
static bool take_values(struct parser *p, struct term *term, const char *missing)
{
    for (;; p->at++) {
        const char *start = p->at;
        struct term_value value = {.text = take_value(p)};
        vec_push(&term->values, value);
        struct term_value *taken = &term->values.at[term->values.n - 1];
        if (!taken->text)
            return false;
        if (p->at == start && (term->values.n > 1 || *p->at == '|'))
            return fail(p, start, "a value is missing beside '|'");
        if (p->at == start)
            return fail(p, start, "%s", missing);
        if (term->n_columns && !check_value(p, start, term, taken))
            return false;
        if (*p->at != '|')
            return true;
        if (term->op != OP_WORD && has_order(term->op))
            return fail(p, p->at, "'|' goes with =, != and ~");
    }
}

static bool take_comparison(struct parser *p, const char *name, size_t n, struct term *term)
{
    char column[64], missing[96];
    const char *end = p->at;

    snprintf(column, sizeof column, "%.*s", (int)n, name);
    term->n_columns = kind_columns_called(p->kind, column, term->columns);
    if (!term->n_columns) {
        const char *near = kind_near_column(p->kind, column);
        if (strcasecmp(column, "pid") == 0 && p->kind->processes)
            return fail(p, name,
                        "no column 'pid' in %s: the number alone finds what a process uses",
                        p->kind->name);
        if (near)
            return fail(p, name, "no column '%s' in %s; did you mean '%s'?", column, p->kind->name,
                        near);
        return fail(p, name, "no column '%s' in %s", column, p->kind->name);
    }
    term->op = operator_at(p->at, &end);
    enum cell_form form = cell_class(term->columns[0]->type)->form;
    if (has_order(term->op) && (form == FORM_TRUTH || form == FORM_FLAGS || form == FORM_LIST))
        return fail(p, p->at, "'%s' has no order: only = and != apply", term->columns[0]->name);
    p->at = end;
    skip_space(p);
    snprintf(missing, sizeof missing, "a value is missing after '%s'", term->columns[0]->name);
    return take_values(p, term, missing);
}

static bool take_term(struct parser *p, struct term *term)
{
    const char *name = p->at, *end;
    size_t n = 0;

    if (*p->at == '!' && p->at[1] != '=') {
        term->negated = !term->negated;
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
    return take_values(p, term, "a word is missing after '!'");
}

enum join { JOIN_NONE, JOIN_AND, JOIN_OR, JOIN_NOT };

static const struct {
    const char *text;
    enum join join;
    // clang-format off
} joins[] = {
    {"or", JOIN_OR}, {"||", JOIN_OR}, {"and", JOIN_AND}, {"&&", JOIN_AND}, {"not", JOIN_NOT},
};
// clang-format on

// Such a word at `at`, alone and not quoted: "or" before an operator is a column's name. Its length in *n.
static enum join join_at(const char *at, size_t *n)
{
    const char *end;

    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        *n = strlen(joins[i].text);
        if (strncasecmp(at, joins[i].text, *n) == 0 &&
            (!at[*n] || isspace((unsigned char)at[*n])) && operator_at(at + *n, &end) == OP_WORD)
            return joins[i].join;
    }
    return JOIN_NONE;
}

// What stands between terms, and "not" before one. False: it stands where it joins nothing.
static bool take_joins(struct parser *p, bool first, struct term *term)
{
    bool joined = first;
    enum join join;
    size_t n;

    for (; (join = join_at(p->at, &n)) != JOIN_NONE; skip_space(p)) {
        const char *start = p->at;
        p->at += n;
        if (join != JOIN_NOT && joined)
            return fail(p, start, "a term is missing before '%.*s'", (int)n, start);
        joined = true;
        term->other |= join == JOIN_OR;
        term->negated ^= join == JOIN_NOT;
        if (!p->at[strspn(p->at, " \t\n\v\f\r")])
            return fail(p, start, "a term is missing after '%.*s'", (int)n, start);
    }
    return true;
}

struct filter *filter_parse(const struct kind *kind, const char *expression,
                            struct filter_error *error)
{
    struct filter *filter = mem_zero(1, sizeof *filter);
    struct parser p = {.kind = kind, .text = expression, .at = expression, .error = error};

    *error = (struct filter_error){0};
    filter->kind = kind;
    filter->expression = mem_copy_string(expression);
    for (skip_space(&p); *p.at; skip_space(&p)) {
        struct term term = {0};
        error->from = (size_t)(p.at - expression);
        bool ok = take_joins(&p, filter->terms.n == 0, &term);
        term.from = (size_t)(p.at - expression);
        ok = ok && take_term(&p, &term);
        term.to = (size_t)(p.at - expression);
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
    for (size_t i = 0; i < filter->terms.n; i++) {
        struct term_value_vec *values = &filter->terms.at[i].values;
        for (size_t k = 0; k < values->n; k++)
            free(values->at[k].text);
        vec_free(values);
    }
    vec_free(&filter->terms);
    free(filter->expression);
    free(filter);
}
