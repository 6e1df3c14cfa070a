#include "ui/parts/pane.h"

#include <string.h>

#include "model/identity/find_row.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/registry.h"
#include "session/current.h"
#include "ui/canvas/plot.h"
#include "ui/canvas/wrap.h"
#include "ui/parts/details.h"
#include "ui/parts/list.h"
#include "ui/parts/marks.h"

enum {
    TWO_COLUMNS = 100,
    TWO_FACTS = 50,
    LABEL_MAX = 16,
    PAST_MAX = 6,
    LIST_LEAST = 4,
    WORD_LEAST = 16,
    VALUE_MAX = 30, // a date with its age; what is longer is wrapped
    VALUE_WRAPPED = 20,
    WIDTH_STEP = 4 // what is as wide as its text does not move with each digit of an age
};

struct pen { // draws downwards
    struct canvas *c;
    struct session *session;
    int x, y, w, end, top;
};

static int room(const struct pen *pen)
{
    return pen->end > pen->y ? pen->end - pen->y : 0;
}

static struct rect rest(const struct pen *pen)
{
    return (struct rect){pen->x, pen->y, pen->w, room(pen)};
}

static void heading(struct pen *pen, const char *text, size_t n)
{
    if (room(pen) == 0)
        return;
    int x = canvas_text(pen->c, pen->x, pen->y, pen->w, STYLE_LABEL, text);
    if (n)
        canvas_format(pen->c, pen->x + x, pen->y, pen->w - x, STYLE_PLAIN, " %zu", n);
    pen->y++;
}

static void text(struct pen *pen, enum style style, const char *string)
{
    pen->y += wrap_draw(pen->c, rest(pen), style, string, 0);
}

// --- what it is ------------------------------------------------------------------------------------

// Of the facts that may stand in one column of that many lines.
static int label_width(const struct canvas *c, const struct details *d, size_t from, int lines)
{
    int widest = 0;

    for (size_t i = from; i < d->facts && (int)(i - from) < lines; i++) {
        int width = canvas_width(c, d->at[i].label);
        widest = width > widest ? width : widest;
    }
    return widest < LABEL_MAX ? widest : LABEL_MAX;
}

// Facts from `from` on, label and value in columns of their own. Returns the first one left.
static size_t column_of_facts(struct pen *pen, const struct details *d, size_t from, int keep)
{
    int width = label_width(pen->c, d, from, room(pen) - keep) + 2;
    size_t i = from;

    for (; i < d->facts && room(pen) > keep; i++) {
        struct rect value = {pen->x + width, pen->y, pen->w - width, room(pen) - keep};

        canvas_text(pen->c, pen->x, pen->y, width - 1, STYLE_DIM, d->at[i].label);
        // One word is rather cut than broken where there is little room.
        if (value.w < WORD_LEAST && !strchr(d->at[i].value, ' ')) {
            canvas_text(pen->c, value.x, value.y, value.w, d->at[i].style, d->at[i].value);
            pen->y++;
        } else {
            pen->y += wrap_draw(pen->c, value, d->at[i].style, d->at[i].value, 0);
        }
    }
    return i;
}

