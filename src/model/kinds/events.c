// Events: what happened since the monitor runs, newest first.
#include "model/kinds/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/kinds/object_words.h"
#include "model/kinds/parts/cells.h"
#include "model/record/event_log.h"

enum { DAY = 24 * 3600 };

// The clock's time: what the lines of other logs carry. Older than a day: with the date.
static void show_time(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct event *r = row;
    const time_t time = (time_t)r->time;
    char text[16] = "";
    struct tm tm;

    bool today = s->time - r->time < DAY;
    if (r->time > 0 && localtime_r(&time, &tm))
        strftime(text, sizeof text, today ? "%H:%M:%S" : "%m-%d %H:%M", &tm);
    if (today && r->millis >= 0)
        snprintf(dst, cap, "%s.%03d", text, r->millis);
    else
        snprintf(dst, cap, "%s", text);
}

// clang-format off
static const struct column columns[] = {
    {.name = "time", .title = "TIME",
     .help = "when it happened, where that is traced; else when it was seen first",
     .type = CELL_TIME, .width = 8, .widest = 12, .flags = COL_SCREEN | COL_JSON | COL_KEEP,
     .member = MEMBER(AS_POSITIVE, struct event, time), .show = show_time},
    {.name = "milliseconds", .title = "MS", .help = "of that second, where it is traced", .type = CELL_NUMBER, .width = 3,
     .flags = COL_JSON, .member = MEMBER(AS_VALID, struct event, millis)},
    {.name = "severity", .title = "SEVERITY", .help = "critical, warning or notice", .type = CELL_TEXT, .width = 8,
     .flags = COL_JSON, .member = MEMBER(AS_NAMED, struct event, severity), .names = severity_names},
    {.name = "age", .detail = DETAIL_NONE, .title = "AGE", .help = "how long ago", .type = CELL_DURATION, .width = 4,
     .member = MEMBER(AS_SINCE, struct event, time)},
    {.name = "what", .title = "EVENT",
     .help = "created, removed, marked, changed, attached, detached, limit, stuck, recovered, "
             "action, tracing",
     .type = CELL_TEXT, .width = 8, .widest = 9, .flags = COL_SCREEN | COL_JSON | COL_KEEP,
     .member = MEMBER_TEXT(event_what_names, struct event, what)},
    {.name = "kind", .title = "KIND", .help = "segment, semaphore set, queue, limit: of that object",
     .type = CELL_TEXT, .width = 9, .widest = 13, .flags = COL_JSON, .member = MEMBER(AS_STRING, struct event, kind)},
    {.name = "object", .title = "OBJECT", .help = "what it happened to", .type = CELL_TEXT,
     .width = 14, .widest = 26, .flags = COL_SCREEN | COL_KEEP | COL_SUBJECT, .member = MEMBER(AS_STRING, struct event, object)},
    {.name = "id", .title = "ID", .help = "identifier of that object", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .flags = COL_JSON, .get = get_event_id, .set = set_event_id},
    {.name = "who", .title = "WHO", .help = "its maker or last user at that time, or the user that acted",
     .type = CELL_TEXT, .width = 12, .widest = 44, .priority = 2, .flags = COL_SCREEN | COL_JSON,
     .member = MEMBER(AS_WORDS, struct event, who)},
    {.name = "pid", .title = "PID", .help = "process that did it, where it is known",
     .type = CELL_NUMBER, .width = 6, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_POSITIVE, struct event, pid)},
    {.name = "uid", .title = "UID", .help = "its real user, where that is traced",
     .type = CELL_NUMBER, .width = 6, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_VALID, struct event, uid)},
    {.name = "by", .title = "BY",
     .help = "how that is known: exact (traced), last user (from the kernel's tables), us",
     .type = CELL_TEXT, .width = 9, .priority = 3, .flags = COL_SCREEN | COL_JSON, .member = MEMBER_TEXT(event_by_names, struct event, by)},
    {.name = "text", .title = "WHAT HAPPENED", .help = "in words", .type = CELL_TEXT,
     .width = 24, .widest = 160, .priority = 1, .flags = COL_SCREEN | COL_JSON,
     .member = MEMBER(AS_STRING, struct event, text)},
    {.name = "number", .detail = DETAIL_NONE, .title = "NO", .help = "of the event: what its actions name",
     .type = CELL_NUMBER, .width = 6, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_POSITIVE, struct event, number)},
};
// clang-format on

