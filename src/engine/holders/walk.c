// Holders by the walk from the segments: as if every holder had been asked, and no one else.
#include <stdlib.h>

#include "engine/holders/known.h"

// Mappings and processes are ordered by pid.
static void take(struct known_holders *k, struct walked *walked)
{
    size_t at = 0;

    vec_free(&k->mappings);
    k->mappings = walked->mappings;
    walked->mappings = (struct mapping_vec){0};
    for (size_t i = 0; i < walked->processes.n; i++) {
        const struct process *process = &walked->processes.at[i];
        size_t first = at;
        while (at < k->mappings.n && k->mappings.at[at].pid == process->pid)
            at++;
        vec_push(&k->holdings,
                 (struct holding){.pid = process->pid,
                                  .start_ticks = process->start_ticks,
                                  .first = (uint32_t)first,
                                  .n = (uint32_t)(at - first),
                                  .namespace_differs = pids_has(&walked->elsewhere, process->pid)});
        // Every mapping has its segment's handle: all are surely ours. Handles are looked at only
        // where a process is elsewhere; those of its segments are needed.
        for (size_t m = first; k->holdings.at[i].namespace_differs && m < at; m++)
            known_holders_add_handle(k, &k->mappings.at[m]);
    }
}

struct segment_vec holders_segments(const struct round *round)
{
    const struct segment_vec *all = &round->tables->segments;
    const struct segment *one =
        round->want->alone ? snapshot_segment(round->tables, round->want->focus.id) : NULL;

    if (!round->want->alone)
        return (struct segment_vec){.at = all->at, .n = all->n};
    return (struct segment_vec){.at = (struct segment *)(uintptr_t)one, .n = one != NULL};
}

bool holders_walk(const struct round *round, struct walked *out)
{
    const struct source *source = round->source;
    const struct segment_vec segments = holders_segments(round);

    return !round->want->ipc_namespace && source->walk &&
           source->walk(source->self, &segments, out) == 0;
}

bool known_holders_walk(struct known_holders *k, const struct round *round)
{
    struct walked walked = {0};

    if (!holders_walk(round, &walked)) {
        walked_free(&walked);
        return false;
    }
    known_holders_clear(k);
    vec_clear(&k->handles);
    take(k, &walked);
    k->processes = (uint32_t)walked.processes.n;
    k->method = SCAN_REVERSE_MAP;
    k->hidden = false;
    walked_free(&k->walked);
    k->walked = walked;
    return true;
}
