// The mappings of the process in focus: NEED_MAP_USE, NEED_ALL_MAPS.
#include <stdlib.h>

#include "engine/ask/collector.h"

struct focus_maps {
    struct mapping_vec mappings, fresh; // as answered last; of the answer that comes in
    int32_t pid;                        // the process; 0: none is in focus
    unsigned need;
};

static void mappings_free(struct mapping_vec *mappings)
{
    for (size_t i = 0; i < mappings->n; i++)
        free(mappings->at[i].path);
    vec_free(mappings);
}

static void *create(void)
{
    return mem_zero(1, sizeof(struct focus_maps));
}

static void destroy(void *self)
{
    struct focus_maps *f = self;

    mappings_free(&f->mappings);
    mappings_free(&f->fresh);
    free(f);
}

static void take(void *arg, size_t index, struct answer *answer)
{
    struct focus_maps *f = arg;

    (void)index;
    f->fresh = answer->mappings;
    answer->mappings = (struct mapping_vec){0};
}

// Those read last stay while the process does not answer.
static void update(void *self, const struct round *round)
{
    struct focus_maps *f = self;
    const struct want *want = round->want;
    unsigned need = want->need & NEED_ALL_MAPS;
    int32_t pid = want->focused && want->focus.pid > 0 ? want->focus.pid : 0;
    struct asking asking = {.take = take, .arg = f};

    if (f->pid != pid || f->need != need)
        mappings_free(&f->mappings);
    f->pid = pid;
    f->need = need;
    if (!pid)
        return;
    ask_add(&asking, (struct probe){.what = need ? PROBE_ALL_MAPS : PROBE_MAP_USE, .id = pid});
    ask_each(round->pool, &asking);
    if (asking.asked[0] == ASKED_DONE) {
        mappings_free(&f->mappings);
        f->mappings = f->fresh;
        f->fresh = (struct mapping_vec){0};
    }
    ask_end(&asking);
}

static bool fill(const void *self, unsigned need, struct snapshot *snapshot)
{
    const struct focus_maps *f = self;
    struct mapping_vec *to = &snapshot->focus_maps;

    (void)need;
    if (!f->pid)
        return false;
    for (size_t i = 0; i < to->n; i++)
        free(to->at[i].path);
    vec_copy(to, &f->mappings);
    for (size_t i = 0; i < to->n; i++)
        to->at[i].path = mem_copy_string(to->at[i].path);
    return true;
}

const struct collector focus_maps_collector = {
    .name = "mappings in focus",
    .need = NEED_MAP_USE | NEED_ALL_MAPS,
    .create = create,
    .destroy = destroy,
    .update = update,
    .fill = fill,
};
