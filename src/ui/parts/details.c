#include "ui/parts/details.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/line.h"
#include "base/text.h"
#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "model/text/words.h"
#include "session/current.h"
#include "ui/canvas/wrap.h"
#include "ui/parts/marks.h"

enum { GAP = 2, MARGIN = 1, WAITERS_SHOWN_MAX = 4 };

static void add_line(struct details *out, enum style style, char *value)
{
    vec_push(out, (struct detail){.value = value, .style = style});
}

// A name of several words reads best in full ("original key"), any other as its heading does.
static void add_fact(struct details *out, const struct column *column, char *value)
{
    // clang-format off
    static const char *const roles[][2] = {
        {"lspid", "last sender"}, {"lrpid", "last receiver"},
        {"stime", "last sent"},   {"rtime", "last received"},
    };
    // clang-format on
    struct detail fact = {.value = value, .style = STYLE_PLAIN};
    const char *label =
        strchr(column->name, '_') || strlen(column->title) < 3 ? column->name : column->title;

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(column->name, roles[i][0]) == 0)
            label = roles[i][1];
    snprintf(fact.label, sizeof fact.label, "%s", label);
    for (char *at = fact.label; *at; at++)
        *at = *at == '_' ? ' ' : (char)tolower((unsigned char)*at);
    vec_push(out, fact);
    out->facts = out->n;
}

void details_free(struct details *details)
{
    for (size_t i = 0; i < details->n; i++)
        free(details->at[i].value);
    vec_free(details);
    details->facts = 0;
}

// A moment as the clock said it, and how long ago: "2026-11-21 04:57:11 (41m ago)".
static char *moment(int64_t when, int64_t now)
{
    time_t at = (time_t)when;
    char date[32], age[TEXT_SHORT];
    struct tm tm;

    if (when == 0)
        return mem_copy_string("never");
    if (!localtime_r(&at, &tm) || strftime(date, sizeof date, "%F %T", &tm) == 0)
        return mem_format("%s ago", text_age(age, sizeof age, now - when));
    return mem_format("%s (%s ago)", date, text_age(age, sizeof age, now - when));
}

// One column of a row in full; nothing where it is unknown or says nothing.
static void add_column(struct details *out, const struct snapshot *s, const struct column *column,
                       const void *row)
{
    char scratch[CELL_SCRATCH];
    struct cell cell;

    column_get(column, s, row, &cell);
    if (column->type == CELL_TIME && cell.known) {
        add_fact(out, column, moment(cell.time, s->time));
        return;
    }
    if (column->type == CELL_BOOL && cell.known && !cell.truth)
        return;
    const char *text = column_text(column, s, row, scratch, sizeof scratch);
    if (text[0])
        add_fact(out, column, mem_copy_string(text));
}

// What one asks first, in that order; the other columns follow as the table has them. A name that
// a kind has not is passed over.
static const char *const first[] = {
    "key",   "original_key", "size",  "nattch", "status", "bytes", "max_bytes", "messages",
    "nsems", "rss",          "swap",  "cpid",   "lpid",   "lspid", "lrpid",     "atime",
    "dtime", "otime",        "stime", "rtime",  "ctime",  "app",   "owner",     "perms",
};
// Numbers shown beside their names, and ages of times shown in full.
static const char *const left_out[] = {
    "uid",  "gid", "cuid",  "cgid", "creator_state", "pid_state",
    "idle", "age", "found", "comm", "stale",
};
// The path in the tab line names these of what was entered.
static const char *const in_path[] = {"shmid", "semid", "msqid", "pid"};

static bool among(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_row(struct details *out, const struct snapshot *s, const struct kind *kind,
                    const void *row, bool entered)
{
    for (size_t i = 0; !entered && i < COUNT(in_path); i++) {
        const struct column *column = kind_column(kind, in_path[i]);
        if (column)
            add_column(out, s, column, row);
    }
    for (size_t i = 0; i < COUNT(first); i++) {
        const struct column *column = kind_column(kind, first[i]);
        if (column)
            add_column(out, s, column, row);
    }
    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        if (entered && strcmp(column->name, "holders") == 0) // the rows themselves
            continue;
        if (!among(first, COUNT(first), column->name) &&
            !among(left_out, COUNT(left_out), column->name) &&
            !among(in_path, COUNT(in_path), column->name))
            add_column(out, s, column, row);
    }
}

static void add_accounting(struct details *out, const struct session *session, int32_t shmid)
{
    const struct snapshot *s = session->snapshot;
    const char *user = s->system.user[0] ? s->system.user : "this user";

    if (!snapshot_segment(s, shmid))
        return;
    if (!s->scan || !scan_account(s->scan, shmid)) {
        add_line(out, STYLE_DIM, mem_copy_string("reading its holders ..."));
        return;
    }
    const struct segment_account *account = scan_account(s->scan, shmid);
    char *line = scan_accounting_line(s->scan, shmid, user);
    int64_t age = session_holders_age(session);
    if (age > 0) {
        char text[TEXT_SHORT];
        char *aged = mem_format("%s; holders %s old", line, text_age(text, sizeof text, age));
        free(line);
        line = aged;
    }
    add_line(out, account->found == account->nattch ? STYLE_GOOD : STYLE_WARNING, line);
}

// Whether all waiters of a set or queue are seen, in one line.
static void add_waiting(struct details *out, const struct snapshot *s,
                        const struct identity *object)
{
    char text[256];
    struct line line = line_start(text, sizeof text);
    enum severity severity = words_waiting(&line, s, object->kind, object->id);

    if (text[0])
        add_line(out, mark_severity(severity, STYLE_GOOD), mem_copy_string(text));
}

