// A kind of row: segments, queues, holders, limits, … Each is one const entry in one file
// (src/model/kinds), and everything shown is a table of a kind.
#ifndef IPCTOP_MODEL_TABLE_KIND_H
#define IPCTOP_MODEL_TABLE_KIND_H

#include <stddef.h>

#include "model/table/column.h"

struct kind {
    enum kind_id id;
    const char *name;  // "segments": JSON array, TABLE argument
    const char *title; // "Segments": tab
    const char *one;   // "segment": in sentences
    unsigned need;     // enum need: to list it at all
    const struct column *columns;
    size_t n_columns;
    const char *default_sort; // as --sort takes it: "-size"; NULL: as read
    enum kind_id enter;       // what Enter opens on a row; KIND_COUNT: nothing

    size_t (*count)(const struct snapshot *s);
    const void *(*at)(const struct snapshot *s, size_t index);
    void (*identify)(const struct snapshot *s, const void *row, struct identity *out);
    // Whether a row hangs on `parent` (a segment's holders, a holder's mappings; all mappings of a
    // process where that holder's id is -1). NULL: on nothing.
    bool (*belongs)(const void *row, const struct identity *parent);
};

// By name, else by heading, in any case ("att", "SIZE"); or NULL.
const struct column *kind_column(const struct kind *kind, const char *name);
// Appends the columns a list names ("key,shmid,size"), each once, to the *n in `out`, which has room
// for kind->n_columns. False: `name` has the first that is none, cut where it is too long for it.
bool kind_parse_columns(const struct kind *kind, const char *list, const struct column **out,
                        size_t *n, char *name, size_t cap);
// The nearest column name to a mistyped one; NULL where none is near.
const char *kind_near_column(const struct kind *kind, const char *name);
// The columns with these COL_* flags: COL_SCREEN in the order of the screen, others in the table's.
// Returns how many; `out` has room for kind->n_columns.
size_t kind_columns(const struct kind *kind, unsigned flags, const struct column **out);

#endif
