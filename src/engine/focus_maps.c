// The mappings of the process in focus: NEED_MAP_USE, NEED_ALL_MAPS. Without such a process, the memory
// that the mappings of the scan use: all its holders are asked.
#include <stdlib.h>
#include <string.h>

#include "base/order.h"

#include "engine/ask/collector.h"

struct focus_maps {
    struct mapping_vec mappings; // as answered last
    int32_t pid;                 // the process; 0: none is in focus
    bool all;                    // of the scan
    uint64_t need;
};

static void mappings_free(struct mapping_vec *mappings)
{
    for (size_t i = 0; i < mappings->n; i++)
        free(mappings->at[i].path);
    vec_free(mappings);
}

static void release(void *self)
{
    struct focus_maps *f = self;

    mappings_free(&f->mappings);
}

// --- of all holders -----------------------------------------------------------------------------

static int by_place(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;

    return order_by(x->pid, y->pid) ?: order_by_u64(x->start, y->start);
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct mapping_vec *fresh = arg;

    (void)probe;
    for (size_t i = 0; i < answer->mappings.n; i++)
        vec_push(fresh, answer->mappings.at[i]); // of segments: none has a path
    answer->mappings.n = 0;
}

// The mappings of the scan, with what their processes answered. One that changed since is left unknown.
static void join_scan(struct focus_maps *f, const struct scan *scan, struct mapping_vec *fresh)
{
    vec_copy(&f->mappings, &scan->mappings);
    vec_sort(fresh, by_place);
    for (size_t i = 0; i < f->mappings.n; i++) {
        struct mapping *m = &f->mappings.at[i];
        const struct mapping *use =
            fresh->n ? bsearch(m, fresh->at, fresh->n, sizeof *m, by_place) : NULL;

        m->path = NULL;
        if (!use || use->shmid != m->shmid || use->end != m->end)
            continue;
        m->rss = use->rss;
        m->pss = use->pss;
        m->swap = use->swap;
        m->locked = use->locked;
        m->known |= use->known & MAP_KNOWS_USE;
    }
}

static void update_all(struct focus_maps *f, const struct round *round)
{
    const struct scan *scan = round->tables->scan;
    struct mapping_vec fresh = {0};
    struct asking asking = {.take = take, .arg = &fresh};
    struct pid_vec pids = {0};

    for (size_t i = 0; i < scan->holders.n; i++)
        pids_add(&pids, scan->holders.at[i].pid);
    pids_settle(&pids);
    for (size_t i = 0; i < pids.n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_MAP_USE, .id = pids.at[i]});
    vec_free(&pids);
    ask_each(round->pool, &asking);
    join_scan(f, scan, &fresh);
    vec_free(&fresh);
    ask_end(&asking);
}

// --- of the process in focus --------------------------------------------------------------------

// Those read last stay while the process does not answer.
static void update(void *self, const struct round *round)
{
    struct focus_maps *f = self;
    const struct want *want = round->want;
    uint64_t need = want->need & NEED_ALL_MAPS;
    int32_t pid = want->focused && want->focus.pid > 0 ? want->focus.pid : 0;
    const struct probe probe = {.what = need ? PROBE_ALL_MAPS : PROBE_MAP_USE, .id = pid};
    struct answer answer = {0};
    bool all = !pid && round->tables->scan;

    if (f->pid != pid || f->need != need || f->all || all)
        mappings_free(&f->mappings);
    f->pid = pid;
    f->need = need;
    f->all = all;
    if (all)
        update_all(f, round);
    if (!pid)
        return;
    if (ask_one(round->pool, probe, &answer) == ASKED_DONE) {
        mappings_free(&f->mappings);
        f->mappings = answer.mappings;
        answer.mappings = (struct mapping_vec){0};
    }
    answer_clear(&answer);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct focus_maps *f = self;
    struct mapping_vec *to = &snapshot->focus_maps;

    if (!f->pid && !f->all)
        return false;
    for (size_t i = 0; i < to->n; i++)
        free(to->at[i].path);
    vec_copy(to, &f->mappings);
    for (size_t i = 0; i < to->n; i++)
        to->at[i].path = mem_copy_string(to->at[i].path);
    return true;
}

const struct collector focus_maps_collector = {
    .need = NEED_MAP_USE | NEED_ALL_MAPS,
    .size = sizeof(struct focus_maps),
    .release = release,
    .update = update,
    .fill = fill,
};
