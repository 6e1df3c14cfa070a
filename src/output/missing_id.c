#include "output/missing_id.h"

#include "base/line.h"
#include "model/kinds/registry.h"

// Whether a table with ids is about objects of this kind.
static bool is_about(const struct table_request *table, enum kind_id kind)
{
    enum kind_id object = table->query.kind->object;

    return table->query.has_id && (object == kind || object == NO_KIND);
}

static bool asked(const struct table_request *tables, size_t n, enum kind_id kind)
{
    for (size_t i = 0; i < n; i++)
        if (is_about(&tables[i], kind))
            return true;
    return false;
}

bool missing_id(const struct snapshot *s, const struct table_request *tables, size_t n)
{
    bool any = false;

    for (int kind = 1; kind < OBJECT_KINDS; kind++) {
        if (!asked(tables, n, (enum kind_id)kind))
            continue;
        if (!kind_is_known(kind_get((enum kind_id)kind), s) ||
            snapshot_owned(s, (enum kind_id)kind, tables[0].query.id))
            return false;
        any = true;
    }
    return any;
}

void missing_id_write(const struct table_request *tables, size_t n, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);
    const char *names[OBJECT_KINDS];
    size_t named = 0;

    for (int kind = 1; kind < OBJECT_KINDS; kind++)
        if (asked(tables, n, (enum kind_id)kind))
            names[named++] = kind_get((enum kind_id)kind)->one;
    line_add(&line, "no ");
    for (size_t i = 0; i < named; i++)
        line_add(&line, "%s%s", i == 0 ? "" : i + 1 < named ? ", " : " or ", names[i]);
    line_add(&line, " %d", n ? tables[0].query.id : 0);
}