// That `lines` facts from `from` on take in one line each.
static int facts_width(const struct canvas *c, const struct details *d, size_t from, int lines)
{
    int widest = 0;

    for (size_t i = from; i < d->facts && (int)(i - from) < lines; i++) {
        int width = canvas_width(c, d->at[i].value);
        bool wraps = width > VALUE_MAX && strchr(d->at[i].value, ' ');
        width = wraps ? VALUE_WRAPPED : width;
        widest = width > widest ? width : widest;
    }
    widest += label_width(c, d, from, lines) + 2;
    return (widest + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP;
}

// Of the two columns of facts. Halves, but for the room that one of them needs and the other does not.
static int first_width(const struct pen *pen, const struct details *d, int keep)
{
    int lines = room(pen) - keep, half = pen->w / 2 - 1;
    int first = facts_width(pen->c, d, 0, lines);
    int second = facts_width(pen->c, d, (size_t)(lines > 0 ? lines : 0), lines);

    if (first > half && second < half)
        return first < pen->w - 2 - second ? first : pen->w - 2 - second;
    if (second > half && first < half)
        return first > pen->w - 2 - second ? first : pen->w - 2 - second;
    return half;
}

// In two columns where one is too short and there is room beside it.
static void facts(struct pen *pen, const struct details *d, int keep)
{
    struct pen part = *pen;

    if ((int)d->facts + keep <= room(pen) || pen->w < TWO_FACTS) {
        column_of_facts(pen, d, 0, keep);
        return;
    }
    int width = first_width(pen, d, keep);
    part.w = width;
    size_t next = column_of_facts(&part, d, 0, keep);
    int y = part.y;
    part.y = pen->y;
    part.x += width + 2;
    part.w = pen->w - width - 2;
    column_of_facts(&part, d, next, keep);
    pen->y = y > part.y ? y : part.y;
}

// Of `all`, where something else stands beside the facts: as much as they need, from a half to two thirds.
static int facts_share(const struct pen *pen, const struct details *d, int all)
{
    int lines = room(pen), least = all / 2 - 2, most = all * 2 / 3 - 2;
    int needs = 0;

    if ((int)d->facts > lines)
        needs = facts_width(pen->c, d, 0, lines) + 2 + facts_width(pen->c, d, (size_t)lines, lines);
    return needs < least ? least : needs > most ? most : needs;
}

static void notes(struct pen *pen, const struct details *d)
{
    for (size_t i = d->facts; i < d->n && room(pen) > 0; i++)
        text(pen, d->at[i].style, d->at[i].value);
}

// --- its past --------------------------------------------------------------------------------------

static void past_of(struct pen *pen, const struct kind *kind, const struct identity *identity)
{
    for (size_t i = 0; i < kind->n_columns && room(pen) > 0; i++) {
        const struct column *column = &kind->columns[i];
        const struct series *series = history_of(&pen->session->history, identity, column);
        float values[PLOT_SAMPLES];
        int w = pen->w - LABEL_MAX - 2 < PLOT_SAMPLES ? pen->w - LABEL_MAX - 2 : PLOT_SAMPLES;

        if (!series || series->n < 2)
            continue;
        for (size_t k = 0; k < series->n; k++)
            values[k] = series_at(series, k);
        canvas_text(pen->c, pen->x, pen->y, LABEL_MAX, STYLE_DIM,
                    column->label ? column->label : column->name);
        plot_draw(pen->c, pen->x + LABEL_MAX, pen->y, w < series->n ? w : series->n, STYLE_LABEL,
                  values, series->n);
        pen->y++;
    }
}

// --- what is wrong with it -------------------------------------------------------------------------

static void findings(struct pen *pen, const struct snapshot *s, const struct identity *row)
{
    struct details found = {0};

    details_findings(&found, s, *row);
    notes(pen, &found);
    details_free(&found);
}

// --- what hangs on it ------------------------------------------------------------------------------

// Rows of `parts` that hang on a row, or the objects it stands for, where they are known without
// entering it. NULL: neither.
static const struct kind *parts_of(const struct snapshot *s, const struct kind *kind,
                                   const struct identity *identity, const void *row,
                                   const struct kind *parts, struct rows *out)
{
    const struct identity_vec *members = kind->members ? kind->members(row) : NULL;
    struct query query = {0};

    if (members && members->n) {
        parts = kind_get(members->at[0].kind);
        query.members = members;
    } else if (parts && parts->belongs && !parts->focus_need) {
        query.has_parent = true;
        query.parent = *identity;
    } else {
        return NULL;
    }
    if (!kind_is_known(parts, s))
        return NULL;
    query.kind = parts;
    rows_parse_sort(parts, parts->default_sort, &query.sort, &query.descending);
    rows_build(out, s, &query);
    return parts;
}

static void list_parts(struct pen *pen, const struct snapshot *s, const struct kind *kind,
                       const struct identity *identity, const void *row, enum kind_id of, int keep)
{
    struct rows rows = {0};
    const struct kind *parts = parts_of(s, kind, identity, row, kind_get(of), &rows);
    int blank = pen->y > pen->top;

    if (parts && rows.n && room(pen) - keep >= LIST_LEAST - !blank) {
        struct list list = {.kind = parts, .rows = &rows, .without = COL_PARENT};
        pen->y += blank;
        heading(pen, parts->title, rows.n);
        struct rect r = rest(pen);
        r.h -= keep;
        pen->y += list_draw(pen->c, r, s, &list);
    }
    vec_free(&rows);
}

// --- what happened to it ---------------------------------------------------------------------------

static void past_rows(const struct snapshot *s, const struct identity *identity, struct rows *out)
{
    size_t n = kind_count(&kind_events, s);

    for (size_t i = 0; i < n && out->n < PAST_MAX; i++) {
        const void *row = kind_at(&kind_events, s, i);
        struct row_subject subject;

        if (kind_events.subject(row, &subject) && !subject.several &&
            identity_same(&subject.about, identity))
            vec_push(out, row);
    }
}

static void list_events(struct pen *pen, const struct snapshot *s, const struct rows *past)
{
    struct list list = {.kind = &kind_events, .rows = past, .without = COL_SUBJECT};

    if (!past->n || room(pen) < 4)
        return;
    pen->y += pen->y > pen->top;
    heading(pen, "Last events", 0);
    pen->y += list_draw(pen->c, rest(pen), s, &list);
}

// Whether there is something to stand beside the facts.
static bool has_beside(const struct snapshot *s, const struct kind *kind,
                       const struct identity *identity, const void *row, const struct rows *past)
{
    const enum kind_id parts[] = {kind->waiting, kind->enter};
    bool any = past->n > 0;

    for (size_t i = 0; i < s->findings.n && !any; i++)
        any = finding_concerns(&s->findings.at[i], identity);
    for (size_t i = 0; i < kind->n_columns && !any; i++)
        any = kind->columns[i].flags & COL_PLOT;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !any; i++) {
        struct rows rows = {0};
        any = parts[i] != NO_KIND && parts_of(s, kind, identity, row, kind_get(parts[i]), &rows) &&
              rows.n;
        vec_free(&rows);
    }
    return any;
}

