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

// Of several hosts there is no common limit.
static struct usage usage_of_all(const struct snapshot *s, const char *limit)
{
    struct usage all = {0};

    for (size_t i = 0; i < s->others.n; i++) {
        const struct usage usage = usage_of(s->others.at[i], limit);
        all.used_known |= usage.used_known;
        all.used += usage.used_known ? usage.used : 0;
    }
    return all;
}

struct usage usage_of(const struct snapshot *s, const char *limit)
{
    if (s->others.n)
        return usage_of_all(s, limit);
    struct usage usage = {0};
    const struct limit *l = limit_find(s, limit);
    const struct limit_spec *spec = limit_spec_find(limit);
    bool in_pages = spec && strcmp(spec->unit, "pages") == 0;

    if (l) {
        usage.used_known = l->known & LIMIT_KNOWS_USED;
        usage.limit_known = l->known & LIMIT_KNOWS_LIMIT;
        usage.used = l->used;
        usage.limit = l->limit;
    }
    if (spec && !usage.used_known && spec->shared) {
        usage.used_known = limit_spec_counted(spec, s);
        usage.used = limit_spec_used(spec, s, NULL);
    }
    if (in_pages)
        to_bytes(&usage, spec);
    if (limit_unlimited(usage.limit))
        usage.limit_known = false;
    usage.of_ram = in_pages && !usage.limit_known && s->system.ram > 0;
    if (usage.of_ram)
        usage.limit = s->system.ram, usage.limit_known = true;
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

void usage_bar(struct canvas *c, int x, int y, int w, double percent)
{
    int filled = (int)((percent > 100 ? 100 : percent) * w / 100 + 0.5);

    if (percent > 0 && filled == 0)
        filled = 1; // something is there
    for (int i = 0; i < filled; i++)
        canvas_symbol(c, x + i, y, usage_style(percent), SYM_BAR);
}
