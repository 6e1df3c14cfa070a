// Objects we remove or mark: their going is no news.

#include "base/order.h"
#include "model/record/identity.h"
#include "parts.h"

enum { KEPT = 3 }; // pictures, after which it would have gone

static int own_order(const void *pa, const void *pb)
{
    const struct own *a = pa, *b = pb;

    return order_by(a->object.kind, b->object.kind)
               ?: order_by(a->object.id, b->object.id)
               ?: order_by(b->pictures, a->pictures); // the newest note first
}

void own_add(struct own_vec *own, const struct identity *object)
{
    vec_push(own, (struct own){.object = *object, .pictures = KEPT + 1});
}

// Of an object that was noted before, as its removal began, one note stays: what it hid is hidden.
void own_settle(struct own_vec *own)
{
    size_t kept = 0;

    vec_sort(own, own_order);
    for (size_t i = 0; i < own->n; i++) {
        struct own *last = kept ? &own->at[kept - 1] : NULL;
        if (last && identity_same(&last->object, &own->at[i].object))
            last->hidden |= own->at[i].hidden;
        else
            own->at[kept++] = own->at[i];
    }
    own->n = kept;
    vec_keep(own, o, --o->pictures > 0);
}

// Thousands may be removed at once: each is looked up, not searched for.
bool own_is(struct own_vec *own, const struct identity *object)
{
    size_t at = vec_lower(own, row,
                          row->object.kind < object->kind ||
                              (row->object.kind == object->kind && row->object.id < object->id));

    for (; at < own->n && own->at[at].object.kind == object->kind &&
           own->at[at].object.id == object->id;
         at++)
        if (!own->at[at].hidden && identity_same(&own->at[at].object, object))
            return own->at[at].hidden = true;
    return false;
}
