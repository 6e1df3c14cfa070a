// Shared memory besides System V's, its holders and their mappings, for the modules that read or judge it.
#ifndef IPCTOP_MODEL_KINDS_SHARED_H
#define IPCTOP_MODEL_KINDS_SHARED_H

#include "model/kinds/registry.h"
#include "model/record/shared.h"

enum {
    NEED_SHARED = NEED_OF(KIND_SHARED), // what has a name here
    NEED_SHARED_HOLDERS =
        NEED_OF(KIND_SHARED_HOLDER), // what processes map; with it all three tables
};

// As an identity has it: `key` is the device, 12 bits of it the major number, `part` the inode.
struct shared_id shared_id_of(const struct identity *identity);
struct identity shared_identity(const struct kind *kind, const struct shared_id *id);
// Of the snapshot's objects, which are ordered by these. NULL: there is none.
const struct shared *shared_find(const struct snapshot *s, const struct shared_id *id);
// The holders of one: the first, *n of them.
const struct shared_holder *shared_holders(const struct snapshot *s, const struct shared_id *id,
                                           size_t *n);
// What an action on it, or on a holder of it, is done to: struct kind.
bool shared_act_on(const struct snapshot *s, const struct identity *row, struct action *action);
// Whether nothing uses it and what made it no longer runs; *known is false where that is not certain.
bool shared_orphan(const struct snapshot *s, const struct shared *row, bool *known);
// The title of its application, "PostgreSQL", or the program that all its holders run; NULL: neither.
// `instance`, of `cap` bytes: its data directory; empty where that is not known.
const char *shared_app(const struct snapshot *s, const struct shared *row, char *instance,
                       size_t cap);
// "posix", "memfd", ...
const char *shared_type_name(enum shared_type type);

#endif
