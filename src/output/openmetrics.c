// One document in the text format of OpenMetrics 1.0, which Prometheus and the textfile collector of
// node_exporter read as well: gauges by the names and units of their conventions. The rows of a table are
// summed up in groups, by the columns that are labels for that; with --per-object each row has series of
// its own too. What is not known has no series.
#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "base/line.h"
#include "model/table/cell_class.h"
#include "output/formats.h"

enum {
    GROUPS_MAX = 200,
    LABELS = 1024,
    NAME = 128
}; // groups of one table; the others are one more
static const char OTHERS[] = "others=\"true\"";

struct group {
    char *labels; // owned
    struct sum {
        uint64_t value;
        bool known;
    } * sums; // the number of rows, then by column of the table; owned
};
VEC(group_vec, struct group);

// --- names, labels, lines -------------------------------------------------------------------------

// OpenMetrics 1.0, ABNF: escaped-char
static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '"')
            fputc('\\', out);
        if (*text == '\n')
            fputs("\\n", out);
        else
            fputc(*text, out);
    }
}

// The unit a name ends with (prometheus.io/docs/practices/naming).
static const char *unit_of(const struct column *column)
{
    return column->type == CELL_SIZE       ? "bytes"
           : column->type == CELL_DURATION ? "seconds"
           : column->type == CELL_TIME     ? "timestamp_seconds"
                                           : "";
}

// "ipctop_segments_size_bytes"; of a row alone "ipctop_segment_size_bytes".
static void name_of(const struct kind *kind, const struct column *column, bool single, char *dst,
                    size_t cap)
{
    const char *unit = column ? unit_of(column) : "";
    struct line line = line_start(dst, cap);

    line_add(&line, "ipctop_%s", single ? kind->one : kind->name);
    if (column)
        line_add(&line, "_%s", column->name);
    size_t n = strlen(dst), m = strlen(unit);
    if (m && (n < m || strcmp(dst + n - m, unit) != 0))
        line_add(&line, "_%s", unit);
    for (char *c = dst; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
}

static void put_head(FILE *out, const char *name, const char *unit, const char *before,
                     const char *help)
{
    fprintf(out, "# TYPE %s gauge\n", name);
    if (*unit)
        fprintf(out, "# UNIT %s %s\n", name, unit);
    fprintf(out, "# HELP %s ", name);
    put_escaped(out, before);
    put_escaped(out, help);
    fputc('\n', out);
}

static void put_sample(FILE *out, const char *name, const char *labels, uint64_t value)
{
    fprintf(out, *labels ? "%s{%s} %" PRIu64 "\n" : "%s%s %" PRIu64 "\n", name, labels, value);
}

static void put_gauge(FILE *out, const char *name, const char *help, uint64_t value)
{
    put_head(out, name, "", "", help);
    put_sample(out, name, "", value);
}

// The cells of these columns as labels, what is known of them. The caller frees.
static char *labels_of(const struct table_request *table, const struct snapshot *s, const void *row,
                       unsigned flags)
{
    char *labels = NULL, text[LABELS], digits[24];
    size_t size;
    FILE *out = mem_stream(&labels, &size);
    bool first = true;
    struct cell cell;

    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = table->columns[i];
        if (!(column->flags & flags))
            continue;
        column_get(column, s, row, &cell);
        if (!cell_has_value(&cell))
            continue;
        fprintf(out, "%s%s=\"", first ? "" : ",", column->name);
        first = false;
        enum cell_form form = cell_class(cell.type)->form;
        if (form == FORM_DIGITS)
            fwrite(digits, 1, cell_digits(&cell, digits), out);
        else if (form == FORM_TRUTH)
            fputs(cell.truth ? "true" : "false", out);
        else
            put_escaped(out, cell_text(&cell, column, s->time, text, sizeof text));
        fputc('"', out);
    }
    mem_stream_end(out);
    return labels;
}

static bool value_of(const struct column *column, const struct snapshot *s, const void *row,
                     uint64_t *value)
{
    struct cell cell;

    column_get(column, s, row, &cell);
    if (!cell_has_value(&cell))
        return false;
    *value = cell.count;
    return true;
}

// --- groups ---------------------------------------------------------------------------------------

struct labelled {
    char *labels; // owned
    const void *row;
};

