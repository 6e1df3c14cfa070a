#include "linux/machine.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "linux/objects/huge_pages.h"
#include "linux/objects/ipcstat.h"
#include "linux/objects/limits.h"
#include "linux/objects/semctl.h"
#include "linux/objects/system.h"
#include "linux/objects/sysvipc.h"
#include "linux/objects/table_reader.h"
#include "linux/shared/limits.h"
#include "model/kinds/elements.h"
#include "model/kinds/registry.h"

// clang-format off
#define KIND(id, name) extern const struct table_reader name##_reader;
TABLE_KIND_LIST(KIND)
#undef KIND
#define KIND(id, name) &name##_reader,
static const struct table_reader *const table_readers[] = {TABLE_KIND_LIST(KIND)};
#undef KIND
// clang-format on

// What a part is made from: limits count the objects, details hang on them.
static uint64_t tables_for(uint64_t need)
{
    uint64_t tables = need & (NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES);

    if (need & NEED_LIMITS)
        tables |= NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES;
    if (need & (NEED_ELEMENTS | NEED_SEM_WAITERS))
        tables |= NEED_SEMSETS;
    if (need & NEED_QUEUE_MAX)
        tables |= NEED_QUEUES;
    if (need & (NEED_HOLDERS | NEED_SEGMENT_USE))
        tables |= NEED_SEGMENTS;
    return tables;
}

// The first error wins, but all is tried: a kernel may lack one table.
static void note(int *first, struct snapshot *fresh, uint64_t part, int error)
{
    if (!error)
        fresh->has |= part;
    else if (!*first)
        *first = error;
}

void machine_read_system(const struct machine *m, const struct want *want, struct snapshot *fresh)
{
    system_read(m->proc, &fresh->system);
    if (m->is_procfs) {
        system_by_calls(&fresh->system);
        fresh->system.boot_ms = clock_boot_ns() / CLOCK_MS;
    }
    if (want->ipc_namespace)
        system_of_namespace(&fresh->system, want->ipc_namespace);
    fresh->has |= NEED_SYSTEM;
}

static void read_details(const struct machine *m, const struct want *want, struct snapshot *fresh)
{
    uint64_t need = want->need & ~fresh->has;

    if (need & NEED_ELEMENTS && fresh->has & NEED_SEMSETS && m->is_procfs) {
        semctl_elements(fresh, elements_in_focus(want));
        fresh->has |= NEED_ELEMENTS;
    }
    if (need & NEED_SEM_WAITERS && fresh->has & NEED_SEMSETS) {
        if (m->is_procfs)
            semctl_waiters(&fresh->semsets);
        fresh->has |= NEED_SEM_WAITERS;
    }
    fresh->sets_look = snapshot_sets_look(fresh);
    if (need & NEED_QUEUE_MAX && fresh->has & NEED_QUEUES) {
        if (m->is_procfs)
            semctl_max_bytes(&fresh->queues);
        fresh->has |= NEED_QUEUE_MAX;
    }
    if (need & NEED_LIMITS) {
        limits_read(m->proc, m->is_procfs, fresh);
        huge_pages_read(m->sys, &fresh->limits);
        if (m->is_procfs)
            shared_limits_read(want->ipc_namespace != 0, &fresh->limits);
        fresh->has |= NEED_LIMITS;
    }
    if (need & NEED_SYSTEM)
        machine_read_system(m, want, fresh);
}

static void read_tables(const struct machine *m, const struct want *want, struct snapshot *fresh)
{
    const struct table_reading in = {
        .is_procfs = m->is_procfs, .elsewhere = want->ipc_namespace != 0, .want = want};

    for (size_t i = 0; i < sizeof table_readers / sizeof *table_readers; i++) {
        const struct table_reader *reader = table_readers[i];
        uint64_t need = NEED_OF(reader->kind->id);

        if (!(want->need & need & ~fresh->has))
            continue;
        int outcome = reader->read(&in, &fresh->tables[reader->kind->id]);
        if (outcome >= 0)
            fresh->has |= need;
        if (outcome == READ_IN_PART)
            fresh->in_part |= need;
    }
}

// In a container with the machine's /proc the calls number processes otherwise: these pids are not
// to be looked for there, any more than those the kernel itself calls 0.
static void forget_pids(struct snapshot *fresh)
{
    for (size_t i = 0; i < fresh->segments.n; i++)
        fresh->segments.at[i].cpid = fresh->segments.at[i].lpid = 0;
    for (size_t i = 0; i < fresh->queues.n; i++)
        fresh->queues.at[i].lspid = fresh->queues.at[i].lrpid = 0;
    for (size_t i = 0; i < fresh->elements.n; i++)
        fresh->elements.at[i].pid = 0;
}

// By calls, which are cheaper, where they are about the same machine and show what is wanted
// (`text`: they do not); by them, too, where there is no text since /proc shows less (subset=pid,
// or what a container hides). Where both fail: what is wrong with the text, unless there is none.
static int read_objects(const struct machine *m, enum kind_id kind, bool text, void *rows)
{
    if (!text && m->is_procfs && ipcstat_read(kind, false, rows) == 0)
        return 0;
    int error = sysvipc_read(m->proc, kind, rows);
    int called = error && m->is_procfs ? ipcstat_read(kind, true, rows) : error;
    return called && error != -ENOENT ? error : called;
}

int machine_read(const struct machine *m, const struct want *want, struct snapshot *fresh)
{
    uint64_t tables = tables_for(want->need) & ~fresh->has;
    uint64_t use = want->need & NEED_SEGMENT_USE & ~fresh->has; // the calls do not show it
    int error = 0;

    fresh->huge_sizes = m->huge_sizes;
    for (int id = 1; id < OBJECT_KINDS; id++) {
        const struct kind *kind = kind_get((enum kind_id)id);
        uint64_t need = kind->need | (kind->need & NEED_SEGMENTS ? use : 0);
        if (!(need & (tables | use)))
            continue;
        note(&error, fresh, need,
             read_objects(m, kind->id, need & use, (char *)fresh + kind->rows.offset));
        if (need & NEED_SEGMENTS)
            huge_segments_settle(&fresh->segments, m->huge_sizes, (uint64_t)sysconf(_SC_PAGESIZE));
    }
    read_details(m, want, fresh);
    read_tables(m, want, fresh);
    if (m->is_procfs && !m->same_pid_namespace)
        forget_pids(fresh);
    return error;
}