// --- all of it -------------------------------------------------------------------------------------

static void border(struct canvas *c, struct rect r, bool right, const char *title)
{
    int used = right ? 1 : r.w;

    for (int y = 0; right && y < r.h; y++)
        canvas_symbol(c, r.x, r.y + y, STYLE_DIM, SYM_VLINE);
    for (int x = 0; !right && x < used; x++)
        canvas_symbol(c, r.x + x, r.y, STYLE_DIM, SYM_HLINE);
    if (right) {
        canvas_format(c, r.x + 2, r.y, r.w - 3, STYLE_PROMPT, "%s", title);
        return;
    }
    if (!title[0])
        return;
    canvas_text(c, r.x + 2, r.y, 1, STYLE_PLAIN, " ");
    used = canvas_text(c, r.x + 3, r.y, r.w - 6, STYLE_PROMPT, title);
    canvas_text(c, r.x + 3 + used, r.y, 1, STYLE_PLAIN, " ");
}

static void title_of(const struct snapshot *s, const struct identity *row, char *dst, size_t cap)
{
    row_text(s, row, dst, cap);
    bool name = !strchr(dst, ' ') && strcmp(dst, kind_get(row->kind)->one) != 0; // "msgmnb"
    if (dst[0] >= 'a' && dst[0] <= 'z' && !name)
        dst[0] = (char)(dst[0] - 'a' + 'A');
}

void pane_draw(struct canvas *c, struct rect r, struct session *session)
{
    const struct kind *kind = session_view(session)->kind;
    struct details details = {0};
    struct rows past = {0};
    struct identity identity = {0};
    char title[96] = "";

    if (r.h <= 1 || r.w <= 0)
        return;
    bool right = r.x > 0;
    const void *row = session_selected(session, &identity);
    bool there = row && !view_row_gone(kind, session->snapshot, row);
    const struct snapshot *s = there ? session_picture(session, kind, row) : session->snapshot;
    identity.host = 0; // in its picture
    if (row)
        title_of(s, &identity, title, sizeof title);
    border(c, r, right, title);
    if (!row)
        return;
    struct pen pen = {c, session, r.x + 2, r.y + 1, r.w - 3, r.y + r.h, r.y + 1};
    details_pane(&details, session);
    past_rows(s, &identity, &past);
    bool two = pen.w >= TWO_COLUMNS && there && has_beside(s, kind, &identity, row, &past);
    int events = past.n ? (int)past.n + 3 : 0, lists = two ? 0 : LIST_LEAST + events;
    int all = pen.w;
    if (two)
        pen.w = facts_share(&pen, &details, all);
    if (there && !two)
        findings(&pen, s, &identity);
    facts(&pen, &details, room(&pen) > 2 * lists ? lists : 0);
    notes(&pen, &details);
    if (two) {
        pen.x += pen.w + 3, pen.y = r.y + 1;
        pen.w = all - pen.w - 3;
    }
    if (there && two)
        findings(&pen, s, &identity);
    if (there)
        past_of(&pen, kind, &identity);
    int keep = room(&pen) > events + LIST_LEAST ? events : 0;
    if (there && kind->waiting != NO_KIND)
        list_parts(&pen, s, kind, &identity, row, kind->waiting, keep);
    if (there && kind->waiting != kind->enter)
        list_parts(&pen, s, kind, &identity, row, kind->enter, keep);
    list_events(&pen, s, &past);
    details_free(&details);
    vec_free(&past);
}
