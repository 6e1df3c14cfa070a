// What an application shares in all kinds of memory together: its segments of System V are often the
// least.
#ifndef IPCTOP_MODEL_KINDS_PARTS_APP_MEMORY_H
#define IPCTOP_MODEL_KINDS_PARTS_APP_MEMORY_H

#include "model/record/shared.h"
#include "model/record/snapshot.h"
#include "model/table/kind.h"

// "PostgreSQL /var/lib/postgresql/15/main: 16.1G anonymous, 1.0M POSIX, 56 bytes System V, 41 processes":
// of the application that holds the row. NULL: it is of none that is known, or nothing else is its. The
// caller frees.
char *app_memory_line(const struct snapshot *s, const struct shared *row);

// Appends such a line for every application that has any of the shared objects, largest first; at most
// APP_MEMORY_LINES.
enum { APP_MEMORY_LINES = 64 };
void app_memory_lines(const struct snapshot *s, struct note_vec *out);

#endif
