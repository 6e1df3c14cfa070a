// Rows as lines of cells for programs. Comma-separated values (RFC 4180): a line of column names,
// then a line a row, ended by CR LF; values as in JSON; flags are separated by blanks; unknown and
// never are empty fields. For scripts, as lsblk(8) --raw: one blank between cells, none in them; a
// cell is what people read, but without what is there for them alone: a pid, not its program's name
// beside it.
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/errors.h"
#include "model/table/cell_class.h"
#include "output/formats.h"
#include "output/request_text.h"

enum { TEXT = 4096 }; // a command line with its arguments

// What differs.
struct lines {
    const char *between; // cells
    const char *end;     // of a line; between two tables
    void (*put)(FILE *out, const struct table_request *table, const struct column *column,
                const struct snapshot *s, const void *row);
};

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

static void put_value(FILE *out, const struct table_request *table, const struct column *column,
                      const struct snapshot *s, const void *row)
{
    const char *between = "";
    struct cell cell;
    char digits[24];

    (void)table;
    column_get(column, s, row, &cell);
    if (!cell_has_value(&cell))
        return;
    switch (cell_class(cell.type)->form) {
    case FORM_TEXT:
        put_text(out, cell.text);
        break;
    case FORM_SIGNED:
        fprintf(out, "%" PRId64, cell.number);
        break;
    case FORM_UNSIGNED:
        fprintf(out, "%" PRIu64, cell.count);
        break;
    case FORM_DIGITS:
        fwrite(digits, 1, cell_digits(&cell, digits), out);
        break;
    case FORM_REAL:
        fprintf(out, "%.4g", cell.real);
        break;
    case FORM_TRUTH:
        fputs(cell.truth ? "true" : "false", out);
        break;
    case FORM_FLAGS:
        for (size_t i = 0; column->names && column->names[i]; i++)
            if (cell.count & UINT64_C(1) << i) {
                fprintf(out, "%s%s", between, column->names[i]);
                between = " ";
            }
        break;
    case FORM_LIST:
        for (uint32_t i = 0; i < cell.list.n; i++)
            fprintf(out, "%s%" PRIu32, i ? " " : "", cell.list.at[i]);
        break;
    }
}

// Blanks as text_escape() writes what does harm; what is empty or unknown is a dash.
static void put_word(FILE *out, const struct table_request *table, const struct column *column,
                     const struct snapshot *s, const void *row)
{
    struct column plain = *column;
    char text[TEXT];

    plain.show = NULL;
    request_text(table, &plain, s, row, text, sizeof text);
    if (!*text)
        fputc('-', out);
    for (const char *c = text; *c; c++)
        if (*c == ' ')
            fputs("\\x20", out);
        else
            fputc(*c, out);
}

static void put_table(FILE *out, const struct lines *as, const struct snapshot *s,
                      const struct table_request *table)
{
    struct rows rows = {0};
    size_t n = table->n_columns;

    for (size_t k = 0; k < n && !(table->style & STYLE_NO_HEADINGS); k++)
        fprintf(out, "%s%s", table->columns[k]->name, k + 1 < n ? as->between : as->end);
    rows_build(&rows, s, &table->query);
    for (size_t i = 0; i < rows.n; i++) {
        const struct snapshot *picture = kind_picture(table->query.kind, s, rows.at[i]);
        for (size_t k = 0; k < n; k++) {
            if (k)
                fputs(as->between, out);
            as->put(out, table, table->columns[k], picture, rows.at[i]);
        }
        fputs(as->end, out);
    }
    vec_free(&rows);
}

static int put_tables(FILE *out, const struct lines *as, const struct snapshot *s,
                      const struct table_request *tables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputs(as->end, out);
        put_table(out, as, s, &tables[i]);
    }
    return error_of_stream(out);
}

static int csv_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                     size_t n)
{
    return put_tables(out, &(struct lines){",", "\r\n", put_value}, s, tables, n);
}

static int raw_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                     size_t n)
{
    return put_tables(out, &(struct lines){" ", "\n", put_word}, s, tables, n);
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

const struct format raw_format = {
    .name = "raw",
    .what = "the same for scripts",
    .help = "of --batch: one blank between cells, none in them; headings as -o takes them",
    .form_of = "batch",
    .shown = true,
    .rows = true,
    .several = true,
    .heads_once = true,
    .place = offsetof(struct kind, batch),
    .write = raw_write,
};
