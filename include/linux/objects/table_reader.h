// Header only. Readers of kinds whose rows stand in snapshot.tables: one const each, NAME_reader of a
// kind in TABLE_KIND_LIST (model/record/identity.h). They cannot hang.
#ifndef IPCTOP_LINUX_OBJECTS_TABLE_READER_H
#define IPCTOP_LINUX_OBJECTS_TABLE_READER_H

#include "model/table/kind.h"

struct table_reading {
    bool is_procfs; // false: a fixture, whose machine the calls are not about
    bool elsewhere; // the thread has entered another IPC namespace
    const struct want *want;
};

enum { READ_IN_PART = 1 };

struct table_reader {
    const struct kind *kind;
    // Replaces *out. 0; READ_IN_PART where there may be more rows, which could not be read; -errno.
    int (*read)(const struct table_reading *in, struct table *out);
};

#endif
