// Comma-separated values (RFC 4180): a line of column names, then a line a row, ended by CR LF.
// Values as in JSON; flags are separated by blanks; unknown and never are empty fields.
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/errors.h"
#include "model/table/cell_class.h"
#include "output/formats.h"

// Quoted where it must be; texts hold no control characters but may hold quotes and commas. What a
// spreadsheet would take for a formula is written as text_escape() writes what does harm: a program's
// name is its user's choice.
static void put_text(FILE *out, const char *text)
{
    char first[8] = "";

    if (*text && strchr("=+-@", *text))
        snprintf(first, sizeof first, "\\x%02x", (unsigned char)*text++);
    if (!text[strcspn(text, ",\"\r\n")]) {
        fprintf(out, "%s%s", first, text);
        return;
    }
    fprintf(out, "\"%s", first);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_flags(FILE *out, uint64_t bits, const char *const *names)
{
    bool first = true;

    for (size_t i = 0; names && names[i]; i++) {
        if (!(bits & UINT64_C(1) << i))
            continue;
        fprintf(out, "%s%s", first ? "" : " ", names[i]);
        first = false;
    }
}

static void put_cell(FILE *out, const struct column *column, const struct cell *cell)
{
    char digits[24];

    if (!cell_has_value(cell))
        return;
    switch (cell_class(cell->type)->form) {
    case FORM_TEXT:
        put_text(out, cell->text);
        break;
    case FORM_SIGNED:
        fprintf(out, "%" PRId64, cell->number);
        break;
    case FORM_UNSIGNED:
        fprintf(out, "%" PRIu64, cell->count);
        break;
    case FORM_DIGITS:
        fwrite(digits, 1, cell_digits(cell, digits), out);
        break;
    case FORM_REAL:
        fprintf(out, "%.4g", cell->real);
        break;
    case FORM_TRUTH:
        fputs(cell->truth ? "true" : "false", out);
        break;
    case FORM_FLAGS:
        put_flags(out, cell->count, column->names);
        break;
    case FORM_LIST:
        for (uint32_t i = 0; i < cell->list.n; i++)
            fprintf(out, "%s%" PRIu32, i ? " " : "", cell->list.at[i]);
        break;
    }
}

static void put_table(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    struct rows rows = {0};
    struct cell cell;

    for (size_t k = 0; k < table->n_columns && !(table->style & STYLE_NO_HEADINGS); k++)
        fprintf(out, "%s%s%s", k ? "," : "", table->columns[k]->name,
                k + 1 < table->n_columns ? "" : "\r\n");
    rows_build(&rows, s, &table->query);
    for (size_t i = 0; i < rows.n; i++) {
        const struct snapshot *picture = kind_picture(table->query.kind, s, rows.at[i]);
        for (size_t k = 0; k < table->n_columns; k++) {
            if (k)
                fputc(',', out);
            column_get(table->columns[k], picture, rows.at[i], &cell);
            put_cell(out, table->columns[k], &cell);
        }
        fputs("\r\n", out);
    }
    vec_free(&rows);
}

static int csv_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputs("\r\n", out);
        put_table(out, s, &tables[i]);
    }
    return error_of_stream(out);
}

const struct format csv_format = {
    .name = "csv",
    .what = "comma-separated values",
    .help = "of --batch: comma-separated values as in JSON, an empty line between tables",
    .ending = ".csv",
    .form_of = "batch",
    .rows = true,
    .several = true,
    .heads_once = true,
    .place = offsetof(struct kind, batch),
    .write = csv_write,
};
