// Findings: what triage says is wrong, worst first.
#include "model/kinds/registry.h"

#include <stdio.h>
#include <string.h>

#include "model/kinds/object_words.h"
#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/shared.h"
#include "model/record/identity_set.h"
#include "model/record/limit.h"

static void get_id(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct finding *r = row;

    (void)s;
    if (kind_is_object(r->about.kind))
        cell_set_number(out, r->about.id);
}

static void set_id(struct snapshot *s, void *row, const struct cell *value)
{
    (void)s;
    if (value->number >= 0 && value->number <= INT32_MAX)
        ((struct finding *)row)->about.id = (int32_t)value->number;
    ((struct finding *)row)->about.kind = OBJECT_KINDS; // of which kind: restored()
}

// The limit it is about; NULL: it is about none.
static const struct limit *limit_of(const struct snapshot *s, const struct finding *r)
{
    return r->about.kind == KIND_LIMIT && r->about.part < s->limits.n ? &s->limits.at[r->about.part]
                                                                      : NULL;
}

static void get_name(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct limit *limit = limit_of(s, row);

    if (limit)
        cell_set_text(out, limit_name(limit, out->scratch, sizeof out->scratch));
}

static void get_objects(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct finding *r = row;

    (void)s;
    out->known = r->objects_word != NULL;
    out->list.at = r->ids.at;
    out->list.n = (uint32_t)r->ids.n;
}

// Those that are still in the picture are found again by what else is known of them.
static void set_objects(struct snapshot *s, void *row, const struct cell *value)
{
    struct finding *r = row;
    struct identity_vec objects = {0};

    for (uint32_t i = 0; i < value->list.n; i++) {
        uint32_t id = value->list.at[i];
        vec_push(&r->ids, id);
        if (id <= INT32_MAX && object_kind_of_word(r->objects_word))
            vec_push(&objects, object_of_word(s, r->objects_word, (int32_t)id));
    }
    identity_set_add_all(&r->objects, objects.at, objects.n);
    vec_free(&objects);
}

static void advice_by_key(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const char *advice = finding_advice(row, true);

    (void)s;
    snprintf(dst, cap, "%s", advice ? advice : "");
}

// clang-format off
static const struct column columns[] = {
    {.name = "rule", .title = "RULE", .help = "rule that found it", .type = CELL_TEXT,
     .width = 12, .widest = 24, .flags = COL_JSON | COL_METRIC_GROUP, .member = MEMBER(AS_STRING, struct finding, rule)},
    {.name = "severity", .title = "SEVERITY", .help = "critical, warning or notice",
     .type = CELL_TEXT, .width = 8, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_METRIC_GROUP,
     .member = MEMBER(AS_NAMED, struct finding, severity), .names = severity_names},
    {.name = "kind", .title = "KIND", .help = "what it is about", .type = CELL_TEXT, .width = 9,
     .widest = 14, .priority = 3, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_STRING, struct finding, about_word)},
    {.name = "id", .title = "ID", .help = "identifier of that object", .type = CELL_NUMBER,
     .width = 6, .widest = 10, .priority = 4, .flags = COL_JSON | COL_SCREEN, .get = get_id, .set = set_id},
    {.name = "name", .title = "NAME", .help = "name of the limit it is about", .type = CELL_TEXT,
     .width = 8, .widest = 18, .priority = 9, .flags = COL_JSON, .get = get_name},
    {.name = "title", .title = "FINDING", .help = "what is wrong", .type = CELL_TEXT,
     .width = 24, .widest = 120, .flags = COL_JSON | COL_SCREEN | COL_KEEP | COL_LINE, .need = NEED_NAMESPACES | NEED_SHM_PLACES | NEED_SHARED, .member = MEMBER(AS_STRING, struct finding, title)},
    {.name = "evidence", .title = "EVIDENCE", .help = "what shows it", .type = CELL_TEXT,
     .width = 24, .widest = 160, .priority = 2, .flags = COL_JSON | COL_SCREEN | COL_LINE | COL_WHOLE,
     .member = MEMBER(AS_STRING, struct finding, evidence)},
    {.name = "advice", .title = "NEXT STEP", .help = "what to do about it", .type = CELL_TEXT,
     .width = 24, .widest = 160, .priority = 1, .flags = COL_JSON | COL_SCREEN | COL_WHOLE,
     .member = MEMBER(AS_STRING, struct finding, advice), .on_screen = advice_by_key},
    {.name = "objects", .title = "OBJECTS", .help = "identifiers of all objects it is about", .type = CELL_LIST, .width = 7,
     .widest = 40, .priority = 9, .flags = COL_JSON, .get = get_objects, .set = set_objects},
    {.name = "objects_kind", .title = "OF", .help = "what the objects are", .type = CELL_TEXT, .width = 9,
     .widest = 14, .priority = 9, .flags = COL_JSON, .member = MEMBER(AS_STRING, struct finding, objects_word)},
};
// clang-format on

