#include "engine/refresh.h"

#include "base/clock.h"
#include "engine/blocked_tasks.h"
#include "engine/databases.h"
#include "engine/names.h"
#include "engine/picture.h"
#include "engine/processes.h"

enum { MANY = 2000 };
static const int64_t AGE_MAX = 10 * CLOCK_SECOND;

struct refresh {
    struct source source;
    struct prober_pool *probers;
    struct process_list census;
    struct holders *scanner;
    struct processes *programs;
    struct blocked_tasks *waiting;
    struct instances instances;
    struct names names;
    struct snapshot *tables; // as read last
    struct want want;        // what for
    int64_t time_ns;
    int64_t others_ns, use_ns; // when sets and queues, and rss of segments, were
    struct mapping_vec focus_maps;
    struct want focus_want; // whose they are
};

struct refresh *refresh_new(const struct source *source, struct prober_pool *probers)
{
    struct refresh *r = mem_zero(1, sizeof *r);

    r->source = *source;
    r->probers = probers;
    r->scanner = holders_new(source, probers, &r->census);
    r->programs = processes_new(probers);
    r->waiting = blocked_tasks_new(source, probers, &r->census);
    return r;
}

static void mappings_free(struct mapping_vec *mappings)
{
    for (size_t i = 0; i < mappings->n; i++)
        free(mappings->at[i].path);
    vec_free(mappings);
}

void refresh_free(struct refresh *r)
{
    if (!r)
        return;
    holders_free(r->scanner);
    processes_free(r->programs);
    blocked_tasks_free(r->waiting);
    databases_free(&r->instances);
    names_free(&r->names);
    process_list_free(&r->census);
    mappings_free(&r->focus_maps);
    snapshot_unref(r->tables);
    free(r);
}

struct want refresh_complete(struct want want)
{
    if (want.need & NEED_APPS) // an object's programs tell whose it is
        want.need |= NEED_SEGMENTS | NEED_PROCESSES;
    if (want.need & NEED_HOLDERS)
        want.need |= NEED_SEGMENTS | NEED_SYSTEM;
    if (want.need & NEED_WAITERS)
        want.need |= NEED_SEMSETS | NEED_SEM_WAITERS | NEED_QUEUES;
    if (want.need & (NEED_COMMANDS | NEED_RSS))
        want.need |= NEED_PROCESSES;
    return want;
}

// --- tables -------------------------------------------------------------------------------------

static const unsigned others =
    NEED_SEMSETS | NEED_ELEMENTS | NEED_SEM_WAITERS | NEED_QUEUES | NEED_QUEUE_MAX;

// Where there are many objects, what was read of them is good for a while: one costs the kernel
// about a microsecond, so that a millisecond for each keeps all of them at a thousandth of a
// processor.
static bool is_good(size_t objects, int64_t read_ns)
{
    int64_t age = (int64_t)objects * CLOCK_MS;

    return objects >= MANY && clock_ns() - read_ns < (age < AGE_MAX ? age : AGE_MAX);
}

// A set in focus has its elements read alone.
static bool narrows(const struct want *want)
{
    return want->focused && (want->focus.kind == KIND_SEMSET || want->focus.kind == KIND_ELEMENT);
}

// Sets and queues stay of one moment: a set may belong to a queue.
static void take_others(struct refresh *r, const struct want *want, const struct snapshot *last,
                        struct snapshot *fresh)
{
    size_t n = last ? last->semsets.n + last->elements.n + last->queues.n : 0;

    if (!is_good(n, r->others_ns) || want->in_sight & (others | NEED_WAITERS) ||
        want->need & others & ~last->has || narrows(want) || narrows(&r->want)) {
        r->others_ns = clock_ns();
        return;
    }
    vec_copy(&fresh->semsets, &last->semsets);
    vec_copy(&fresh->elements, &last->elements);
    vec_copy(&fresh->queues, &last->queues);
    fresh->has |= last->has & others;
}

// Segments themselves are always read, since attachments depend on them; rss and swap cost three
// times as much.
static bool use_stays(struct refresh *r, const struct snapshot *last)
{
    if (last && last->has & NEED_SEGMENT_USE && is_good(3 * last->segments.n, r->use_ns))
        return true;
    r->use_ns = clock_ns();
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
    }
    fresh->has |= NEED_SEGMENT_USE;
}

void refresh_tables(struct refresh *r, const struct want *want, const struct snapshot *last)
{
    struct snapshot *fresh = snapshot_new();
    struct want asked = *want;

    take_others(r, want, last, fresh);
    if (use_stays(r, last))
        asked.need &= ~(unsigned)NEED_SEGMENT_USE;
    r->want = *want;
    r->time_ns = clock_ns();
    fresh->error = r->source.read(r->source.self, &asked, fresh);
    if (fresh->error && !fresh->has && r->tables) {
        snapshot_unref(fresh); // what was read a moment ago is better than nothing
        return;
    }
    if (asked.need != want->need && !(fresh->has & NEED_SEGMENT_USE))
        take_use(last, fresh);
    fresh->time = clock_epoch_s();
    fresh->time_ns = r->time_ns;
    fresh->orphan_age = want->orphan_age;
    snapshot_unref(r->tables);
    r->tables = fresh;
}

