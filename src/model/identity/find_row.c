#include "model/identity/find_row.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/registry.h"

static const void *find_in(const struct snapshot *s, const struct identity *identity)
{
    const struct kind *kind = kind_get(identity->kind);
    bool by_id = kind_is_object(identity->kind);
    const void *row = by_id ? snapshot_owned(s, identity->kind, identity->id) : NULL;
    size_t n = kind && !by_id ? kind_count(kind, s) : 0;
    struct identity found;

    for (size_t i = 0; i < n; i++) {
        kind->identify(s, kind_at(kind, s, i), &found);
        found.host = identity->host;
        if (identity_same(&found, identity))
            return kind_at(kind, s, i);
    }
    if (row) {
        kind->identify(s, row, &found);
        found.host = identity->host;
    }
    return row && identity_same(&found, identity) ? row : NULL;
}

const void *find_row(const struct snapshot *s, const struct identity *identity)
{
    const struct snapshot *part;
    const void *row = NULL;

    for (size_t i = 0; !row && (part = snapshot_part(s, i)); i++)
        if (!identity->host || part->playback.host == identity->host)
            row = find_in(part, identity);
    return row;
}

// As it is now, whatever else is known of it.
static bool current(const struct snapshot *s, enum kind_id kind, int32_t id, struct identity *out)
{
    const struct owned *o = snapshot_owned(s, kind, id);

    if (o)
        *out = identity_of(o);
    return o != NULL;
}

bool find_object(const struct snapshot *s, const struct identity *row, struct identity *object)
{
    const struct kind *kind = kind_get(row->kind);
    struct row_subject subject;
    const void *at;

    if (!kind || kind->flags & TABLE_PAST)
        return false;
    if (kind_is_object(row->kind)) // and not another one that got its id
        return current(s, row->kind, row->id, object) && identity_same(object, row);
    if (kind->object != NO_KIND)
        return current(s, kind->object, row->id, object);
    at = kind->subject || kind->object_of ? find_row(s, row) : NULL; // which looks at all rows
    if (!at)
        return false;
    if (kind->subject)
        return kind->subject(at, &subject) && find_object(s, &subject.about, object);
    return kind->object_of(at, object) && current(s, object->kind, object->id, object);
}

bool find_subject(const struct snapshot *s, const struct identity *row, struct row_subject *out)
{
    const struct kind *kind = kind_get(row->kind);
    const void *at = kind && kind->subject ? find_row(s, row) : NULL;

    return at && kind->subject(at, out);
}

bool find_target(const struct snapshot *s, const struct identity *row, struct action *action)
{
    const struct kind *kind = kind_get(row->kind);
    struct row_subject subject;

    if (kind && kind->act_on) // of many rows in turn: none is looked for among all of them
        return kind->act_on(s, row, action);
    if (find_object(s, row, &action->target))
        return true;
    if (!kind || kind->flags & TABLE_PAST)
        return false;
    return find_subject(s, row, &subject) && subject.about.kind != row->kind &&
           find_target(s, &subject.about, action);
}

const char *identity_text(const struct identity *identity, char *dst, size_t cap)
{
    const struct kind *kind = kind_get(identity->kind);

    if (cap)
        dst[0] = '\0';
    if (kind && kind->describe)
        kind->describe(identity, dst, cap);
    else if (kind && kind_is_object(kind->id))
        snprintf(dst, cap, "%s %" PRId32, kind->one, identity->id);
    else if (kind)
        snprintf(dst, cap, "%s %" PRIu64, kind->one, identity->part);
    return dst;
}

const char *row_text(const struct snapshot *s, const struct identity *identity, char *dst,
                     size_t cap)
{
    const struct kind *kind = kind_get(identity->kind);

    if (kind && kind->own_name && kind->own_name(s, identity, dst, cap))
        return dst;
    return identity_text(identity, dst, cap);
}

void snapshot_named_pids(const struct snapshot *s, struct pid_vec *out)
{
    vec_clear(out);
    for (int id = 1; id < KINDS; id++)
        kind_pids(kind_get((enum kind_id)id), s, out);
    pids_settle(out);
}
