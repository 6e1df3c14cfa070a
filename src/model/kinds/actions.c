// Actions: what a command on several targets did to each, below its event.
#include "model/kinds/registry.h"

#include "model/kinds/object_words.h"
#include "model/kinds/parts/cells.h"
#include "model/record/event_log.h"

// clang-format off
static const struct column columns[] = {
    {.name = "object", .title = "OBJECT", .help = "what it was done to", .type = CELL_TEXT,
     .width = 18, .widest = 40, .flags = COL_SCREEN | COL_JSON | COL_KEEP, .member = MEMBER(AS_STRING, struct event, object)},
    {.name = "text", .title = "WHAT HAPPENED", .help = "in words, with the command that does the same", .type = CELL_TEXT,
     .width = 24, .widest = 160, .priority = 1, .flags = COL_SCREEN | COL_JSON,
     .member = MEMBER(AS_STRING, struct event, text)},
    {.name = "event", .detail = DETAIL_NONE, .title = "EVENT", .help = "number of the event of the command", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .flags = COL_JSON, .member = MEMBER(AS_POSITIVE, struct event, of)},
    {.name = "severity", .title = "SEVERITY", .help = "critical, warning or notice", .type = CELL_TEXT, .width = 8,
     .flags = COL_JSON, .member = MEMBER(AS_NAMED, struct event, severity), .names = severity_names},
    {.name = "kind", .title = "KIND", .help = "segment, semaphore set, queue, limit: of that object", .type = CELL_TEXT,
     .width = 9, .widest = 13, .flags = COL_JSON, .member = MEMBER(AS_STRING, struct event, kind)},
    {.name = "id", .title = "ID", .help = "identifier of that object", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .flags = COL_JSON, .get = get_event_id, .set = set_event_id},
};
// clang-format on

static size_t count(const struct snapshot *s)
{
    size_t n = 0;

    for (size_t i = 0; s->events && i < s->events->n; i++)
        n += s->events->at[i]->members ? s->events->at[i]->members->n : 0;
    return n;
}

static const void *at(const struct snapshot *s, size_t index)
{
    for (size_t i = 0; i < s->events->n; i++) {
        const struct event_log *members = s->events->at[i]->members;
        size_t n = members ? members->n : 0;

        if (index < n)
            return members->at[index];
        index -= n;
    }
    return NULL;
}

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct event *r = row;

    (void)s;
    *out = (struct identity){.kind = KIND_ACTION, .part = r->number};
}

static int order(const void *a, const void *b)
{
    const struct event *x = a, *y = b;

    return (x->of > y->of) - (x->of < y->of);
}

static bool belongs(const void *row, const struct identity *parent)
{
    return parent->kind == KIND_EVENT && ((const struct event *)row)->of == parent->part;
}

const struct kind kind_actions = {
    .id = KIND_ACTION,
    .name = "actions",
    .title = "Actions",
    .one = "action",
    .flags = TABLE_PAST,
    .need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS | NEED_PROCESSES |
            NEED_NAMES, // as events
    .owner_need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .rows = ROWS_LIKE(struct event),
    .count = count,
    .at = at,
    .identify = identify,
    .belongs = belongs,
    .order = order,
    .object_of = event_object_of,
    .subject = event_subject,
    .mark = event_mark,
};
