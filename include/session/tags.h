// Tagged rows.
#ifndef IPCTOP_SESSION_TAGS_H
#define IPCTOP_SESSION_TAGS_H

#include "model/record/identity_set.h"
#include "model/record/snapshot.h"

struct session;

// Forgets tags of rows that no longer exist, where the snapshot shows it.
void tags_prune(struct identity_vec *tags, const struct snapshot *s);

struct tag_counts {
    size_t shown, hidden; // of the current table; hidden by its filter, owner or orphans
    size_t elsewhere;     // of other tables
};
// Appends the tagged rows shown, in their order, to *shown unless that is NULL.
struct tag_counts tags_count(struct session *s, struct identity_vec *shown);

#endif
