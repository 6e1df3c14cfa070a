// Lines of cells for scripts, as lsblk(8) --raw: one blank between cells, none in them. A cell is what
// people read, but without what is there for them alone: a pid, not its program's name beside it.
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/errors.h"
#include "output/formats.h"
#include "output/request_text.h"

enum { TEXT = 4096 }; // a command line with its arguments

// Blanks as text_escape() writes what does harm; what is empty or unknown is a dash.
static void put_cell(FILE *out, const char *text)
{
    if (!*text)
        fputc('-', out);
    for (; *text; text++)
        if (*text == ' ')
            fputs("\\x20", out);
        else
            fputc(*text, out);
}

static const char *cell_of(const struct table_request *table, const struct column *column,
                           const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    struct column plain = *column;

    plain.show = NULL;
    return request_text(table, &plain, s, row, dst, cap);
}

static void put_table(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    struct rows rows = {0};
    char text[TEXT];
    size_t n = table->n_columns;

    for (size_t k = 0; k < n && !(table->style & STYLE_NO_HEADINGS); k++)
        fprintf(out, "%s%c", table->columns[k]->name, k + 1 < n ? ' ' : '\n');
    rows_build(&rows, s, &table->query);
    for (size_t i = 0; i < rows.n; i++) {
        const struct snapshot *picture = kind_picture(table->query.kind, s, rows.at[i]);
        for (size_t k = 0; k < n; k++) {
            put_cell(out,
                     cell_of(table, table->columns[k], picture, rows.at[i], text, sizeof text));
            fputc(k + 1 < n ? ' ' : '\n', out);
        }
    }
    vec_free(&rows);
}

static int raw_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            fputc('\n', out);
        put_table(out, s, &tables[i]);
    }
    return error_of_stream(out);
}

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
