// Which rows of a snapshot are shown, and in which order.
#ifndef IPCTOP_MODEL_TABLE_ROWS_H
#define IPCTOP_MODEL_TABLE_ROWS_H

#include "model/table/filter.h"

struct query {
    const struct kind *kind;
    bool has_parent;
    struct identity parent;      // only rows that belong to it
    const struct filter *filter; // NULL: all
    struct column_choice shown;  // where the filter's words are looked for
    bool has_owner;
    uint32_t owner; // only objects of this uid, and what hangs on them
    bool has_id;
    int32_t id;                         // only this object, or what hangs on it
    const struct identity_vec *members; // only these, a set; NULL: all
    bool orphans;                       // only what kind->orphan calls one
    const struct column *sort;          // NULL: as read
    bool descending;
};

VEC(rows, const void *); // into the snapshot: valid as long as a reference to it is held

// Replaces *out; of all pictures that stand beside each other. The sort is stable, unknown values come
// last in both directions.
void rows_build(struct rows *out, const struct snapshot *s, const struct query *query);

// "size", "-size", "+size" → column and direction (without a sign: the column's own). False: no
// such column. NULL is no sort at all: *column is NULL then.
bool rows_parse_sort(const struct kind *kind, const char *text, const struct column **column,
                     bool *descending);

#endif
