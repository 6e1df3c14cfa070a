// Holders by the walk from the segments: as if every holder had been asked, and no one else.
#include <stdlib.h>

#include "engine/holders/known.h"

// Mappings and processes are ordered by pid.
static void take(struct known_holders *k, struct walked *walked)
{
    size_t at = 0;

    vec_free(&k->held.mappings);
    k->held.mappings = walked->mappings;
    walked->mappings = (struct mapping_vec){0};
    vec_reserve(&k->held.holdings, walked->processes.n);
    for (size_t i = 0; i < walked->processes.n; i++) {
        const struct process *process = &walked->processes.at[i];
        size_t first = at;
        while (at < k->held.mappings.n && k->held.mappings.at[at].pid == process->pid)
            at++;
        vec_push(&k->held.holdings,
                 (struct holding){.pid = process->pid,
                                  .start_ticks = process->start_ticks,
                                  .first = (uint32_t)first,
                                  .n = (uint32_t)(at - first),
                                  .namespace_differs = pids_has(&walked->elsewhere, process->pid)});
        // Every mapping has its segment's handle: all are surely ours. Handles are looked at only
        // where a process is elsewhere; those of its segments are needed.
        for (size_t m = first; k->held.holdings.at[i].namespace_differs && m < at; m++)
            known_holders_add_handle(k, &k->held.mappings.at[m]);
    }
}

// They need not be asked what the kernel's own records of them said. There are as many as holders: not a
// copy.
static void give_processes(struct walked *walked, struct snapshot *tables)
{
    if (!walked->facts || tables->processes.n)
        return;
    vec_free(&tables->processes);
    tables->processes = walked->processes;
    walked->processes = (struct process_vec){0};
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
    k->counts.asked = (uint32_t)walked.processes.n;
    k->counts.method = SCAN_REVERSE_MAP;
    k->hidden = false;
    give_processes(&walked, round->tables);
    walked_free(&walked);
    return true;
}

void known_holders_end_walk(struct known_holders *k)
{
    held_free(&k->held);
}
