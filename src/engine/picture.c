#include "engine/picture.h"

static const unsigned by_processes = NEED_PROCESSES | NEED_COMMANDS | NEED_NAMES | NEED_WAITERS |
                                     NEED_MAP_USE | NEED_ALL_MAPS | NEED_APPS;

struct snapshot *picture_of_tables(const struct snapshot *tables)
{
    struct snapshot *picture = snapshot_new();

    picture->number = tables->number;
    picture->time = tables->time;
    picture->time_ns = tables->time_ns;
    picture->has = tables->has;
    picture->error = tables->error;
    picture->orphan_age = tables->orphan_age;
    picture->system = tables->system;
    vec_copy(&picture->segments, &tables->segments);
    vec_copy(&picture->semsets, &tables->semsets);
    vec_copy(&picture->queues, &tables->queues);
    vec_copy(&picture->elements, &tables->elements);
    vec_copy(&picture->limits, &tables->limits);
    return picture;
}

void picture_copy_maps(struct mapping_vec *to, const struct mapping_vec *from)
{
    for (size_t i = 0; i < to->n; i++)
        free(to->at[i].path);
    vec_copy(to, from);
    for (size_t i = 0; i < to->n; i++)
        to->at[i].path = mem_copy_string(to->at[i].path);
}

void picture_keep(struct snapshot *picture, const struct snapshot *last, unsigned need)
{
    unsigned keep = last->has & need & by_processes;

    picture->has |= keep;
    if (keep & (NEED_PROCESSES | NEED_COMMANDS)) {
        vec_copy(&picture->processes, &last->processes);
        for (size_t i = 0; i < picture->processes.n; i++)
            picture->processes.at[i].command = mem_copy_string(picture->processes.at[i].command);
    }
    if (keep & NEED_NAMES) {
        vec_copy(&picture->users, &last->users);
        vec_copy(&picture->groups, &last->groups);
    }
    if (keep & NEED_APPS)
        vec_copy(&picture->instances, &last->instances);
    if (keep & NEED_WAITERS) {
        vec_copy(&picture->waiters, &last->waiters);
        picture->waiters_unseen = last->waiters_unseen;
    }
    if (keep & (NEED_MAP_USE | NEED_ALL_MAPS))
        picture_copy_maps(&picture->focus_maps, &last->focus_maps);
}

// The kernel's table does not tell huge pages; a mapping does.
static void mark_hugetlb(struct snapshot *picture)
{
    for (size_t i = 0; i < picture->scan->accounts.n; i++) {
        const struct segment_account *account = &picture->scan->accounts.at[i];
        if (account->hugetlb) {
            struct segment *segment = (struct segment *)snapshot_segment(picture, account->shmid);
            if (segment)
                segment->flags |= SEG_HUGETLB;
        }
    }
}

void picture_set_scan(struct snapshot *picture, struct scan *scan)
{
    if (!scan || picture->scan == scan)
        return;
    scan_unref(picture->scan);
    picture->scan = scan_ref(scan);
    picture->has |= NEED_HOLDERS;
    mark_hugetlb(picture);
}
