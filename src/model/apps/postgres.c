#include "model/apps/postgres.h"

#include <string.h>

#include "model/record/object_times.h"
#include "model/record/pid_state.h"

bool postgres_program(const char *comm)
{
    static const char *const names[] = {"postgres", "postmaster", "edb-postgres", "edb-postmaster"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(comm, names[i]) == 0)
            return true;
    return false;
}

// Its children write "postgres: " over their arguments (src/backend/utils/misc/ps_status.c there);
// the postmaster keeps those it was started with.
enum postgres_role postgres_role(const struct process *p)
{
    static const char child[] = "postgres: ";
    const char *command = process_string(p, PROCESS_COMMAND);

    if (p->gone || !(p->known & PROC_KNOWS_COMM) || !postgres_program(p->comm))
        return POSTGRES_NOT;
    if (!(p->known & PROC_KNOWS_COMMAND) || !command)
        return POSTGRES_SOME;
    return strncmp(command, child, strlen(child)) == 0 ? POSTGRES_BACKEND : POSTGRES_MASTER;
}

// src/backend/port/sysv_shmem.c: the key is the data directory's inode number, and is counted up
// while another's segment has it; postmaster.pid says which it became. After IPC_RMID only the
// mappings still name it. Its maker stays what it was; an owner may give an object to anybody.
bool postgres_owns(const struct instance *instance, const struct snapshot *s,
                   const struct segment *segment)
{
    uint32_t key = segment->o.key;
    const struct segment_account *account = scan_account(s->scan, segment->o.id);

    if (key == 0 && account && account->key_known)
        key = account->original_key;
    if (key == 0 || segment->o.cuid != instance->uid)
        return false;
    if (instance->known & INSTANCE_KNOWS_SEGMENT && instance->key == key)
        return true;
    return (uint32_t)instance->inode == key;
}

bool postgres_backend_of(const struct snapshot *s, const struct segment *segment, int32_t pid)
{
    const struct process *p = pid > 0 ? snapshot_process(s, pid) : NULL;

    return p && !p->gone && (p->known & PROC_KNOWS_COMM) && postgres_program(p->comm) &&
           (!(p->known & PROC_KNOWS_UID) || p->uid == segment->o.cuid);
}

bool postgres_interlocked(const struct snapshot *s, const struct segment *segment,
                          const struct instance *instance)
{
    size_t n, backends = 0;
    const struct holder *holders = scan_holders(s->scan, segment->o.id, &n);

    if (!instance || segment->nattch == 0 ||
        !pid_state_ended(snapshot_pid_state(s, segment->cpid, segment_birth(segment))))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool backend = postgres_backend_of(s, segment, holders[i].pid);
        // Its maker holds it: then the clock was set since, and nobody is gone.
        if (backend && holders[i].pid == segment->cpid)
            return false;
        backends += backend;
    }
    return n == 0 || backends > 0;
}