// A finding is the same while the same rule speaks of the same thing, wherever it stands.
static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct finding *r = row;
    uint64_t hash = UINT64_C(14695981039346656037) + r->about.kind; // FNV-1a

    (void)s;
    for (const char *c = r->rule; c && *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    *out = r->about;
    out->kind = KIND_FINDING;
    out->part = hash ^ r->about.part;
}

// The limit of that name; NO_KIND where it is about none, or the picture has none of that name.
static struct identity recorded_limit(const struct snapshot *s, const struct finding *r)
{
    struct identity about = {.kind = NO_KIND};

    if (!r->about_word || strcmp(r->about_word, kind_limits.word) != 0)
        return about;
    const char *name = s->recorded->text(s->recorded, KIND_FINDING, r, "name");
    const struct limit *limit = name ? limit_find(s, name) : NULL;
    if (limit)
        kind_limits.identify(s, limit, &about);
    return about;
}

// The texts become its own. What it is about is the object of that kind and id, or the limit of that name.
static void restored(struct snapshot *s)
{
    for (size_t i = 0; i < s->findings.n; i++) {
        struct finding *r = &s->findings.at[i];
        bool has_object = r->about.kind == OBJECT_KINDS;
        r->rule = r->rule ? r->rule : "";
        r->title = mem_copy_string(r->title ? r->title : "");
        r->evidence = mem_copy_string(r->evidence);
        r->advice = mem_copy_string(r->advice);
        r->about =
            has_object ? object_of_word(s, r->about_word, r->about.id) : recorded_limit(s, r);
    }
}

static int among(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    return (x->severity < y->severity) - (x->severity > y->severity);
}

static bool subject(const void *row, struct row_subject *out)
{
    const struct finding *r = row;

    *out = (struct row_subject){.about = r->about};
    return r->about.kind != NO_KIND && r->about.kind != KIND_FINDING;
}

static bool object_of(const void *row, struct identity *out)
{
    *out = ((const struct finding *)row)->about;
    return kind_is_object(out->kind);
}

static const struct identity_vec *members(const void *row)
{
    return &((const struct finding *)row)->objects;
}

static const struct identity_vec *listed(const void *row)
{
    return &((const struct finding *)row)->listed;
}

static uint64_t more_need(const void *row)
{
    return ((const struct finding *)row)->more_need;
}

static void describe(const struct identity *identity, char *dst, size_t cap)
{
    (void)identity;
    snprintf(dst, cap, "finding");
}

static bool mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    (void)s;
    *severity = ((const struct finding *)row)->severity;
    return true;
}

// The title stands in the selected row, too; the next step does not.
static void notes(const struct snapshot *s, const struct identity *row,
                  const struct note_place *place, struct note_vec *out)
{
    const struct finding *r = NULL;
    struct identity found;

    for (size_t i = 0; i < s->findings.n && !r; i++) {
        identify(s, &s->findings.at[i], &found);
        r = identity_same(&found, row) ? &s->findings.at[i] : NULL;
    }
    if (!r)
        return;
    note_add(out, NOTE_TITLE, mem_copy_string(r->title));
    if (r->evidence)
        note_add(out, NOTE_PLAIN, mem_format("Evidence   %s", r->evidence));
    const char *advice = finding_advice(r, place->keys);
    if (advice)
        note_add(out, NOTE_GOOD, mem_format("Next step  %s", advice));
}

const struct kind kind_findings = {
    .id = KIND_FINDING,
    .name = "findings",
    .title = "Triage",
    .one = "finding",
    .flags = TABLE_WHOLE | TABLE_NOTES | TABLE_EMPTY_GOOD,
    .can = CAN_TAG | CAN_REMOVE | CAN_SIGNAL | CAN_CHANGE | CAN_LOCK,
    .tab = 4,
    .json = 9,
    .metrics = 5,
    .check = 1,
    .empty = "nothing is wrong",
    .need = NEED_FINDINGS,
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .rows = ROWS_OF(findings),
    .identify = identify,
    .object_of = object_of,
    .restored = restored,
    .among = among,
    .subject = subject,
    .members = members,
    .listed = listed,
    .more_need = more_need,
    .describe = describe,
    .mark = mark,
    .notes = notes,
};
