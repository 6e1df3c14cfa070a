// The whole picture as one text to be read: header, findings with their evidence, all tables.
#include "output/formats.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/errors.h"
#include "base/line.h"
#include "model/kinds/parts/cells.h"
#include "model/text/words.h"
#include "output/request_text.h"

extern const struct format batch_format;

enum { TEXT = 4096 };
static void put_heading(FILE *out, const char *text, int level, bool markdown)
{
    if (markdown) {
        fprintf(out, "%.*s %s\n\n", level, "######", text);
        return;
    }
    fprintf(out, "%s\n", text);
    for (size_t i = 0; i < strlen(text); i++)
        fputc(level == 1 ? '=' : '-', out);
    fputs("\n\n", out);
}

// What Markdown would take for a mark of its own.
static void put_text(FILE *out, const char *text, bool markdown)
{
    for (; *text; text++) {
        if (markdown && strchr("\\`*_{}[]<>#|", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void put_line(FILE *out, const char *text, bool markdown)
{
    if (markdown)
        fputs("- ", out);
    put_text(out, text, markdown);
    fputc('\n', out);
}

static void put_scan(FILE *out, const struct scan *scan, bool markdown)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    line_count(&line, scan->processes, "process", "processes");
    line_add(&line, " looked at, %" PRIu32 " not readable, %" PRIu32 " stuck; ", scan->unreadable,
             scan->stuck);
    line_count(&line, scan_unseen(scan, -1, NULL), "attachment", NULL);
    line_add(&line, " unseen");
    put_line(out, text, markdown);
}

static void put_header(FILE *out, const struct snapshot *s, bool markdown)
{
    bool system = s->has & NEED_SYSTEM;
    char text[TEXT], when[64];
    time_t now = (time_t)s->time;
    struct tm local;

    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &local));
    snprintf(text, sizeof text, "System V IPC of %s, %s",
             system && s->system.hostname[0] ? s->system.hostname : "this machine", when);
    put_heading(out, text, 1, markdown);
    snprintf(text, sizeof text, "ipctop %s, run as %s", VERSION,
             system && s->system.user[0] ? s->system.user : "an unknown user");
    put_line(out, text, markdown);
    if (system && s->system.ipc_namespace) {
        snprintf(text, sizeof text, "IPC namespace %" PRIu64 "%s", s->system.ipc_namespace,
                 s->system.host_namespace ? ", the machine's first one" : "");
        put_line(out, text, markdown);
    }
    if (s->scan)
        put_scan(out, s->scan, markdown);
    fputc('\n', out);
}

// Rows that their notes say all about: findings.
static void put_notes(FILE *out, const struct snapshot *s, const struct table_request *table,
                      const void *row, bool markdown)
{
    const struct kind *kind = table->query.kind;
    const struct note_place place = {0};
    enum severity severity = SEVERITY_NOTICE;
    struct note_vec notes = {0};
    struct identity identity;

    kind->identify(s, row, &identity);
    kind->notes(s, &identity, &place, &notes);
    if (kind->mark)
        kind->mark(s, row, &severity);
    for (size_t i = 0; i < notes.n; i++) {
        if (i == 0)
            fprintf(out, markdown ? "**%s**: " : "%-8s  ", severity_names[severity]);
        else
            fputs(markdown ? "  \n" : "          ", out);
        put_text(out, notes.at[i].text, markdown);
        fputs(markdown && i + 1 < notes.n ? "" : "\n", out);
        free(notes.at[i].text);
    }
    fputc('\n', out);
    vec_free(&notes);
}

static void put_markdown(FILE *out, const struct snapshot *s, const struct table_request *table,
                         const struct rows *rows)
{
    char text[TEXT];

    for (size_t k = 0; k < table->n_columns; k++)
        fprintf(out, "| %s ", table->columns[k]->title);
    fputs("|\n", out);
    for (size_t k = 0; k < table->n_columns; k++)
        fputs(column_right_aligned(table->columns[k]) ? "|--:" : "|---", out);
    fputs("|\n", out);
    for (size_t i = 0; i < rows->n; i++) {
        for (size_t k = 0; k < table->n_columns; k++) {
            fputs("| ", out);
            put_text(out, request_text(table, table->columns[k], s, rows->at[i], text, sizeof text),
                     true);
            fputc(' ', out);
        }
        fputs("|\n", out);
    }
    fputc('\n', out);
}

static void put_empty(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    if (kind_is_known(table->query.kind, s))
        request_none(&line, s, table);
    else
        words_unread(&line, s);
    fprintf(out, "%s.\n\n", line.n ? text : "not known");
}

// What the rows are in sum.
static void put_sums(FILE *out, const struct snapshot *s, const struct kind *kind, bool markdown)
{
    struct note_vec notes = {0};

    if (kind->sums)
        kind->sums(s, &notes);
    for (size_t i = 0; i < notes.n; i++) {
        put_line(out, notes.at[i].text, markdown);
        free(notes.at[i].text);
    }
    if (notes.n)
        fputc('\n', out);
    vec_free(&notes);
}

static int put_table(FILE *out, const struct snapshot *s, const struct table_request *table,
                     bool markdown)
{
    const struct kind *kind = table->query.kind;
    bool notes = kind->flags & TABLE_NOTES && kind->notes;
    struct rows rows = {0};
    char heading[TEXT];
    int error = 0;

    if (kind_is_known(kind, s))
        rows_build(&rows, s, &table->query);
    snprintf(heading, sizeof heading, "%s (%zu)", kind->title, rows.n);
    put_heading(out, rows.n ? heading : kind->title, 2, markdown);
    if (!rows.n)
        put_empty(out, s, table);
    for (size_t i = 0; notes && i < rows.n; i++)
        put_notes(out, s, table, rows.at[i], markdown);
    if (rows.n && !notes && markdown)
        put_markdown(out, s, table, &rows);
    else if (rows.n && !notes) {
        error = batch_format.write(out, s, table, 1);
        fputc('\n', out);
    }
    if (rows.n && !error)
        put_sums(out, s, kind, markdown);
    vec_free(&rows);
    return error;
}

// The tables in the order given, but what speaks for itself (findings) first. `markdown`: for programs that
// show Markdown; else plain text.
static int write_report(FILE *out, const struct snapshot *s, const struct table_request *tables,
                        size_t n, bool markdown)
{
    int error = 0;

    put_header(out, s, markdown);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n && !error; i++)
            if (pass == (tables[i].query.kind->flags & TABLE_NOTES ? 0 : 1))
                error = put_table(out, s, &tables[i], markdown);
    return error ? error : error_of_stream(out);
}

static int text_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                      size_t n)
{
    return write_report(out, s, tables, n, false);
}

static int markdown_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                          size_t n)
{
    return write_report(out, s, tables, n, true);
}

const struct format report_format = {
    .name = "report",
    .what = "all of it as one text",
    .help = "one text: what is wrong and why, then the tables",
    .shown = true,
    .need = NEED_SYSTEM,
    .whole = true,
    .place = offsetof(struct kind, json),
    .write = text_write,
};

// As which R writes a file of that ending, and w a view.
const struct format markdown_format = {
    .what = "Markdown",
    .ending = ".md",
    .shown = true,
    .need = NEED_SYSTEM,
    .whole = true,
    .place = offsetof(struct kind, json),
    .write = markdown_write,
};
