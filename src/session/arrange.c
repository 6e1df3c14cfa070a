#include "session/arrange.h"

#include <string.h>

#include "session/current.h"
#include "session/session.h"

size_t arrange_columns(const struct session *s, const struct kind *kind, const struct column **out)
{
    const struct arrangement *a = &s->arranged[kind->id];

    if (!a->n)
        return kind_columns(kind, COL_SCREEN, out);
    memcpy(out, a->columns, a->n * sizeof *out);
    return a->n;
}

void arrange_set_columns(struct session *s, const struct kind *kind,
                         const struct column *const *columns, size_t n)
{
    const struct column **usual = mem_zero(kind->n_columns, sizeof *usual);
    struct arrangement *a = &s->arranged[kind->id];

    a->n = n < CONFIG_COLUMNS ? n : CONFIG_COLUMNS;
    for (size_t i = 0; i < a->n; i++)
        a->columns[i] = columns[i];
    // What is as usual is not kept: a later version may show more.
    if (a->n == kind_columns(kind, COL_SCREEN, usual) &&
        memcmp(usual, a->columns, a->n * sizeof *usual) == 0)
        a->n = 0;
    free(usual);
}

void arrange_view(const struct session *s, struct view *v)
{
    const struct arrangement *a = &s->arranged[v->kind->id];

    v->arranged = a;
    if (a->sorted) {
        v->sort = a->sort;
        v->descending = a->descending;
    }
}

void arrange_sort(struct session *s, const struct column *column, bool descending)
{
    struct view *v = session_view(s);
    struct arrangement *a = &s->arranged[v->kind->id];
    const struct column *usual = NULL;
    bool usual_descending = false;

    v->sort = column;
    v->descending = descending;
    session_rebuild(s);
    rows_parse_sort(v->kind, v->kind->default_sort, &usual, &usual_descending);
    a->sort = column;
    a->descending = descending;
    a->sorted = column != usual || descending != usual_descending;
}

void arrange_config(const struct session *s, struct settings *out)
{
    *out = (struct settings){.interval = s->interval,
                             .header = s->header,
                             .scheme = s->scheme,
                             .orphan_age = s->orphan_age};
    memcpy(out->tables, s->arranged, sizeof out->tables);
}

void arrange_start(struct session *s, const struct settings *config)
{
    s->header = config->header;
    s->scheme = config->scheme;
    s->orphan_age = config->orphan_age;
    memcpy(s->arranged, config->tables, sizeof s->arranged);
}
