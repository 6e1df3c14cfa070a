// Tagged rows: identities in order, so that tens of thousands are found quickly.
#ifndef IPCTOP_SESSION_TAGS_H
#define IPCTOP_SESSION_TAGS_H

#include "base/vector.h"
#include "model/record/snapshot.h"

struct session;

VEC(identity_vec, struct identity);

bool tags_has(const struct identity_vec *tags, const struct identity *identity);
void tags_toggle(struct identity_vec *tags, const struct identity *identity);
void tags_add_all(struct identity_vec *tags, const struct identity *identities, size_t n);
// Forgets tags of rows that are no more, where the picture can tell.
void tags_prune(struct identity_vec *tags, const struct snapshot *s);

struct tag_counts {
    size_t shown, hidden; // of the table on screen; hidden by its filter, owner or orphans
    size_t elsewhere;     // of other tables
};
// Appends the tagged rows shown, in their order, to *shown unless that is NULL.
struct tag_counts tags_count(struct session *s, struct identity_vec *shown);
// The row a tag stands for now, or NULL.
const void *tags_row(const struct snapshot *s, const struct identity *tag);

#endif
