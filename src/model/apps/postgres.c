#include "model/apps/postgres.h"

#include <string.h>

#include "model/apps/programs.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

const char *const postgres_programs[] = {"postgres", "postmaster", "edb-postgres", "edb-postmaster",
                                         NULL};

bool postgres_program(const char *comm)
{
    return program_among(postgres_programs, comm);
}

static bool begins(const char *text, const char *word)
{
    size_t n = strlen(word);

    return strncmp(text, word, n) == 0 && (text[n] == '\0' || text[n] == ' ');
}

// src/backend/utils/init/miscinit.c GetBackendTypeDesc(): what stands after "postgres: ", and after the
// cluster's name, if it has one. A session has its user, database and client there.
static enum postgres_role role_of_child(const char *title)
{
    static const char *const helpers[] = {
        "background writer",  "autovacuum launcher", "autovacuum worker",    "logical replication",
        "stats collector",    "slotsync worker",     "walsummarizer",        "io worker",
        "archiver last",      "archiver archiving",  "archiver failed",      "startup recovering",
        "startup waiting",    "walreceiver",         "checkpointer process", "walwriter process",
        "wal writer process", "writer process",      "logger process",       "archiver process"};
    static const char *const alone[] = {"checkpointer", "walwriter", "logger", "archiver",
                                        "startup"};
    const char *cluster = strstr(title, ": ");

    title += strspn(title, " ");
    if (begins(title, "parallel worker"))
        return POSTGRES_WORKER;
    for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
        if (begins(title, helpers[i]))
            return POSTGRES_HELPER;
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (begins(title, alone[i]) &&
            !title[strlen(alone[i]) + strspn(title + strlen(alone[i]), " ")])
            return POSTGRES_HELPER;
    return cluster ? role_of_child(cluster + 2) : POSTGRES_BACKEND;
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
    return strncmp(command, child, strlen(child)) == 0 ? role_of_child(command + strlen(child))
                                                       : POSTGRES_MASTER;
}

const char *postgres_role_title(enum postgres_role role)
{
    static const char *const titles[] = {[POSTGRES_SOME] = "a process of PostgreSQL",
                                         [POSTGRES_MASTER] = "a PostgreSQL postmaster",
                                         [POSTGRES_BACKEND] = "a PostgreSQL backend",
                                         [POSTGRES_WORKER] = "a parallel worker of PostgreSQL",
                                         [POSTGRES_HELPER] = "a helper process of PostgreSQL"};

    return titles[role];
}

// Servers before 9.3 count keys up from port × 1000.
static bool is_old_key(const struct instance *instance, uint32_t key)
{
    return instance->known & INSTANCE_KNOWS_PORT && instance->port > 0 &&
           key / 1000 == instance->port;
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
    return (uint32_t)instance->inode == key || is_old_key(instance, key);
}

// As many sets as its connections take, of 17 semaphores each (src/backend/port/sysv_sema.c), from the
// same first key on.
bool postgres_owns_set(const struct instance *instance, const struct semset *set)
{
    return set->o.cuid == instance->uid && set->o.key != 0 &&
           (set->o.key - (uint32_t)instance->inode < 1024 || is_old_key(instance, set->o.key));
}

bool postgres_backend_of(const struct snapshot *s, const struct segment *segment, int32_t pid)
{
    const struct process *p = pid > 0 ? snapshot_process(s, pid) : NULL;

    return p && !p->gone && (p->known & PROC_KNOWS_COMM) && postgres_program(p->comm) &&
           (!(p->known & PROC_KNOWS_UID) || p->uid == segment->o.cuid);
}

// Whether the process was started by a postmaster that lives. Where its parent is not known, it may be.
static bool has_postmaster(const struct snapshot *s, int32_t pid)
{
    const struct process *p = snapshot_process(s, pid);

    if (!p || !(p->known & PROC_KNOWS_PARENT))
        return true;
    const struct process *parent = p->parent > 0 ? snapshot_process(s, p->parent) : NULL;
    return parent && !parent->gone && parent->known & PROC_KNOWS_COMM &&
           postgres_program(parent->comm);
}

// Whether the process also holds the segment that keeps servers off a data directory whose facts are
// known.
static bool holds_owned(const struct snapshot *s, int32_t pid)
{
    for (size_t i = 0; i < s->instances.n; i++)
        for (size_t k = 0; k < s->segments.n; k++)
            if (postgres_owns(&s->instances.at[i], s, &s->segments.at[k]) &&
                scan_holder(s->scan, s->segments.at[k].o.id, pid))
                return true;
    return false;
}

bool postgres_interlocked(const struct snapshot *s, const struct segment *segment,
                          const struct instance *instance)
{
    size_t n, backends = 0, left = 0;
    const struct holder *holders = scan_holders(s->scan, segment->o.id, &n);

    if (segment->nattch == 0 || !pid_state_ended(segment_creator(s, segment)))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool backend = postgres_backend_of(s, segment, holders[i].pid);
        // Its maker holds it: then the clock was set since, and nobody is gone.
        if (backend && holders[i].pid == segment->cpid)
            return false;
        backends += backend;
        left += backend && !instance && !has_postmaster(s, holders[i].pid);
    }
    // Without its data directory's facts: a keyed segment that backends alone hold, whose postmaster
    // ended. A segment of dynamic shared memory has a key and a maker that ended, too (dsm_impl.c), but
    // its backends have a postmaster.
    if (instance)
        return n == 0 || backends > 0;
    return segment->o.key != 0 && n > 0 && left == n && !holds_owned(s, holders[0].pid);
}
