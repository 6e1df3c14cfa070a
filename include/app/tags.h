// Tagged rows: identities in order, so that tens of thousands are found quickly.
#ifndef IPCTOP_APP_TAGS_H
#define IPCTOP_APP_TAGS_H

#include "app/session.h"

bool tags_has(const struct identity_vec *tags, const struct identity *identity);
void tags_toggle(struct identity_vec *tags, const struct identity *identity);
void tags_add_all(struct identity_vec *tags, const struct identity *identities, size_t n);
// Forgets tags of rows that are no more, where the picture can tell.
void tags_prune(struct identity_vec *tags, const struct snapshot *s);
// The row a tag stands for now, or NULL.
const void *tags_row(const struct snapshot *s, const struct identity *tag);

#endif