const struct want *refresh_wanted(const struct refresh *r)
{
    return &r->want;
}

int64_t refresh_time(const struct refresh *r)
{
    return r->time_ns;
}

struct snapshot *refresh_ahead(const struct refresh *r, const struct snapshot *last)
{
    struct snapshot *picture = picture_of_tables(r->tables);

    if (last)
        picture_keep(picture, last, r->want.need);
    picture->ahead = true;
    if (r->want.need & NEED_HOLDERS)
        picture_set_scan(picture, holders_scan(r->scanner));
    return picture;
}

// --- the mappings of the process in focus -------------------------------------------------------

static bool wants_maps(const struct want *want)
{
    return want->need & (NEED_MAP_USE | NEED_ALL_MAPS) && want->focused && want->focus.pid > 0;
}

static void take_maps(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct refresh *r = arg;

    (void)worker;
    (void)index;
    mappings_free(&r->focus_maps);
    r->focus_maps = answer->mappings;
    answer->mappings = (struct mapping_vec){0};
}

// Those read last stay while it does not answer.
static void read_maps(struct refresh *r, const struct want *want, struct meanwhile m)
{
    uint8_t asked;

    if (r->focus_want.focus.pid != want->focus.pid ||
        (r->focus_want.need & NEED_ALL_MAPS) != (want->need & NEED_ALL_MAPS))
        mappings_free(&r->focus_maps);
    r->focus_want = *want;
    const struct probe probe = {want->need & NEED_ALL_MAPS ? PROBE_ALL_MAPS : PROBE_MAP_USE,
                                want->focus.pid};
    const struct batch batch = {
        .probes = &probe, .n = 1, .take = take_maps, .arg = r, .meanwhile = m};
    prober_pool_run(r->probers, &batch, &asked);
}

// --- asking, and joining ------------------------------------------------------------------------

// What is known beside the tables, of the parts that name processes.
static void fill(const struct refresh *r, const struct want *want, struct snapshot *tables)
{
    if (want->need & NEED_HOLDERS)
        picture_set_scan(tables, holders_scan(r->scanner));
    if (want->need & NEED_WAITERS)
        blocked_tasks_fill(r->waiting, tables);
    if (want->need & NEED_PROCESSES)
        processes_fill(r->programs, tables);
    if (want->need & NEED_APPS)
        databases_fill(&r->instances, tables);
    tables->has |= want->need & (NEED_WAITERS | NEED_PROCESSES | NEED_COMMANDS | NEED_APPS);
}

// In this order: one answer names whom to ask next.
static void ask(struct refresh *r, const struct want *want, enum scan_effort effort,
                struct snapshot *tables, struct meanwhile m)
{
    bool all = effort == SCAN_FULLY;

    if (want->need & NEED_HOLDERS && tables->has & NEED_SEGMENTS)
        holders_update(r->scanner, tables, effort, m);
    if (want->need & NEED_HOLDERS)
        picture_set_scan(tables, holders_scan(r->scanner));
    if (want->need & NEED_WAITERS) {
        blocked_tasks_update(r->waiting, tables, want, all, m);
        blocked_tasks_fill(r->waiting, tables);
    }
    if (wants_maps(want))
        read_maps(r, want, m);
    if (want->need & NEED_PROCESSES)
        processes_update(r->programs, tables, want, &r->census, all, m);
    fill(r, want, tables);
    if (want->need & NEED_APPS) {
        databases_update(&r->instances, r->probers, tables, all, m);
        databases_fill(&r->instances, tables);
    }
    if (want->need & NEED_NAMES)
        names_update(&r->names, r->probers, tables, m);
}

struct snapshot *refresh_ask(struct refresh *r, const struct want *want, enum scan_effort effort,
                             struct meanwhile m)
{
    struct snapshot *tables = snapshot_ref(r->tables);

    ask(r, want, effort, tables, m);
    if (tables != r->tables) // newer ones came meanwhile
        fill(r, want, r->tables);
    snapshot_unref(tables);
    // They are nobody else's: they become the picture, without a copy.
    struct snapshot *picture = r->tables;
    r->tables = NULL;
    if (want->need & NEED_NAMES) {
        names_fill(&r->names, picture);
        picture->has |= NEED_NAMES;
    }
    if (wants_maps(want)) {
        picture_copy_maps(&picture->focus_maps, &r->focus_maps);
        picture->has |= want->need & (NEED_MAP_USE | NEED_ALL_MAPS);
    }
    return picture;
}
