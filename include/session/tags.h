// Tagged rows.
#ifndef IPCTOP_SESSION_TAGS_H
#define IPCTOP_SESSION_TAGS_H

#include "model/record/identity_set.h"
#include "model/record/snapshot.h"
#include "model/table/kind.h"

struct session;

// Forgets tags of rows that no longer exist, where the snapshot shows it.
void tags_prune(struct identity_vec *tags, const struct snapshot *s);

// Appends what is tagged with a row: itself, or the objects it stands for.
void tags_of_row(const struct kind *kind, const struct snapshot *s, const void *row,
                 struct identity_vec *out);
// Whether all of that is tagged.
bool tags_has_row(const struct session *s, const struct kind *kind, const void *row);
// Tags the row, or no longer, where all of it is tagged. False: it stands for no object.
bool tags_toggle_row(struct session *s, const struct kind *kind, const void *row);

struct tag_counts {
    size_t shown, hidden; // of the current table; hidden by its filter, owner or orphans
    size_t elsewhere;     // of other tables
};
// Appends the tagged rows shown, or the objects they stand for, in their order, to *shown unless that
// is NULL.
struct tag_counts tags_count(struct session *s, struct identity_vec *shown);
// Whether any row of the current table is tagged; *shown: one that is seen. Costs less than counting.
bool tags_any(struct session *s, bool *shown);

#endif
