#include "model/kinds/object_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/kinds/parts/cells.h"
#include "model/kinds/registry.h"

const struct kind *object_kind_of_word(const char *word)
{
    static const struct kind *const kinds[] = {&kind_segments, &kind_semsets, &kind_queues};

    for (size_t i = 0; word && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->word, word) == 0 || strcmp(kinds[i]->one, word) == 0)
            return kinds[i];
    return NULL;
}

struct identity object_of_word(const struct snapshot *s, const char *word, int32_t id)
{
    const struct kind *kind = object_kind_of_word(word);
    const struct owned *object = kind ? snapshot_owned(s, kind->id, id) : NULL;

    return object ? identity_of(object)
                  : (struct identity){.kind = kind ? kind->id : NO_KIND, .id = kind ? id : 0};
}

void get_event_id(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct event *r = row;

    (void)s;
    if (!r->several && kind_is_object(r->about.kind))
        cell_set_number(out, r->about.id);
}

void set_event_id(struct snapshot *s, void *row, const struct cell *value)
{
    struct event *r = row;

    (void)s;
    if (value->number >= 0 && value->number <= INT32_MAX)
        r->about.id = (int32_t)value->number;
    r->about.kind = OBJECT_KINDS;
}

bool event_mark(const struct snapshot *s, const void *row, enum severity *severity)
{
    (void)s;
    *severity = ((const struct event *)row)->severity;
    return *severity != SEVERITY_NOTICE;
}

bool event_subject(const void *row, struct row_subject *out)
{
    const struct event *r = row;

    *out = (struct row_subject){.about = r->about, .several = r->several};
    return r->about.kind != NO_KIND;
}

bool event_object_of(const void *row, struct identity *out)
{
    const struct event *r = row;

    if (r->several)
        *out = (struct identity){.kind = KIND_EVENT, .part = r->number};
    else
        *out = r->about;
    return kind_is_object(out->kind);
}

struct event *event_restore(const struct snapshot *s, const struct event *row)
{
    struct event r = *row;
    bool has_object = r.about.kind == OBJECT_KINDS;
    const struct kind *kind = object_kind_of_word(r.kind);
    char name[64];

    r.about = object_of_word(s, has_object ? r.kind : NULL, r.about.id);
    if (r.millis < 0 || r.millis > 999)
        r.millis = -1;
    snprintf(name, sizeof name, "%s %" PRId32, r.kind ? r.kind : "", r.about.id);
    if (!r.object)
        r.object = r.about.kind != NO_KIND ? name : r.kind;
    r.kind = kind ? kind->one : NULL; // it outlives the picture
    return event_new(&r, r.who ? r.who : "", r.text ? r.text : "");
}
