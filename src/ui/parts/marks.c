#include "ui/parts/marks.h"

#include <string.h>

#include "model/kinds/parts/row_parts.h"
#include "ui/parts/usage.h"

enum style mark_severity(enum severity severity, enum style notice)
{
    switch (severity) {
    case SEVERITY_CRITICAL:
        return STYLE_CRITICAL;
    case SEVERITY_WARNING:
        return STYLE_WARNING;
    case SEVERITY_NOTICE:
        break;
    }
    return notice;
}

bool mark_of(const struct snapshot *s, const struct kind *kind, const void *row, enum style *style)
{
    enum severity severity = SEVERITY_NOTICE;
    bool marked =
        kind->mark ? kind->mark(s, row, &severity) : mark_by_orphan(s, kind, row, &severity);

    *style = mark_severity(severity, STYLE_LABEL);
    return marked;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static enum style flags_style(const struct column *column, const struct snapshot *s,
                              const void *row, enum style base)
{
    struct cell cell;

    column_get(column, s, row, &cell);
    return cell.known && cell.count & column->warned ? STYLE_WARNING : base;
}

static enum style percent_style(const struct column *column, const struct snapshot *s,
                                const void *row, enum style base)
{
    struct cell cell;

    column_get(column, s, row, &cell);
    enum style style = cell.known ? usage_style(cell.real) : STYLE_GOOD;
    return style == STYLE_GOOD ? base : style;
}

enum style mark_cell(const struct snapshot *s, const struct column *column, const void *row,
                     const char *text, enum style base)
{
    if (column->type == CELL_FLAGS)
        return flags_style(column, s, row, base);
    if (column->type == CELL_PERCENT)
        return percent_style(column, s, row, base);
    // Pids of processes that no longer exist; "gone" is normal for the starter of a healthy daemon.
    if (column->show && column->type == CELL_NUMBER &&
        (ends_with(text, " gone") || ends_with(text, " reused") || strcmp(text, "outside") == 0))
        return STYLE_DIM;
    return base;
}
