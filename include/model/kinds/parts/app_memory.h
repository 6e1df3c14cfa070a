// What an application shares in all kinds of memory together: its segments of System V are often the
// least.
#ifndef IPCTOP_MODEL_KINDS_PARTS_APP_MEMORY_H
#define IPCTOP_MODEL_KINDS_PARTS_APP_MEMORY_H

#include "model/record/shared.h"
#include "model/record/snapshot.h"

// "PostgreSQL /var/lib/postgresql/15/main: 16.1G anonymous, 1.0M POSIX, 56 bytes System V, 41 processes":
// of the application that holds the row. NULL: it is of none that is known, or nothing else is its. The
// caller frees.
char *app_memory_line(const struct snapshot *s, const struct shared *row);

#endif
