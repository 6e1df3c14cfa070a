#include "ui/parts/usage.h"

#include <string.h>
#include <unistd.h>

#include "base/sum.h"
#include "model/record/limit.h"

static bool counted(const struct snapshot *s, const char *limit, uint64_t *used)
{
    *used = 0;
    if (strcmp(limit, "shmall") == 0 || strcmp(limit, "shmmni") == 0) {
        for (size_t i = 0; i < s->segments.n; i++)
            sum_add(used, limit[3] == 'a' ? s->segments.at[i].size : 1);
        return s->has & NEED_SEGMENTS;
    }
    if (strcmp(limit, "semmns") == 0 || strcmp(limit, "semmni") == 0) {
        for (size_t i = 0; i < s->semsets.n; i++)
            *used += limit[5] == 's' ? s->semsets.at[i].nsems : 1;
        return s->has & NEED_SEMSETS;
    }
    if (strcmp(limit, "msgmni") == 0) {
        *used = s->queues.n;
        return s->has & NEED_QUEUES;
    }
    return false;
}

static void to_bytes(struct usage *usage)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

    if (__builtin_mul_overflow(usage->limit, page, &usage->limit))
        usage->limit = UINT64_MAX;
    if (__builtin_mul_overflow(usage->used, page, &usage->used))
        usage->used_known = false;
}

struct usage usage_of(const struct snapshot *s, const char *limit)
{
    struct usage usage = {0};
    const struct limit *l = limit_find(s, limit);

    if (l) {
        usage.used_known = l->known & LIMIT_KNOWS_USED;
        usage.limit_known = l->known & LIMIT_KNOWS_LIMIT;
        usage.used = l->used;
        usage.limit = l->limit;
        if (l->unit && strcmp(l->unit, "pages") == 0)
            to_bytes(&usage);
        if (limit_unlimited(usage.limit))
            usage.limit_known = false;
    }
    if (!usage.used_known)
        usage.used_known = counted(s, limit, &usage.used);
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
