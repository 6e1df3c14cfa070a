// Plain tables by libsmartcols, each under a heading line if there are several.
#include <errno.h>
#include <langinfo.h>
#include <libsmartcols/libsmartcols.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "base/library.h"
#include "output/formats.h"
#include "output/request_text.h"

enum { TEXT = 4096 }; // a command line with its arguments

// clang-format off
#define SMARTCOLS_FUNCTIONS(each)                                                                   \
    each(scols_new_table) each(scols_unref_table) each(scols_print_table) each(scols_table_is_empty) \
    each(scols_table_new_column) each(scols_table_new_line) each(scols_line_set_data)               \
    each(scols_table_set_stream) each(scols_table_set_termforce)                                    \
    each(scols_table_enable_noencoding) each(scols_table_enable_noheadings)
// clang-format on

static struct {
    SMARTCOLS_FUNCTIONS(LIBRARY_MEMBER)
} smartcols;

static bool load(void)
{
    static const char *const names[] = {SMARTCOLS_FUNCTIONS(LIBRARY_NAME)};

    return smartcols.scols_new_table ||
           library_load(SMARTCOLS_SONAME, names, sizeof names / sizeof *names, &smartcols);
}

static int add_row(struct libscols_table *out, const struct snapshot *s,
                   const struct table_request *table, const void *row)
{
    struct libscols_line *line = smartcols.scols_table_new_line(out, NULL);
    char text[TEXT];

    if (!line)
        return -ENOMEM;
    for (size_t k = 0; k < table->n_columns; k++) {
        request_text(table, table->columns[k], s, row, text, sizeof text);
        // An empty field would shift the others for scripts that split lines at spaces.
        int error = smartcols.scols_line_set_data(line, k, text[0] ? text : "-");
        if (error)
            return error;
    }
    return 0;
}

static int fill(struct libscols_table *out, const struct snapshot *s,
                const struct table_request *table)
{
    struct rows rows = {0};
    int error = 0;

    for (size_t k = 0; k < table->n_columns; k++) {
        const struct column *column = table->columns[k];
        int flags = column_right_aligned(column) ? SCOLS_FL_RIGHT : 0;
        if (!smartcols.scols_table_new_column(out, column->title, 0, flags))
            return -ENOMEM;
    }
    rows_build(&rows, s, &table->query);
    for (size_t i = 0; i < rows.n && !error; i++)
        error = add_row(out, kind_picture(table->query.kind, s, rows.at[i]), table, rows.at[i]);
    vec_free(&rows);
    return error;
}

// The library prints nothing at all of a table without rows.
static void write_empty(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    if (table->style & STYLE_NO_HEADINGS)
        return;
    for (size_t k = 0; k < table->n_columns; k++)
        fprintf(out, "%s%s", table->columns[k]->title, k + 1 < table->n_columns ? " " : "\n");
    request_none(&line, s, table);
    fprintf(out, "%s\n", text);
}

static int write_table(FILE *stream, const struct snapshot *s, const struct table_request *table)
{
    if (!load())
        return -ELIBACC;
    struct libscols_table *out = smartcols.scols_new_table();
    if (!out)
        return -ENOMEM;
    smartcols.scols_table_set_stream(out, stream);
    // Texts are harmless already; encoded once more, "\xff" would become "\x5cxff". Only what such
    // a locale cannot show is left to the library.
    smartcols.scols_table_enable_noencoding(out, strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
    smartcols.scols_table_set_termforce(out, SCOLS_TERMFORCE_NEVER); // whole lines, however wide
    smartcols.scols_table_enable_noheadings(out, table->style & STYLE_NO_HEADINGS);
    int error = fill(out, s, table);
    if (!error && smartcols.scols_table_is_empty(out))
        write_empty(stream, s, table);
    else if (!error)
        error = smartcols.scols_print_table(out);
    smartcols.scols_unref_table(out);
    return error;
}

static int plain_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                       size_t n)
{
    int error = 0;

    for (size_t i = 0; i < n && !error; i++) {
        const struct kind *kind = tables[i].query.kind;
        if (n > 1)
            fprintf(out, "%s%s\n", i ? "\n" : "", kind->title);
        if (!kind_is_known(kind, s))
            fputs("not known\n", out);
        else
            error = write_table(out, s, &tables[i]);
    }
    return error ? error : error_of_stream(out);
}

const struct format batch_format = {
    .name = "batch",
    .what = "plain tables",
    .help = "plain tables",
    .shown = true,
    .rows = true,
    .several = true,
    .dated = true,
    .place = offsetof(struct kind, batch),
    .write = plain_write,
};
