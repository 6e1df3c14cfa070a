#include "ui/parts/usage.h"

#include <string.h>

#include "model/record/limit.h"
#include "model/record/limit_spec.h"

static void to_bytes(struct usage *usage, const struct limit_spec *spec)
{
    if (!limit_spec_bytes(spec, usage->limit, &usage->limit))
        usage->limit = UINT64_MAX;
    if (!limit_spec_bytes(spec, usage->used, &usage->used))
        usage->used_known = false;
}

struct usage usage_of(const struct snapshot *s, const char *limit)
{
    struct usage usage = {0};
    const struct limit *l = limit_find(s, limit);
    const struct limit_spec *spec = limit_spec_find(limit);
    const char *rows;
    size_t n, size;

    if (l) {
        usage.used_known = l->known & LIMIT_KNOWS_USED;
        usage.limit_known = l->known & LIMIT_KNOWS_LIMIT;
        usage.used = l->used;
        usage.limit = l->limit;
    }
    if (spec && !usage.used_known && spec->shared) {
        usage.used_known = limit_spec_objects(spec, s, &rows, &n, &size);
        usage.used = limit_spec_used(spec, s, NULL);
    }
    if (spec && strcmp(spec->unit, "pages") == 0)
        to_bytes(&usage, spec);
    if (limit_unlimited(usage.limit))
        usage.limit_known = false;
    return usage;
}

double usage_percent(const struct usage *usage)
{
    if (!usage->used_known || !usage->limit_known || usage->limit == 0)
        return 0;
    return 100.0 * (double)usage->used / (double)usage->limit;
}

enum style usage_style(double percent)
{
    if (percent >= LIMIT_CRITICAL)
        return STYLE_CRITICAL;
    return percent >= LIMIT_WARNING ? STYLE_WARNING : STYLE_GOOD;
}
