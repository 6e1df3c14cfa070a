#include "engine/tables.h"

#include <unistd.h>

#include "base/clock.h"
#include "model/kinds/elements.h"
#include "model/record/huge_pool.h"

enum { MANY = 2000 };
static const int64_t AGE_MAX = 10 * CLOCK_SECOND;

void tables_free(struct tables *t)
{
    snapshot_unref(t->now);
    t->now = NULL;
}

static const uint64_t others =
    NEED_SEMSETS | NEED_ELEMENTS | NEED_SEM_WAITERS | NEED_QUEUES | NEED_QUEUE_MAX;

// Where there are many objects, what was read of them is good for a while: one costs the kernel
// about a microsecond, so that a millisecond for each keeps all of them at a thousandth of a
// processor.
static bool is_good(size_t objects, int64_t read_ns)
{
    int64_t age = (int64_t)objects * CLOCK_MS;

    return objects >= MANY && clock_ns() - read_ns < (age < AGE_MAX ? age : AGE_MAX);
}

// Sets and queues stay of one moment: a set may belong to a queue.
static void take_others(struct tables *t, const struct want *want, const struct snapshot *last,
                        struct snapshot *fresh)
{
    size_t n = last ? last->semsets.n + last->elements.n + last->queues.n : 0;

    if (!is_good(n, t->others_ns) || want->in_sight & (others | NEED_WAITERS) ||
        want->need & others & ~last->has || elements_in_focus(want) ||
        elements_in_focus(&t->want)) {
        t->others_ns = clock_ns();
        return;
    }
    vec_copy(&fresh->semsets, &last->semsets);
    vec_copy(&fresh->elements, &last->elements);
    vec_copy(&fresh->queues, &last->queues);
    fresh->has |= last->has & others;
}

// Segments themselves are always read, since attachments depend on them; rss and swap cost three
// times as much.
static bool use_stays(struct tables *t, const struct snapshot *last)
{
    if (last && last->has & NEED_SEGMENT_USE && is_good(3 * last->segments.n, t->use_ns))
        return true;
    t->use_ns = clock_ns();
    return false;
}

static void take_use(const struct snapshot *last, struct snapshot *fresh)
{
    for (size_t i = 0; i < fresh->segments.n; i++) {
        struct segment *now = &fresh->segments.at[i];
        const struct segment *then = snapshot_segment(last, now->o.id);
        if (!then || then->size != now->size)
            continue;
        now->rss = then->rss;
        now->swap = then->swap;
        now->known |= then->known;
        now->flags |= then->flags & SEG_HUGETLB;
    }
    fresh->has |= NEED_SEGMENT_USE;
}

// The kernel shows huge pages while they are attached, or where more than a little of them is in memory.
// A segment stays what it was.
static void keep_huge(const struct snapshot *last, struct snapshot *fresh)
{
    for (size_t i = 0; last && i < last->segments.n; i++) {
        const struct segment *then = &last->segments.at[i];
        const struct segment *now =
            then->flags & SEG_HUGETLB ? snapshot_segment(fresh, then->o.id) : NULL;

        if (now && now->size == then->size && now->cpid == then->cpid)
            huge_segment_mark(&fresh->segments.at[now - fresh->segments.at], fresh->huge_sizes,
                              (uint64_t)sysconf(_SC_PAGESIZE));
    }
}

void tables_read(struct tables *t, const struct source *source, const struct want *want,
                 const struct snapshot *last)
{
    struct snapshot *fresh = snapshot_new();
    struct want asked = *want;

    if (last && last->entered != want->ipc_namespace)
        last = NULL; // what was read of one namespace says nothing of another
    take_others(t, want, last, fresh);
    if (use_stays(t, last))
        asked.need &= ~(uint64_t)NEED_SEGMENT_USE;
    t->want = *want;
    t->time_ns = clock_ns();
    fresh->error = source->read(source->self, &asked, fresh);
    if (fresh->error && !fresh->has && t->now) {
        snapshot_unref(fresh); // what was read a moment ago is better than nothing
        return;
    }
    if (asked.need != want->need && !(fresh->has & NEED_SEGMENT_USE))
        take_use(last, fresh);
    keep_huge(last, fresh);
    fresh->time = clock_epoch_s();
    fresh->time_ns = t->time_ns;
    fresh->orphan_age = want->orphan_age;
    fresh->entered = want->ipc_namespace;
    snapshot_unref(t->now);
    t->now = fresh;
}

struct snapshot *tables_copy(const struct tables *t)
{
    const struct snapshot *from = t->now;
    struct snapshot *to = snapshot_new();

    to->time = from->time;
    to->time_ns = from->time_ns;
    to->has = from->has;
    to->in_part = from->in_part;
    to->error = from->error;
    to->orphan_age = from->orphan_age;
    to->huge_sizes = from->huge_sizes;
    to->entered = from->entered;
    to->system = from->system;
    vec_copy(&to->segments, &from->segments);
    vec_copy(&to->semsets, &from->semsets);
    vec_copy(&to->queues, &from->queues);
    vec_copy(&to->elements, &from->elements);
    to->sets_look = from->sets_look;
    vec_copy(&to->limits, &from->limits);
    for (size_t i = 0; i < KINDS; i++)
        table_copy(&to->tables[i], &from->tables[i]);
    return to;
}
