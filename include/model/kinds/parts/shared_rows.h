// The rows of shared memory besides System V's: which is which, who holds one, whose it is.
#ifndef IPCTOP_MODEL_KINDS_PARTS_SHARED_ROWS_H
#define IPCTOP_MODEL_KINDS_PARTS_SHARED_ROWS_H

#include "model/record/shared.h"
#include "model/table/kind.h"

// As an identity has it: `key` is the device, 12 bits of it the major number, `part` the inode.
struct shared_id shared_id_of(const struct identity *identity);
struct identity shared_identity(const struct kind *kind, const struct shared_id *id);
// Of the snapshot's objects, which are ordered by these. NULL: there is none.
const struct shared *shared_find(const struct snapshot *s, const struct shared_id *id);
// The holders of one: the first, *n of them.
const struct shared_holder *shared_holders(const struct snapshot *s, const struct shared_id *id,
                                           size_t *n);
// Whether nothing uses it and what made it no longer runs; *known is false where that is not certain.
bool shared_orphan(const struct snapshot *s, const void *shared, bool *known); // kind->orphan
// The title of its application, "PostgreSQL", or the program that all its holders run; NULL: neither.
// `instance`, of `cap` bytes: its data directory; empty where that is not known.
const char *shared_app(const struct snapshot *s, const struct shared *row, char *instance,
                       size_t cap);

#endif
