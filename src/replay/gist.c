#include "replay/gist.h"

#include "base/line.h"
#include "base/order.h"
#include "base/sum.h"
#include "model/kinds/registry.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"

static void take_limit(const struct snapshot *s, struct host *host)
{
    const struct limit *limit = limit_find(s, "shmall");
    const struct limit_spec *spec = limit_spec_find("shmall");

    if (!limit || !spec || !(limit->known & LIMIT_KNOWS_LIMIT) || limit_unlimited(limit->limit) ||
        !limit_spec_bytes(spec, limit->limit, &host->limit))
        return;
    host->known |= HOST_KNOWS_LIMIT;
}

static void take_objects(const struct snapshot *s, struct host *host)
{
    bool known = true;

    for (int id = 1; id < OBJECT_KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        known &= kind_is_known(kind, s);
        for (size_t i = 0; kind->orphan && i < kind_count(kind, s); i++)
            host->orphans += kind_orphan(kind, s, kind_at(kind, s, i));
    }
    host->known |= known ? HOST_KNOWS_OBJECTS : 0;
    host->segments = s->segments.n;
    for (size_t i = 0; i < s->segments.n; i++)
        sum_add(&host->bytes, s->segments.at[i].size);
    host->known |= kind_is_known(&kind_segments, s) ? HOST_KNOWS_MEMORY : 0;
}

// What was not recorded is not known there, and its rows are missing among those of the others.
static void take_unknown(const struct snapshot *s, struct host *host)
{
    struct line line = line_start(host->unknown, sizeof host->unknown);

    for (int id = 1; id < KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        if (kind->json && !kind_is_known(kind, s))
            line_add(&line, "%s%s", line.n ? " " : "", kind->name);
    }
}

void gist_of(const struct snapshot *s, struct host *host)
{
    host->known = 0;
    host->time = s->time;
    host->bytes = host->limit = host->segments = host->orphans = 0;
    take_objects(s, host);
    take_limit(s, host);
    take_unknown(s, host);
    host->worst = s->findings.n ? s->findings.at[0].title : NULL;
    host->known |= kind_is_known(&kind_findings, s) ? HOST_KNOWS_FINDINGS : 0;
    for (size_t i = 0; i < HOST_SEVERITIES; i++)
        host->findings[i] = 0;
    for (size_t i = 0; i < s->findings.n; i++)
        host->findings[s->findings.at[i].severity]++;
}

// A host that is no longer heard of is as bad as a critical finding.
static uint64_t critical(const struct host *host)
{
    return host->findings[SEVERITY_CRITICAL] + (host->state == HOST_ENDED);
}

int gist_order(const void *a, const void *b)
{
    const struct host *x = a, *y = b;

    int order = order_by_u64(critical(y), critical(x));
    for (int i = SEVERITY_WARNING; i >= SEVERITY_NOTICE && !order; i--)
        order = order_by_u64(y->findings[i], x->findings[i]);
    return order ?: order_by(x->number, y->number);
}