static int by_labels(const void *left, const void *right)
{
    const struct labelled *a = left, *b = right;

    return strcmp(a->labels, b->labels);
}

static int largest_first(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    uint64_t m = a->sums[0].value, n = b->sums[0].value;

    return m != n ? (m < n) - (m > n) : strcmp(a->labels, b->labels);
}

static void add_sum(struct sum *sum, uint64_t value)
{
    sum->known = true;
    sum->value = value > UINT64_MAX - sum->value ? UINT64_MAX : sum->value + value;
}

static void add_row(struct group *group, const struct table_request *table,
                    const struct snapshot *s, const void *row)
{
    uint64_t value;

    add_sum(&group->sums[0], 1);
    for (size_t k = 0; k < table->n_columns; k++)
        if (table->columns[k]->flags & COL_METRIC && value_of(table->columns[k], s, row, &value))
            add_sum(&group->sums[k + 1], value);
}

static void free_group(struct group *group)
{
    free(group->labels);
    free(group->sums);
}

// What is beyond the largest groups becomes one.
static void bound(struct group_vec *groups, size_t n_columns)
{
    if (groups->n <= GROUPS_MAX)
        return;
    qsort(groups->at, groups->n, sizeof *groups->at, largest_first);
    struct group *others = &groups->at[GROUPS_MAX];
    free(others->labels);
    others->labels = mem_copy_string(OTHERS);
    for (size_t i = GROUPS_MAX + 1; i < groups->n; i++) {
        for (size_t k = 0; k <= n_columns; k++)
            if (groups->at[i].sums[k].known)
                add_sum(&others->sums[k], groups->at[i].sums[k].value);
        free_group(&groups->at[i]);
    }
    groups->n = GROUPS_MAX + 1;
}

static struct group_vec group_rows(const struct table_request *table, const struct snapshot *s,
                                   const struct rows *rows)
{
    struct labelled *all = mem_zero(rows->n, sizeof *all);
    struct group_vec groups = {0};

    for (size_t i = 0; i < rows->n; i++)
        all[i] = (struct labelled){labels_of(table, s, rows->at[i], COL_METRIC_GROUP), rows->at[i]};
    qsort(all, rows->n, sizeof *all, by_labels);
    for (size_t i = 0; i < rows->n; i++) {
        if (!groups.n || strcmp(groups.at[groups.n - 1].labels, all[i].labels) != 0) {
            struct sum *sums = mem_zero(1 + table->n_columns, sizeof *sums);
            vec_push(&groups, (struct group){.labels = all[i].labels, .sums = sums});
        } else {
            free(all[i].labels);
        }
        add_row(&groups.at[groups.n - 1], table, s, all[i].row);
    }
    free(all);
    bound(&groups, table->n_columns);
    return groups;
}

// --- the document ---------------------------------------------------------------------------------

// Of no rows at all: 0, which is known.
static void put_groups(FILE *out, const char *name, const struct group_vec *groups, size_t sum)
{
    if (!groups->n)
        put_sample(out, name, "", 0);
    for (size_t i = 0; i < groups->n; i++)
        if (groups->at[i].sums[sum].known)
            put_sample(out, name, groups->at[i].labels, groups->at[i].sums[sum].value);
}

static void put_sums(FILE *out, const struct table_request *table, const struct group_vec *groups)
{
    const struct kind *kind = table->query.kind;
    bool counted = !(kind->flags & TABLE_NO_COUNT);
    char name[NAME], before[NAME];

    if (counted) {
        name_of(kind, NULL, false, name, sizeof name);
        put_head(out, name, "", "Rows of the table ", kind->name);
        put_groups(out, name, groups, 0);
    }
    for (size_t k = 0; k < table->n_columns; k++) {
        const struct column *column = table->columns[k];
        if (!(column->flags & COL_METRIC))
            continue;
        name_of(kind, column, false, name, sizeof name);
        snprintf(before, sizeof before, "%s%s: ", kind->title, counted ? ", summed" : "");
        put_head(out, name, unit_of(column), before, column->help);
        put_groups(out, name, groups, k + 1);
    }
}

