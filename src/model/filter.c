#include "model/filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum op {
    OP_WORD, // no comparison
    OP_EQUAL,
    OP_DIFFERS,
    OP_LESS,
    OP_GREATER,
    OP_AT_MOST,
    OP_AT_LEAST,
    OP_CONTAINS,
};

struct term {
    bool negated;
    enum op op;
    const struct column *column; // NULL for a word
    bool never;                  // a time that never was
    char *text;                  // the value as written; owned
    union {
        uint64_t count; // also a flag's bit; 0 asks for no flag at all
        int64_t number;
        double real;
        bool truth;
    };
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
} ops[] = {
    {"!=", OP_DIFFERS}, {"<=", OP_AT_MOST}, {">=", OP_AT_LEAST}, {"==", OP_EQUAL},
    {"=", OP_EQUAL},    {"<", OP_LESS},     {">", OP_GREATER},   {"~", OP_CONTAINS},
};

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

static bool parse_key(const char *text, uint64_t *key)
{
    int64_t number;
    char *end;

    if (strncasecmp(text, "0x", 2) == 0 && isxdigit((unsigned char)text[2])) {
        errno = 0;
        *key = strtoull(text, &end, 16);
        return !errno && *end == '\0' && *key <= UINT32_MAX;
    }
    // Decimal as programs print a key_t, which is signed.
    if (!text_parse_int(text, INT32_MIN, UINT32_MAX, &number))
        return false;
    *key = (uint32_t)number;
    return true;
}

