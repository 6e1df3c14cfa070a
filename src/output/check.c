// One line and an exit status, as monitoring plugins give them (monitoring-plugins.org, Development
// Guidelines): OK 0, WARNING 1, CRITICAL 2, UNKNOWN 3. Behind the bar stand figures for programs.
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/errors.h"
#include "base/line.h"
#include "output/formats.h"
#include "output/missing_id.h"

enum { NAMED_MAX = 5, SEVERITIES = SEVERITY_CRITICAL + 1, OK = 0, UNKNOWN = 3, TEXT = 512 };
static const char *const states[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
static const int state_of[SEVERITIES] = {
    [SEVERITY_NOTICE] = OK, [SEVERITY_WARNING] = 1, [SEVERITY_CRITICAL] = 2};

struct findings { // by severity
    struct rows of[SEVERITIES];
    enum severity worst;
    bool known;
};

// The caller frees them.
static struct findings find(const struct snapshot *s, const struct table_request *table)
{
    struct findings found = {.known = kind_is_known(table->query.kind, s)};
    struct rows rows = {0};

    if (!found.known)
        return found;
    rows_build(&rows, s, &table->query);
    for (size_t i = 0; i < rows.n; i++) {
        enum severity severity = SEVERITY_NOTICE;
        if (!table->query.kind->mark(s, rows.at[i], &severity))
            severity = SEVERITY_NOTICE;
        vec_push(&found.of[severity], rows.at[i]);
        if (severity > found.worst)
            found.worst = severity;
    }
    vec_free(&rows);
    return found;
}

static void free_findings(struct findings *found)
{
    for (int i = 0; i < SEVERITIES; i++)
        vec_free(&found->of[i]);
}

static int state(const struct findings *found, const struct snapshot *s,
                 const struct table_request *tables, size_t n)
{
    return !found->known || missing_id(s, tables, n) ? UNKNOWN : state_of[found->worst];
}

static int check_status(const struct snapshot *s, const struct table_request *tables, size_t n)
{
    struct findings found = find(s, &tables[0]);
    int status = state(&found, s, tables, n);

    free_findings(&found);
    return status;
}

// The bar would begin the figures.
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(*text == '|' ? '/' : *text, out);
}

static void put_finding(FILE *out, const struct snapshot *s, const struct table_request *table,
                        const void *row)
{
    char text[TEXT];

    for (size_t i = 0; i < table->n_columns; i++) {
        column_text(table->columns[i], s, row, text, sizeof text);
        if (*text)
            fputs(i ? ": " : "; ", out);
        put_text(out, text);
    }
}

// What matters for the status, worst first; notices where there is nothing else.
static void put_findings(FILE *out, const struct snapshot *s, const struct table_request *table,
                         const struct findings *found)
{
    int least = found->worst > SEVERITY_NOTICE ? SEVERITY_WARNING : SEVERITY_NOTICE;
    size_t named = 0;

    for (int severity = SEVERITY_CRITICAL; severity >= least; severity--)
        for (size_t i = 0; i < found->of[severity].n; i++)
            if (named++ < NAMED_MAX)
                put_finding(out, s, table, found->of[severity].at[i]);
    if (named > NAMED_MAX)
        fprintf(out, "; and %zu more", named - NAMED_MAX);
}

static void put_totals(FILE *out, const struct findings *found)
{
    static const char *const one[] = {"notice", "warning", "critical"};
    static const char *const many[] = {"notices", "warnings", "critical"};
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    for (int i = SEVERITY_CRITICAL; i >= 0; i--) {
        if (i == SEVERITY_NOTICE && !line.n)
            line_add(&line, "nothing is wrong");
        if (found->of[i].n) {
            line_add(&line, "%s", line.n ? ", " : "");
            line_count(&line, found->of[i].n, one[i], many[i]);
        }
    }
    fputs(text, out);
}

static int check_write(FILE *out, const struct snapshot *s, const struct table_request *tables,
                       size_t n)
{
    struct findings found = find(s, &tables[0]);
    char text[TEXT];

    fprintf(out, "IPCTOP %s - ", states[state(&found, s, tables, n)]);
    if (!found.known) {
        fputs("the findings could not be read", out);
    } else if (missing_id(s, tables, n)) {
        missing_id_write(tables, n, text, sizeof text);
        fprintf(out, "there is %s", text);
    } else {
        put_totals(out, &found);
        put_findings(out, s, &tables[0], &found);
        if (s->scan && s->scan->unreadable)
            fprintf(out, " (incomplete: %" PRIu32 " process%s not readable)", s->scan->unreadable,
                    s->scan->unreadable == 1 ? " is" : "es are");
        fprintf(out, " | critical=%zu;;1 warning=%zu;1 notice=%zu", found.of[SEVERITY_CRITICAL].n,
                found.of[SEVERITY_WARNING].n, found.of[SEVERITY_NOTICE].n);
    }
    fputc('\n', out);
    free_findings(&found);
    return error_of_stream(out);
}

const struct format check_format = {
    .name = "check",
    .what = "one line for monitoring",
    .help =
        "one line and a status for monitoring: 0 nothing wrong, 1 warning, 2 critical, 3 unknown",
    .reports_gaps = true,
    .columns = COL_LINE,
    .place = offsetof(struct kind, check),
    .write = check_write,
    .status = check_status,
};
