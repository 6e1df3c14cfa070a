// Data directories of databases, asked for at a slow pace and kept: labels name them.
#ifndef IPCTOP_ENGINE_DATABASES_H
#define IPCTOP_ENGINE_DATABASES_H

#include "engine/ask/prober_pool.h"

struct instances { // zero it before use
    struct instance_vec known;
    uint64_t print; // of the segments when they were asked for
    int64_t asked_ns;
    bool asked;
};

void databases_free(struct instances *instances);
// Asks anew twice a minute, sooner where segments came or went; with `all` at once. Who is asked:
// PostgreSQL's processes among the makers and holders of the picture's segments, and the usual
// places.
void databases_update(struct instances *instances, struct prober_pool *probers,
                      const struct snapshot *picture, bool all, struct meanwhile meanwhile);
void databases_fill(const struct instances *instances, struct snapshot *picture);

#endif
