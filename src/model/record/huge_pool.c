#include "model/record/huge_pool.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "model/record/limit_spec.h"

enum { TOTAL, RESERVED, SURPLUS, PARTS };
enum { LOG2_MIN = 12, LOG2_MAX = 40 }; // sizes of pages; 64K to 16G are known

// --- the rows -----------------------------------------------------------------------------------

static const struct {
    const char *suffix, *file, *meaning;
} parts[PARTS] = {
    [TOTAL] = {"", "nr_hugepages", "huge pages of this size; used: not free"},
    [RESERVED] = {"_reserved", "resv_hugepages", "free huge pages that are promised already"},
    [SURPLUS] = {"_surplus", "nr_overcommit_hugepages", "huge pages beyond the pool, while used"},
};

static const char unit[] = "huge pages";

static struct texts {
    char name[LIMIT_NAME], path[80];
} texts[LOG2_MAX + 1][PARTS]; // written once: rows point at them

static void write_texts(void)
{
    for (unsigned log2 = LOG2_MIN; log2 <= LOG2_MAX; log2++) {
        uint64_t page = UINT64_C(1) << log2;
        // "2M", not "2.0M": a name is typed.
        unsigned shift = log2 < 20 ? 10 : log2 < 30 ? 20 : log2 < 40 ? 30 : 40;
        for (int part = 0; part < PARTS; part++) {
            struct texts *t = &texts[log2][part];
            struct line name = line_start(t->name, sizeof t->name);
            line_add(&name, "huge_%" PRIu64 "%c%s", page >> shift, "KMGT"[shift / 10 - 1],
                     parts[part].suffix);
            snprintf(t->path, sizeof t->path, "/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB/%s",
                     page >> 10, parts[part].file);
        }
    }
}

static int log2_of(uint64_t page)
{
    int log2 = page ? 63 - __builtin_clzll(page) : 0;

    return log2 >= LOG2_MIN && log2 <= LOG2_MAX && page == UINT64_C(1) << log2 ? log2 : -1;
}

void huge_pool_limits(const struct huge_pool *pool, struct limit_vec *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const uint64_t used[PARTS] = {pool->total > pool->free ? pool->total - pool->free : 0,
                                  pool->reserved, pool->surplus};
    const uint64_t of[PARTS] = {pool->total, pool->total, pool->overcommit};
    int log2 = log2_of(pool->page);

    if (log2 < 0)
        return;
    pthread_once(&once, write_texts);
    for (int part = 0; part < PARTS; part++)
        vec_push(out, (struct limit){.name = texts[log2][part].name,
                                     .path = texts[log2][part].path,
                                     .meaning = parts[part].meaning,
                                     .unit = unit,
                                     .used = used[part],
                                     .limit = of[part],
                                     .known = LIMIT_KNOWS_USED | LIMIT_KNOWS_LIMIT});
}

static const char prefix[] = "huge_";

bool huge_pool_is(const struct limit *limit)
{
    return limit->name && strncmp(limit->name, prefix, sizeof prefix - 1) == 0;
}

void huge_pool_word(struct limit *limit)
{
    const char *suffix = strchr(limit->name + sizeof prefix - 1, '_');

    for (int part = 0; part < PARTS; part++)
        if (strcmp(parts[part].suffix, suffix ? suffix : "") == 0)
            limit->meaning = parts[part].meaning;
    limit->unit = unit;
}

static const struct limit *part_of(const struct snapshot *s, const struct limit *first, int part)
{
    char name[LIMIT_NAME + 16];

    snprintf(name, sizeof name, "%s%s", first->name, parts[part].suffix);
    return vec_first(&s->limits, limit, limit->name && strcmp(limit->name, name) == 0);
}

bool huge_pool_of(const struct snapshot *s, const struct limit *limit, struct huge_pool *out)
{
    const unsigned both = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED;

    *out = (struct huge_pool){0};
    if (!huge_pool_is(limit) || !text_parse_size(limit->name + sizeof prefix - 1, &out->page))
        return false; // "2M_reserved" is no size
    const struct limit *reserved = part_of(s, limit, RESERVED),
                       *surplus = part_of(s, limit, SURPLUS);
    if (!reserved || !surplus || (limit->known & reserved->known & surplus->known & both) != both)
        return false;
    out->total = limit->limit;
    out->free = limit->limit > limit->used ? limit->limit - limit->used : 0;
    out->reserved = reserved->used;
    out->surplus = surplus->used;
    out->overcommit = surplus->limit;
    return true;
}

// --- segments -----------------------------------------------------------------------------------

static uint64_t rounded_up(uint64_t size, uint64_t page)
{
    return size > UINT64_MAX - page ? UINT64_MAX : (size + page - 1) / page * page;
}

// What is resident of a segment in pages of that size, if `rss` is the kernel's product.
static bool divide(uint64_t rss, uint64_t size, uint64_t page, uint64_t base, uint64_t *resident)
{
    uint64_t times = page / base;

    if (times < 2 || rss == 0 || rss % times != 0 || rss / times % page != 0)
        return false;
    *resident = rss / times;
    return *resident <= rounded_up(size, page);
}

static bool divide_any(uint64_t rss, uint64_t size, uint64_t sizes, uint64_t base,
                       uint64_t *resident)
{
    for (int log2 = LOG2_MAX; log2 > LOG2_MIN; log2--)
        if (sizes >> log2 & 1 && divide(rss, size, UINT64_C(1) << log2, base, resident))
            return true;
    return false;
}

void huge_segments_settle(struct segment_vec *segments, uint64_t sizes, uint64_t base)
{
    for (size_t i = 0; i < segments->n; i++) {
        struct segment *g = &segments->at[i];
        uint64_t resident;

        if (g->known & SEG_KNOWS_RSS || g->rss == 0)
            continue;
        if (divide_any(g->rss, g->size, sizes, base, &resident)) {
            g->flags |= SEG_HUGETLB;
            g->known |= SEG_KNOWS_RSS;
            g->rss = resident;
        } else {
            g->rss = 0;
        }
    }
}

void huge_segment_mark(struct segment *g, uint64_t sizes, uint64_t base)
{
    uint64_t resident;

    if (g->flags & SEG_HUGETLB)
        return;
    g->flags |= SEG_HUGETLB;
    if (g->known & SEG_KNOWS_RSS && divide_any(g->rss, g->size, sizes, base, &resident)) {
        g->known &= (uint8_t)~SEG_KNOWS_RSS;
        g->rss = 0;
    }
}