static bool parse_unsigned(const char *text, int base, uint64_t *value)
{
    char *end;

    if (!isxdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *value = strtoull(text, &end, base);
    return !errno && *end == '\0';
}

static bool parse_percent(const char *text, double *value)
{
    char *end;

    if (!isdigit((unsigned char)text[0]) && text[0] != '.')
        return false;
    *value = strtod(text, &end);
    if (end != text && *end == '%')
        end++;
    return end != text && *end == '\0';
}

static bool parse_bool(const char *text, bool *value)
{
    *value = !strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcmp(text, "1");
    return *value || !strcasecmp(text, "false") || !strcasecmp(text, "no") || !strcmp(text, "0");
}

static bool parse_flag(const struct column *column, const char *text, uint64_t *bit)
{
    *bit = 0;
    for (size_t i = 0; column->flag_names && column->flag_names[i]; i++) {
        if (!strcasecmp(column->flag_names[i], text)) {
            *bit = UINT64_C(1) << i;
            return true;
        }
    }
    return !strcasecmp(text, "none");
}

static bool parse_time(struct term *term)
{
    term->never = term->column->type == CELL_TIME && !strcasecmp(term->text, "never");
    return term->never || text_parse_age(term->text, &term->number);
}

// What values of a type look like, for the error message.
static const char *expected(enum cell_type type)
{
    static const char *const examples[] = {
        [CELL_NUMBER] = "a whole number",
        [CELL_COUNT] = "a whole number",
        [CELL_SIZE] = "a size such as 4096, 64K or 1.5G",
        [CELL_TIME] = "an age such as 30s, 5m, 2h or 9d, or never",
        [CELL_DURATION] = "an age such as 30s, 5m, 2h or 9d",
        [CELL_KEY] = "a key such as 0x0052e2c1",
        [CELL_PERMS] = "permissions such as 0640",
        [CELL_PERCENT] = "a percentage",
        [CELL_BOOL] = "true or false",
        [CELL_FLAGS] = "the name of a flag, or none",
        [CELL_ADDRESS] = "a hexadecimal address",
    };
    return examples[type];
}

static bool parse_typed(struct term *term)
{
    const char *text = term->text;

    switch (term->column->type) {
    case CELL_TEXT:
        return true;
    case CELL_NUMBER:
        return text_parse_int(text, INT64_MIN, INT64_MAX, &term->number);
    case CELL_COUNT:
    case CELL_SIZE:
        return text_parse_size(text, &term->count);
    case CELL_TIME:
    case CELL_DURATION:
        return parse_time(term);
    case CELL_KEY:
        return parse_key(text, &term->count);
    case CELL_PERMS:
        return parse_unsigned(text, 8, &term->count) && term->count <= 07777;
    case CELL_PERCENT:
        return parse_percent(text, &term->real);
    case CELL_BOOL:
        return parse_bool(text, &term->truth);
    case CELL_FLAGS:
        return parse_flag(term->column, text, &term->count);
    case CELL_ADDRESS:
        return parse_unsigned(text, 16, &term->count);
    }
    return false;
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
    enum cell_type type = term->column->type;
    bool ordered = term->op != OP_EQUAL && term->op != OP_DIFFERS && term->op != OP_CONTAINS;
    if (ordered && (type == CELL_BOOL || type == CELL_FLAGS))
        return fail(p, p->at, "'%s' has no order: only = and != apply", term->column->name);
    p->at = end;
    skip_space(p);
    start = p->at;
    term->text = take_value(p);
    if (!term->text)
        return false;
    if (p->at == start)
        return fail(p, start, "a value is missing after '%s'", term->column->name);
    if (term->op != OP_CONTAINS && !parse_typed(term))
        return fail(p, start, "'%s' takes %s", term->column->name, expected(type));
    if (term->never && ordered)
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

bool row_contains(const struct kind *kind, const struct snapshot *s, const void *row,
                  const char *text)
{
    char shown[CELL_SCRATCH];

    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        if (column->flags & COL_SCREEN &&
            text_contains(column_text(column, s, row, shown, sizeof shown), text))
            return true;
    }
    return false;
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

// <0, 0, >0 as the cell stands to the value. Only for known cells.
static int compare(const struct cell *cell, const struct term *term, int64_t now)
{
    switch (cell->type) {
    case CELL_TEXT:
        return strcasecmp(cell->text, term->text);
    case CELL_NUMBER:
    case CELL_DURATION:
        return order_of(cell->number, term->number);
    case CELL_TIME: // the value is an age
        return order_of(now - cell->time, term->number);
    case CELL_PERCENT:
        return (cell->real > term->real) - (cell->real < term->real);
    case CELL_BOOL:
        return cell->truth != term->truth;
    case CELL_FLAGS:
        return term->count ? !(cell->count & term->count) : cell->count != 0;
    case CELL_COUNT:
    case CELL_SIZE:
    case CELL_KEY:
    case CELL_PERMS:
    case CELL_ADDRESS:
        break;
    }
    return (cell->count > term->count) - (cell->count < term->count);
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
    if (cell.type == CELL_TIME && (term->never || cell.time == 0))
        return term->never && (cell.time == 0) == (term->op == OP_EQUAL);
    int order = compare(&cell, term, s->time);
    switch (term->op) {
    case OP_EQUAL:
        return order == 0;
    case OP_DIFFERS:
        return order != 0;
    case OP_LESS:
        return order < 0;
    case OP_GREATER:
        return order > 0;
    case OP_AT_MOST:
        return order <= 0;
    case OP_AT_LEAST:
        return order >= 0;
    case OP_WORD:
    case OP_CONTAINS:
        break;
    }
    return false;
}

bool filter_match(const struct filter *filter, const struct snapshot *s, const void *row)
{
    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        bool matches = term->op == OP_WORD ? row_contains(filter->kind, s, row, term->text)
                                           : comparison_matches(term, s, row);
        if (matches == term->negated)
            return false;
    }
    return true;
}

static unsigned words_need(const struct kind *kind)
{
    unsigned need = 0;

    for (size_t i = 0; i < kind->n_columns; i++) {
        if (kind->columns[i].flags & COL_SCREEN)
            need |= kind->columns[i].need;
    }
    return need;
}

unsigned filter_need(const struct filter *filter)
{
    unsigned need = 0;

    for (size_t i = 0; filter && i < filter->terms.n; i++) {
        const struct term *term = &filter->terms.at[i];
        if (term->op == OP_WORD)
            need |= words_need(filter->kind);
        else if (term->op == OP_CONTAINS)
            need |= term->column->need;
        else
            need |= term->column->need & ~term->column->show_need;
    }
    return need;
}
