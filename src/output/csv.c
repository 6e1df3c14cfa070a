#include "output/csv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

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
    if (!cell->known || (cell->type == CELL_TIME && cell->time == 0))
        return;
    switch (cell->type) {
    case CELL_TEXT:
        put_text(out, cell->text);
        break;
    case CELL_NUMBER:
    case CELL_TIME:
    case CELL_DURATION:
        fprintf(out, "%" PRId64, cell->number);
        break;
    case CELL_COUNT:
    case CELL_SIZE:
    case CELL_ADDRESS:
        fprintf(out, "%" PRIu64, cell->count);
        break;
    case CELL_KEY:
        fprintf(out, "0x%08" PRIx64, cell->count);
        break;
    case CELL_PERMS:
        fprintf(out, "%04" PRIo64, cell->count);
        break;
    case CELL_PERCENT:
        fprintf(out, "%.4g", cell->real);
        break;
    case CELL_BOOL:
        fputs(cell->truth ? "true" : "false", out);
        break;
    case CELL_FLAGS:
        put_flags(out, cell->count, column->flag_names);
        break;
    }
}

int csv_write(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    struct rows rows = {0};
    struct cell cell;

    for (size_t k = 0; k < table->n_columns; k++)
        fprintf(out, "%s%s", k ? "," : "", table->columns[k]->name);
    fputs("\r\n", out);
    rows_build(&rows, s, &table->query);
    for (size_t i = 0; i < rows.n; i++) {
        for (size_t k = 0; k < table->n_columns; k++) {
            if (k)
                fputc(',', out);
            column_get(table->columns[k], s, rows.at[i], &cell);
            put_cell(out, table->columns[k], &cell);
        }
        fputs("\r\n", out);
    }
    vec_free(&rows);
    return fflush(out) != 0 || ferror(out) ? errno ? -errno : -EIO : 0;
}