// The first waiters of a set or queue, and how many more.
static void add_waiters(struct details *out, const struct snapshot *s,
                        const struct identity *object)
{
    char text[400];
    struct line line = line_start(text, sizeof text);
    size_t n;
    const struct waiter *waiters = snapshot_waiters(s, object->kind, object->id, &n);

    for (size_t i = 0; i < n && i < WAITERS_SHOWN_MAX; i++) {
        const struct waiter *w = &waiters[i];
        line_add(&line, "%s%" PRId32 " %s %s", i ? " · " : "", w->pid, w->comm, w->detail);
    }
    if (n > WAITERS_SHOWN_MAX)
        line_add(&line, " · %zu more", n - WAITERS_SHOWN_MAX);
    if (n > 0)
        add_line(out, STYLE_PLAIN, mem_copy_string(text));
}

void details_above(struct details *out, struct session *session)
{
    const struct view *view = session_view(session);
    const struct snapshot *s = session->snapshot;

    if (!s || !view->has_parent)
        return;
    const struct kind *kind = kind_get(view->parent.kind);
    const void *row = kind ? find_row(s, &view->parent) : NULL;
    if (row)
        add_row(out, s, kind, row, true);
    if (view->parent.kind == KIND_SEGMENT)
        add_accounting(out, session, view->parent.id);
    if (view->parent.kind == KIND_SEMSET || view->parent.kind == KIND_QUEUE)
        add_waiting(out, s, &view->parent);
    if (view->parent.kind == KIND_SEMSET && view->kind->id != KIND_WAITER)
        add_waiters(out, s, &view->parent);
}

// The title stands in the selected row, too, what to do nowhere else.
static void add_finding(struct details *out, const struct finding *finding)
{
    out->last_counts = true;
    add_line(out, STYLE_PROMPT, mem_copy_string(finding->title));
    if (finding->evidence)
        add_line(out, STYLE_PLAIN, mem_format("Evidence   %s", finding->evidence));
    if (finding->advice)
        add_line(out, STYLE_GOOD, mem_format("Next step  %s", finding->advice));
}

void details_below(struct details *out, struct session *session)
{
    struct identity identity;
    const void *row = session_selected(session, &identity);
    const struct kind *kind = session_view(session)->kind;

    if (!session->snapshot || !row)
        return;
    const struct snapshot *s = session_picture(session, kind, row);
    if (s != session->snapshot) {
        add_row(out, s, kind, row, false);
        add_line(out, STYLE_WARNING, mem_copy_string("already gone"));
        return;
    }
    if (kind->id == KIND_FINDING) {
        add_finding(out, row);
        return;
    }
    add_row(out, s, kind, row, false);
    if (kind->id == KIND_SEGMENT)
        add_accounting(out, session, identity.id);
    if (kind->id == KIND_SEMSET || kind->id == KIND_QUEUE) {
        if (s->has & NEED_WAITERS)
            add_waiting(out, s, &identity);
        add_waiters(out, s, &identity);
    }
}

// Walks the facts as they flow; draws them where c is not only a measure. Returns the lines.
static int flow(struct canvas *c, struct rect r, const struct details *details, bool draw)
{
    int x = 0, line = 0;

    for (size_t i = 0; i < details->facts; i++) {
        const struct detail *fact = &details->at[i];
        int label = canvas_width(c, fact->label);
        int width = label + 1 + canvas_width(c, fact->value);
        if (x > 0 && x + width > r.w) {
            x = 0;
            line++;
        }
        if (draw && line >= r.h)
            break;
        if (draw) {
            canvas_text(c, r.x + x, r.y + line, r.w - x, STYLE_LABEL, fact->label);
            canvas_text(c, r.x + x + label + 1, r.y + line, r.w - x - label - 1, fact->style,
                        fact->value);
        }
        x += width + GAP;
    }
    return details->facts > 0 ? line + 1 : 0;
}

static struct rect inner(struct rect r)
{
    return (struct rect){r.x + MARGIN, r.y, r.w - 2 * MARGIN, r.h};
}

// Lines the texts that follow the facts take at a width.
static int own_lines(const struct canvas *c, const struct details *details, int w)
{
    int lines = 0;

    for (size_t i = details->facts; i < details->n; i++)
        lines += wrap_lines(c, details->at[i].value, w);
    return lines;
}

int details_lines(const struct canvas *canvas, const struct details *details, int w)
{
    struct canvas measure = *canvas; // nothing is drawn on it
    struct rect in = inner((struct rect){0, 0, w, 0});

    return flow(&measure, in, details, false) + own_lines(canvas, details, in.w);
}

// Lines of a text of its own that are drawn where `room` is left for it and those after it.
static int given(const struct canvas *c, const struct details *details, size_t i, int w, int room)
{
    int after = 0;

    for (size_t k = i + 1; details->last_counts && k < details->n; k++)
        after += wrap_lines(c, details->at[k].value, w);
    return room - after;
}

void details_draw(struct canvas *c, struct rect r, const struct details *details)
{
    struct rect in = inner(r);
    int own = own_lines(c, details, in.w);

    if (r.h <= 0)
        return;
    struct rect facts = {in.x, in.y, in.w, in.h > own ? in.h - own : 0};
    flow(c, facts, details, true);
    int y = facts.y + facts.h, end = r.y + r.h;
    for (size_t i = details->facts; i < details->n && y < end; i++) {
        int room = given(c, details, i, in.w, end - y);
        if (room > 0)
            y += wrap_draw(c, (struct rect){in.x, y, in.w, room}, details->at[i].style,
                           details->at[i].value, 0);
    }
}