static size_t count(const struct snapshot *s)
{
    return s->events ? s->events->n : 0;
}

static const void *at(const struct snapshot *s, size_t index)
{
    return s->events->at[s->events->n - 1 - index];
}

// Later rows are older.
static bool are_numbered(const struct event *rows, size_t n)
{
    bool descending = true;

    for (size_t i = 0; i < n && descending; i++)
        descending = rows[i].number && (!i || rows[i].number < rows[i - 1].number);
    return descending;
}

// The actions that a command did, as the table of actions has them, which is ordered by event.
static struct event_log *take_members(const struct snapshot *s, uint64_t number)
{
    const struct table *table = &s->tables[KIND_ACTION];
    const VEC(, struct event) rows = {.at = table->at, .n = table->n};
    struct event_vec list = {0};
    size_t from = vec_lower(&rows, row, row->of < number);

    for (size_t i = from; i < rows.n && rows.at[i].of == number; i++) {
        struct event row = rows.at[i];
        row.number = i + 1;
        vec_push(&list, event_restore(s, &row));
    }
    struct event_log *members = list.n ? event_log_more(NULL, &list) : NULL;
    vec_free(&list);
    return members;
}

// A list of their own, oldest first; the document has the newest first.
static void restored(struct snapshot *s)
{
    struct table *rows = &s->tables[KIND_EVENT], *actions = &s->tables[KIND_ACTION];
    struct event_vec list = {0};
    bool numbered = are_numbered(rows->at, rows->n);

    for (size_t i = rows->n; i-- > 0;) {
        struct event r = ((const struct event *)rows->at)[i];
        if (!numbered)
            r.number = rows->n - i;
        struct event_log *members = numbered ? take_members(s, r.number) : NULL;
        r.members = members;
        r.several = members != NULL;
        vec_push(&list, event_restore(s, &r));
        event_log_unref(members);
    }
    if (list.n)
        s->events = event_log_more(NULL, &list);
    vec_free(&list);
    free(rows->at);
    free(actions->at);
    *rows = *actions = (struct table){0};
}

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct event *r = row;

    (void)s;
    *out = (struct identity){.kind = KIND_EVENT, .part = r->number};
}

// What each action of a command on several targets did.
static bool opens(const void *row)
{
    return ((const struct event *)row)->members != NULL;
}

static void path_text(const struct snapshot *s, const struct identity *identity, char *dst,
                      size_t cap)
{
    snprintf(dst, cap, "event");
    for (size_t i = 0; s->events && i < s->events->n; i++)
        if (s->events->at[i]->number == identity->part)
            snprintf(dst, cap, "%s", s->events->at[i]->text);
}

static int among(const void *a, const void *b)
{
    const struct event *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? 1 : -1;
    return (x->millis < y->millis) - (x->millis > y->millis);
}

const struct kind kind_events = {
    .id = KIND_EVENT,
    .name = "events",
    .title = "Events",
    .one = "event",
    .flags = TABLE_PAST,
    .tab = 6,
    .empty = "no event was seen: they are seen from one look to the next",
    .alone = "events are seen from one look to the next: name no other table beside them",
    // What they are derived from; their texts name owners.
    .need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS | NEED_PROCESSES | NEED_NAMES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .rows = ROWS_LIKE(struct event),
    .count = count,
    .at = at,
    .identify = identify,
    .object_of = event_object_of,
    .restored = restored,
    .among = among,
    .subject = event_subject,
    .mark = event_mark,
    .enter = KIND_ACTION,
    .opens = opens,
    .path_text = path_text,
};
