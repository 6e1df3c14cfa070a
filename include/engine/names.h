// Names of users and groups, asked once and kept: the name service may be slow, or not answer.
#ifndef IPCTOP_ENGINE_NAMES_H
#define IPCTOP_ENGINE_NAMES_H

#include "engine/ask/prober_pool.h"

struct names {                      // zero it before use
    struct named_vec users, groups; // ordered by id; an empty name: there is none
    int64_t asked_ns;
};

void names_free(struct names *names);
// Asks for the ids in `snapshot` that are not known yet, one at a time, and not while an earlier
// question is without an answer.
void names_update(struct names *names, struct prober_pool *probers, const struct snapshot *snapshot,
                  struct meanwhile meanwhile);
void names_fill(const struct names *names, struct snapshot *snapshot);

#endif
