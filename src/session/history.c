#include "session/history.h"

#include "base/clock.h"
#include "model/kinds/registry.h"

static void put(struct series *series, double value)
{
    series->at[series->next] = (float)value;
    series->next = (uint8_t)((series->next + 1) % PLOT_SAMPLES);
    series->n += series->n < PLOT_SAMPLES;
}

float series_at(const struct series *series, size_t i)
{
    return series->at[(series->next + PLOT_SAMPLES - series->n + i) % PLOT_SAMPLES];
}

static void add_sums(struct history *h, const struct snapshot *s)
{
    double shared = 0, waiting = 0, queued = 0;

    for (size_t i = 0; i < s->segments.n; i++)
        shared += (double)s->segments.at[i].size;
    for (size_t i = 0; i < s->semsets.n; i++)
        if (s->semsets.at[i].known & SET_KNOWS_WAITERS)
            waiting += (double)s->semsets.at[i].waiters;
    for (size_t i = 0; i < s->queues.n; i++)
        queued += (double)s->queues.at[i].bytes;
    put(&h->sums[SUM_SHARED], shared);
    put(&h->sums[SUM_WAITING], waiting);
    put(&h->sums[SUM_QUEUED], queued);
}

// --- of each object ------------------------------------------------------------------------------

static size_t plotted(const struct kind *kind, const struct column *out[PLOT_COLUMNS])
{
    size_t n = 0;

    for (size_t i = 0; i < kind->n_columns && n < PLOT_COLUMNS; i++)
        if (kind->columns[i].flags & COL_PLOT)
            out[n++] = &kind->columns[i];
    return n;
}

// Both the table and what is kept are ordered by id: what is gone is left behind.
static void add_objects(struct object_history_vec *kept, const struct kind *kind,
                        const struct snapshot *s)
{
    const struct column *columns[PLOT_COLUMNS];
    size_t n = kind_count(kind, s), n_columns = plotted(kind, columns), old = 0;
    struct object_history_vec next = {0};

    if (n > PLOT_OBJECTS)
        n = 0;
    vec_reserve(&next, n);
    for (size_t i = 0; i < n; i++) {
        const void *row = kind_at(kind, s, i);
        struct object_history object = {0};

        kind->identify(s, row, &object.identity);
        while (old < kept->n && kept->at[old].identity.id < object.identity.id)
            old++;
        if (old < kept->n && identity_same(&kept->at[old].identity, &object.identity))
            object = kept->at[old];
        for (size_t k = 0; k < n_columns; k++) {
            struct cell cell;

            column_get(columns[k], s, row, &cell);
            if (cell.known) // a size or a count
                put(&object.columns[k], (double)cell.count);
        }
        vec_push(&next, object);
    }
    vec_free(kept);
    *kept = next;
}

void history_add(struct history *h, const struct snapshot *s)
{
    if (s->others.n) // of several hosts each has its own
        return;
    if (h->last_ns && s->time_ns - h->last_ns < CLOCK_SECOND / 2)
        return;
    h->last_ns = s->time_ns;
    add_sums(h, s);
    for (int id = 1; id < OBJECT_KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);

        if (kind_is_known(kind, s))
            add_objects(&h->objects[id], kind, s);
    }
}

void history_free(struct history *h)
{
    for (int id = 1; id < OBJECT_KINDS; id++)
        vec_free(&h->objects[id]);
}

const struct series *history_of(const struct history *h, const struct identity *identity,
                                const struct column *column)
{
    const struct kind *kind = kind_get(identity->kind);
    const struct column *columns[PLOT_COLUMNS];

    if (!kind_is_object(identity->kind))
        return NULL;
    const struct object_history_vec *objects = &h->objects[identity->kind];
    size_t n = plotted(kind, columns);
    size_t at = vec_lower(objects, object, object->identity.id < identity->id);
    if (at == objects->n || !identity_same(&objects->at[at].identity, identity))
        return NULL;
    for (size_t k = 0; k < n; k++)
        if (columns[k] == column)
            return &objects->at[at].columns[k];
    return NULL;
}
