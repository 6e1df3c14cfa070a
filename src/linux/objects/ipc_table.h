// Parses a file of /proc/sysvipc: which columns it has its header line says, so that one description
// serves all kernels. sysvipc(7).
#ifndef IPCTOP_LINUX_OBJECTS_IPC_TABLE_H
#define IPCTOP_LINUX_OBJECTS_IPC_TABLE_H

#include "model/record/objects.h"

enum field_type {
    FIELD_ID,    // int32_t, never negative
    FIELD_KEY,   // uint32_t, which the kernel prints signed
    FIELD_UID,   // uint32_t
    FIELD_GID,   // uint32_t
    FIELD_PID,   // int32_t
    FIELD_COUNT, // uint64_t
    FIELD_TIME,  // int64_t
    FIELD_PERMS, // uint32_t, octal
};

struct ipc_field { // one column by the name the header line gives it
    const char *name;
    enum field_type type;
    uint16_t offset;  // in the row
    uint8_t optional; // its bit in `seen`: old kernels lack the column; 0: all have it
};

struct ipc_table {
    const char *file;
    const struct ipc_field *fields;
    size_t n_fields;
    size_t row_size;
    enum kind_id kind;
    // Completes a parsed row: `seen` has the bits of the optional columns that were there.
    void (*complete)(void *row, uint8_t seen);
};

struct ipc_rows { // a vector of any of the three
    char *at;
    size_t n, cap;
};

// Fills the rows, which are none yet, with those of the file. 0, -errno where it cannot be read,
// -EPROTO where a column is missing. `proc`: "/proc", or the root of a fixture.
int ipc_table_read(const char *proc, const struct ipc_table *table, struct ipc_rows *rows);

// Those of a vector of a kind's rows, without its rows; and back, `size` bytes each, ordered by id:
// of two with one id the second is dropped. With an error there are none; returns that.
struct ipc_rows ipc_rows_begin(const void *vector);
int ipc_rows_end(struct ipc_rows *rows, size_t size, int error, void *vector);
void *ipc_rows_next(struct ipc_rows *rows,
                    size_t size); // room for one, zeroed, which is not counted yet

#endif
