// PostgreSQL: its processes, its data directories and the segments that are theirs. Pure.
#ifndef IPCTOP_MODEL_APPS_POSTGRES_H
#define IPCTOP_MODEL_APPS_POSTGRES_H

#include "model/record/snapshot.h"

extern const char *const postgres_programs[]; // as program_among() takes them
bool postgres_program(const char *comm);      // is named as they are

enum postgres_role {
    POSTGRES_NOT,
    POSTGRES_SOME,    // one of its processes; which is not known
    POSTGRES_MASTER,  // the postmaster, which started all others
    POSTGRES_BACKEND, // a session
    POSTGRES_WORKER,  // of a query of a session
    POSTGRES_HELPER,  // checkpointer, writers, autovacuum, ...
};

// Which part of a server a process is, by its name and arguments.
enum postgres_role postgres_role(const struct process *process);
// "a PostgreSQL postmaster"; NULL of POSTGRES_NOT.
const char *postgres_role_title(enum postgres_role role);

// Whether that data directory's server made the segment.
bool postgres_owns(const struct instance *instance, const struct snapshot *s,
                   const struct segment *segment);
bool postgres_owns_set(const struct instance *instance, const struct semset *set);
// Whether the process is one of the server whose user made the segment.
bool postgres_backend_of(const struct snapshot *s, const struct segment *segment, int32_t pid);
// The postmaster that made the segment of a data directory (NULL: which one is not known) is known to
// be gone, and others hold it still.
bool postgres_interlocked(const struct snapshot *s, const struct segment *segment,
                          const struct instance *instance);

#endif
