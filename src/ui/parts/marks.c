#include "ui/parts/marks.h"

#include <string.h>

#include "model/orphans.h"
#include "ui/parts/usage.h"

enum { NEW_SECONDS = 5 };

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

// The worst finding about a row: findings are ordered, so the first.
static const struct finding *finding_about(const struct snapshot *s,
                                           const struct identity *identity)
{
    for (size_t i = 0; i < s->findings.n; i++) {
        const struct identity *about = &s->findings.at[i].about;
        if (about->kind == identity->kind && about->id == identity->id &&
            about->pid == identity->pid && identity_same(about, identity))
            return &s->findings.at[i];
    }
    return NULL;
}

static bool holder_mark(const struct snapshot *s, const struct holder *holder, enum style *style)
{
    const struct process *process = snapshot_process(s, holder->pid);

    *style = STYLE_WARNING;
    return holder->stale || (process && process->stuck);
}

static bool limit_mark(const struct limit *limit, enum style *style)
{
    const struct usage usage = {.used_known = limit->known & LIMIT_KNOWS_USED,
                                .limit_known = limit->known & LIMIT_KNOWS_LIMIT,
                                .used = limit->used,
                                .limit = limit->limit};

    *style = usage_style(usage_percent(&usage));
    return *style != STYLE_GOOD;
}

bool mark_of(const struct snapshot *s, const struct kind *kind, const void *row,
             const struct identity *identity, enum style *style)
{
    const struct finding *finding;

    switch (kind->id) {
    case KIND_FINDING:
        *style = mark_severity(((const struct finding *)row)->severity, STYLE_LABEL);
        return true;
    case KIND_EVENT:
        *style = mark_severity(((const struct event *)row)->severity, STYLE_LABEL);
        return ((const struct event *)row)->severity != SEVERITY_NOTICE;
    case KIND_LIMIT:
        return limit_mark(row, style);
    case KIND_HOLDER:
        if (holder_mark(s, row, style))
            return true;
        break;
    default:
        break;
    }
    finding = finding_about(s, identity);
    if (finding) {
        *style = mark_severity(finding->severity, STYLE_LABEL);
        return true;
    }
    // One finding may cover many orphans: each has its dot, in the finding's severity. A set
    // or a queue is small.
    *style = kind->id == KIND_SEGMENT ? STYLE_WARNING : STYLE_LABEL;
    if (snapshot_orphan(s, kind->id, row))
        return true;
    *style = STYLE_LABEL;
    return kind->id == KIND_SEGMENT && (((const struct segment *)row)->flags & SEG_DEST);
}

bool mark_new(const struct snapshot *s, const struct holder *holder)
{
    const struct process *process = snapshot_process(s, holder->pid);

    return process && process->known & PROC_KNOWS_START &&
           s->time - process->start_time < NEW_SECONDS;
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
    return cell.known && cell.count & SEG_DEST ? STYLE_WARNING : base;
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
