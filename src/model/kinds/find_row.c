#include "model/kinds/find_row.h"

#include "model/kinds/registry.h"
#include "model/table/kind.h"

const void *find_row(const struct snapshot *s, const struct identity *wanted)
{
    const struct kind *kind = kind_get(wanted->kind);
    struct identity identity;

    if (kind_is_object(wanted->kind)) { // these are many, and found by id
        const struct owned *o = snapshot_owned(s, wanted->kind, wanted->id);
        if (!o)
            return NULL;
        identity = identity_of(wanted->kind, o);
        return identity_same(&identity, wanted) ? o : NULL;
    }
    for (size_t i = 0; kind && i < kind->count(s); i++) {
        kind->identify(s, kind->at(s, i), &identity);
        if (identity_same(&identity, wanted))
            return kind->at(s, i);
    }
    return NULL;
}

static const struct finding *finding_of(const struct snapshot *s, const struct identity *row)
{
    return row->kind == KIND_FINDING ? find_row(s, row) : NULL;
}

static bool identify(const struct snapshot *s, enum kind_id kind, int32_t id, struct identity *out)
{
    const struct owned *o = snapshot_owned(s, kind, id);

    if (o)
        *out = identity_of(kind, o);
    return o != NULL;
}

bool find_object(const struct snapshot *s, const struct identity *row, struct identity *object)
{
    const struct finding *finding;

    switch (row->kind) {
    case KIND_SEGMENT:
    case KIND_SEMSET:
    case KIND_QUEUE: // as it is now; and not another one that got its id
        return identify(s, row->kind, row->id, object) && identity_same(object, row);
    case KIND_HOLDER:
    case KIND_MAPPING:
        return identify(s, KIND_SEGMENT, row->id, object);
    case KIND_ELEMENT:
        return identify(s, KIND_SEMSET, row->id, object);
    case KIND_WAITER:
        for (size_t i = 0; i < s->waiters.n; i++)
            if (s->waiters.at[i].id == row->id && s->waiters.at[i].pid == row->pid)
                return identify(s, s->waiters.at[i].kind, row->id, object);
        return false;
    case KIND_FINDING:
        finding = finding_of(s, row);
        return finding && finding->about.kind != KIND_FINDING &&
               find_object(s, &finding->about, object);
    default:
        return false;
    }
}
