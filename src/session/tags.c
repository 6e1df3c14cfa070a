#include "session/tags.h"

#include <stdlib.h>
#include <string.h>

#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/identity_set.h"
#include "session/current.h"
#include "session/session.h"

struct tag_counts tags_count(struct session *s, struct identity_vec *shown)
{
    struct view *v = session_view(s);
    struct tag_counts count = {0};
    struct identity identity;
    size_t here = 0;

    for (size_t i = 0; i < s->tags.n; i++) // holders: those of the segment that was entered
        here += s->tags.at[i].kind == v->kind->id &&
                (!v->has_parent || s->tags.at[i].id == v->parent.id);
    for (size_t i = 0; here && i < v->rows.n; i++) {
        if (view_row_gone(v->kind, s->snapshot, v->rows.at[i]))
            continue;
        v->kind->identify(s->snapshot, v->rows.at[i], &identity);
        if (!identity_set_has(&s->tags, &identity))
            continue;
        count.shown++;
        if (shown)
            vec_push(shown, identity);
    }
    count.hidden = here - count.shown;
    count.elsewhere = s->tags.n - here;
    return count;
}

void tags_prune(struct identity_vec *tags, const struct snapshot *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < tags->n; i++) {
        if (!kind_is_known(kind_get(tags->at[i].kind), s) || find_row(s, &tags->at[i]))
            tags->at[kept++] = tags->at[i];
    }
    tags->n = kept;
}
