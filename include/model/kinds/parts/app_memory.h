// What an application shares in all kinds of memory together: its segments of System V are often the least.
#ifndef IPCTOP_MODEL_KINDS_PARTS_APP_MEMORY_H
#define IPCTOP_MODEL_KINDS_PARTS_APP_MEMORY_H

#include "model/record/shared.h"
#include "model/record/snapshot.h"

struct app_memory {
    uint64_t bytes[SHARED_TYPES], system_v; // sizes
    size_t processes;                       // that were seen holding any of it
};

// `app` and `instance` (empty: not known, then of all that application's) as the rows of the shared view have
// them. False: nothing is its.
bool app_memory_of(const struct snapshot *s, const char *app, const char *instance,
                   struct app_memory *out);
// "PostgreSQL /var/lib/postgresql/15/main: 16.1G anonymous, 56 B System V, 1.0M POSIX, 41 processes": of the
// application that holds the row. NULL: it is of none that is known, or nothing else is its. The caller frees.
char *app_memory_line(const struct snapshot *s, const struct shared *row);

#endif
