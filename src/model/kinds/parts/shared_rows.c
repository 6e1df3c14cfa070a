#include "model/kinds/parts/shared_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/apps/postgres.h"
#include "model/apps/shared_names.h"
#include "model/kinds/parts/cells.h"

enum { MINOR_BITS = 20 }; // linux/kdev_t.h

struct shared_id shared_id_of(const struct identity *identity)
{
    return (struct shared_id){.dev_major = identity->key >> MINOR_BITS,
                              .dev_minor = identity->key & ((1u << MINOR_BITS) - 1),
                              .inode = identity->part};
}

struct identity shared_identity(const struct kind *kind, const struct shared_id *id)
{
    return (struct identity){
        .kind = kind->id, .key = id->dev_major << MINOR_BITS | id->dev_minor, .part = id->inode};
}

const struct shared *shared_find(const struct snapshot *s, const struct shared_id *id)
{
    const struct table *table = &s->tables[KIND_SHARED];
    const struct shared_vec rows = {.at = table->at, .n = table->n};

    return shared_among(&rows, id);
}

const struct shared_holder *shared_holders(const struct snapshot *s, const struct shared_id *id,
                                           size_t *n)
{
    const struct table *table = &s->tables[KIND_SHARED_HOLDER];
    const struct shared_holder_vec rows = {.at = table->at, .n = table->n};
    size_t first = vec_lower(&rows, row, shared_order(&row->id, id) < 0), end = first;

    while (end < rows.n && shared_order(&rows.at[end].id, id) == 0)
        end++;
    *n = end - first;
    return *n ? &rows.at[first] : NULL;
}

// Memory without a name is held as long as it is there; queues and semaphores have no known maker.
bool shared_orphan(const struct snapshot *s, const void *shared, bool *known)
{
    const struct shared *row = shared;

    (void)s;
    *known = true;
    if ((row->known & SHARED_KNOWS_ATTACHED && row->attached) ||
        (row->known & SHARED_KNOWS_OPEN && row->open) || (row->found && !row->via) ||
        row->maker == MAKER_LIVES)
        return false;
    *known = row->maker == MAKER_GONE; // then no process was seen to hold it
    return *known;
}

// Of the server that the holder is, or is a child of.
static void find_instance(const struct snapshot *s, int32_t pid, char *dst, size_t cap)
{
    const struct process *p = snapshot_process(s, pid);

    for (size_t i = 0; p && i < s->instances.n; i++) {
        const struct instance *instance = &s->instances.at[i];
        if (instance->known & INSTANCE_KNOWS_PID && instance->uid == p->uid &&
            (instance->pid == pid || instance->pid == p->parent))
            snprintf(dst, cap, "%s", instance->directory);
    }
}

const char *shared_app(const struct snapshot *s, const struct shared *row, char *instance,
                       size_t cap)
{
    const struct shared_rule *rule = shared_rule_of(row->name);
    const char *common = NULL;
    bool several = false;
    size_t n;
    const struct shared_holder *holders = shared_holders(s, &row->id, &n);

    if (cap)
        *instance = '\0';
    for (size_t i = 0; i < n; i++) {
        const struct process *p = snapshot_process(s, holders[i].pid);
        const char *comm = p && p->known & PROC_KNOWS_COMM ? p->comm : NULL;
        several |= !comm || (common && strcmp(common, comm) != 0);
        common = comm;
        if (comm && postgres_program(comm) && cap && !*instance)
            find_instance(s, holders[i].pid, instance, cap);
    }
    if (common && !several && postgres_program(common))
        return "postgres";
    return rule ? rule->app : several ? NULL : common;
}