// Each row alone: what it is identified by is a label.
static void put_rows(FILE *out, const struct snapshot *s, const struct table_request *table,
                     const struct rows *rows)
{
    const struct kind *kind = table->query.kind;
    char name[NAME], before[NAME];
    uint64_t value;

    for (size_t k = 0; k < table->n_columns; k++) {
        const struct column *column = table->columns[k];
        if (!(column->flags & COL_METRIC))
            continue;
        name_of(kind, column, true, name, sizeof name);
        snprintf(before, sizeof before, "Of one %s: ", kind->one);
        put_head(out, name, unit_of(column), before, column->help);
        for (size_t i = 0; i < rows->n; i++) {
            if (!value_of(column, s, rows->at[i], &value))
                continue;
            char *labels = labels_of(table, s, rows->at[i], COL_METRIC_GROUP | COL_METRIC_ID);
            put_sample(out, name, labels, value);
            free(labels);
        }
    }
}

static bool has_ids(const struct table_request *table)
{
    for (size_t k = 0; k < table->n_columns; k++)
        if (table->columns[k]->flags & COL_METRIC_ID)
            return true;
    return false;
}

static void put_table(FILE *out, const struct snapshot *s, const struct table_request *table)
{
    struct rows rows = {0};

    if (!kind_is_known(table->query.kind, s))
        return;
    rows_build(&rows, s, &table->query);
    struct group_vec groups = group_rows(table, s, &rows);
    put_sums(out, table, &groups);
    if (table->style & STYLE_PER_OBJECT && has_ids(table))
        put_rows(out, s, table, &rows);
    for (size_t i = 0; i < groups.n; i++)
        free_group(&groups.at[i]);
    vec_free(&groups);
    vec_free(&rows);
}

static void put_known(FILE *out, const struct snapshot *s, const struct table_request *tables,
                      size_t n)
{
    char labels[NAME];

    put_head(out, "ipctop_table_known", "", "", "1 where the table could be read");
    for (size_t i = 0; i < n; i++) {
        snprintf(labels, sizeof labels, "table=\"%s\"", tables[i].query.kind->name);
        put_sample(out, "ipctop_table_known", labels, kind_is_known(tables[i].query.kind, s));
    }
}

// How the answer came about, and what could not be seen.
static void put_scan(FILE *out, const struct snapshot *s)
{
    const struct scan *scan = s->scan;

    if (!scan)
        return;
    put_gauge(out, "ipctop_scan_processes", "Processes looked at for attachments", scan->processes);
    put_gauge(out, "ipctop_scan_unreadable_processes", "Processes refused for lack of permission",
              scan->unreadable);
    put_gauge(out, "ipctop_scan_stuck_processes", "Processes that did not answer in time",
              scan->stuck);
    put_gauge(out, "ipctop_scan_unasked_processes",
              "Processes not examined for lack of threads or file descriptors", scan->unasked);
    put_gauge(out, "ipctop_unseen_attachments", "Attachments that no process was seen to hold",
              scan_unseen(scan, -1, NULL));
    put_head(out, "ipctop_scan_duration_seconds", "seconds", "", "How long the last scan took");
    fprintf(out, "ipctop_scan_duration_seconds %" PRIu64 ".%06" PRIu64 "\n",
            scan->duration_us / 1000000, scan->duration_us % 1000000);
}

static int openmetrics_write(FILE *out, const struct snapshot *s,
                             const struct table_request *tables, size_t n)
{
    put_head(out, "ipctop_build_info", "", "", "1, labelled with the version of ipctop");
    put_sample(out, "ipctop_build_info", "version=\"" VERSION "\"", 1);
    put_head(out, "ipctop_read_timestamp_seconds", "seconds", "", "When this was read");
    put_sample(out, "ipctop_read_timestamp_seconds", "", (uint64_t)s->time);
    put_known(out, s, tables, n);
    for (size_t i = 0; i < n; i++)
        put_table(out, s, &tables[i]);
    put_scan(out, s);
    fputs("# EOF\n", out);
    return error_of_stream(out);
}

const struct format openmetrics_format = {
    .name = "openmetrics",
    .what = "metrics for Prometheus",
    .help = "metrics for Prometheus: sums by owner and application, limits, findings",
    .reports_gaps = true,
    .utf8 = true,
    .columns = COL_METRIC | COL_METRIC_GROUP | COL_METRIC_ID,
    .need = NEED_SYSTEM | NEED_HOLDERS,
    .place = offsetof(struct kind, metrics),
    .write = openmetrics_write,
};
