// What is wrong with the pools of huge pages, as far as segments lie in them.
//
// mm/hugetlb.c: shmget(2) with SHM_HUGETLB reserves the pages, or fails with ENOMEM; with SHM_NORESERVE
// it does not, and the process that touches a page when none is left is ended by SIGBUS. A database that
// fills its pool is healthy: a full pool alone is a notice.
#include "base/sum.h"
#include "model/orphans.h"
#include "model/record/huge_pool.h"
#include "rules.h"

struct lying { // segments in huge pages
    size_t n, orphans, removed;
    uint64_t size, wasted; // bytes of all; in memory, of orphans and of those removed but held
};

static struct lying lying_in(const struct snapshot *s)
{
    struct lying sum = {0};

    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        bool orphan, removed;

        if (!(g->flags & SEG_HUGETLB))
            continue;
        orphan = kind_orphan(&kind_segments, s, g);
        removed = g->flags & SEG_DEST && g->nattch > 0;
        sum.n++;
        sum.orphans += orphan;
        sum.removed += removed;
        sum_add(&sum.size, g->size);
        if (orphan || removed)
            sum_add(&sum.wasted, g->known & SEG_KNOWS_RSS ? g->rss : g->size);
    }
    return sum;
}

// Which of several pools a segment lies in the kernel does not show.
static bool only_pool(const struct snapshot *s, const struct limit *limit)
{
    struct huge_pool pool;

    return !vec_first(&s->limits, other,
                      other != limit && huge_pool_of(s, other, &pool) &&
                          (pool.total || pool.overcommit));
}

// Where there are no huge pages at all, one row speaks for all sizes.
static bool first_pool(const struct snapshot *s, const struct limit *limit)
{
    struct huge_pool pool;

    return vec_first(&s->limits, one, huge_pool_of(s, one, &pool)) == limit;
}

static uint64_t may_grow(const struct huge_pool *pool)
{
    return pool->overcommit > pool->surplus ? pool->overcommit - pool->surplus : 0;
}

static uint64_t left(const struct huge_pool *pool)
{
    return pool->free > pool->reserved ? pool->free - pool->reserved : 0;
}

static bool overpromised(const struct huge_pool *pool, const struct lying *lying)
{
    return lying->size / pool->page > pool->total + may_grow(pool);
}

static bool pool_short(const struct snapshot *s, struct match *match)
{
    struct huge_pool pool;

    if (!huge_pool_of(s, match->object, &pool) || !only_pool(s, match->object))
        return false;
    const struct lying lying = lying_in(s);
    match->weight = lying.size;
    if (lying.n == 0)
        return false; // not our business
    if (overpromised(&pool, &lying))
        return pool.total > 0 || pool.overcommit > 0 || first_pool(s, match->object);
    if (left(&pool) > 0 || may_grow(&pool) > 0)
        match->severity = SEVERITY_NOTICE;
    else if (lying.orphans + lying.removed == 0)
        match->severity = SEVERITY_NOTICE;
    return pool.surplus > pool.overcommit || (left(&pool) == 0 && may_grow(&pool) == 0);
}

static void pool_title(struct say *x)
{
    const struct lying lying = lying_in(x->s);
    struct huge_pool pool;

    if (!huge_pool_of(x->s, x->match->object, &pool))
        return;
    if (overpromised(&pool, &lying))
        say(x, "huge pages: {size} promised of {size}", lying.size,
            (pool.total + may_grow(&pool)) * pool.page);
    else if (left(&pool) == 0 && may_grow(&pool) == 0)
        say(x, "huge pages of {size} used up", pool.page);
    else
        say(x, "the pool of huge pages is below use: {number} of {number} stay",
            pool.total - pool.surplus, pool.total);
}

static void pool_evidence(struct say *x)
{
    const struct limit *limit = x->match->object;
    const struct lying lying = lying_in(x->s);
    struct huge_pool pool;

    if (!huge_pool_of(x->s, limit, &pool))
        return;
    say(x,
        "{number} pages of {size}: {number} free, {number} of them reserved, {number} surplus of "
        "at most {number}; {n segment} with {size}",
        pool.total, pool.page, pool.free, pool.reserved, pool.surplus, pool.overcommit, lying.n,
        lying.size);
    if (lying.orphans)
        say(x, ", {n orphan} among them", lying.orphans);
    if (lying.removed)
        say(x, ", {number} removed but held", lying.removed);
    if (lying.wasted)
        say(x, " ({size} of these in memory)", lying.wasted);
    say(x, "; {text}", limit->path);
}

// What to remove or whose holders to end; where there is nothing of either, all that lie in huge pages.
static void pool_objects(const struct snapshot *s, const struct match *match,
                         struct identity_vec *out)
{
    const struct lying lying = lying_in(s);

    (void)match;
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];

        if (!(g->flags & SEG_HUGETLB) || (lying.orphans && !kind_orphan(&kind_segments, s, g)) ||
            (!lying.orphans && lying.removed && !(g->flags & SEG_DEST && g->nattch > 0)))
            continue;
        vec_push(out, identity_of(&g->o));
    }
}

static void pool_advise(struct say *x)
{
    const struct lying lying = lying_in(x->s);
    struct huge_pool pool;

    if (!huge_pool_of(x->s, x->match->object, &pool))
        return;
    if (overpromised(&pool, &lying))
        say(x, "a process that touches a page when none is left is ended by SIGBUS: ");
    else if (left(&pool) == 0 && may_grow(&pool) == 0)
        say(x, "shmget with SHM_HUGETLB fails with ENOMEM: ");
    else
        say(x, "pages that are freed leave the pool, and the next start finds too few: ");
    if (lying.orphans) {
        say(x, "remove the {n orphan} (", lying.orphans);
        say(x, COMMAND("Enter, F8", "--remove -f 'orphan=yes status=hugetlb' segments"));
        say(x, "), or ");
    } else if (lying.removed) {
        say(x, "end the processes that hold the {n removed segment} (", lying.removed);
        say(x, COMMAND("Enter, k", "--batch -f 'status=dest status=hugetlb' segments"));
        say(x, "), or ");
    }
    say(x, "raise vm.nr_hugepages");
}

const struct rule huge_pages_rules[] = {
    {
        .name = "huge-pages",
        .subject = &kind_limits,
        .rank = 30,
        .severity = SEVERITY_WARNING,
        .need = NEED_LIMITS | NEED_SEGMENT_USE | NEED_HOLDERS | NEED_ORPHANS,
        .applies = pool_short,
        .title = pool_title,
        .evidence = pool_evidence,
        .advise = pool_advise,
        .objects = pool_objects,
    },
    {0},
};
