// The kernel's tables of objects, as read last. Reading them cannot hang.
#ifndef IPCTOP_ENGINE_TABLES_H
#define IPCTOP_ENGINE_TABLES_H

#include "model/source.h"

struct tables {                // zero it before use
    struct snapshot *now;      // as read last; NULL: not yet
    struct want want;          // what for
    int64_t time_ns;           // when reading was tried last; CLOCK_MONOTONIC
    int64_t others_ns, use_ns; // when sets and queues, and rss of segments, were read
};

void tables_free(struct tables *tables);

// Reads the tables `want` names. Of thousands of objects, the sets and queues not in sight, and rss
// and swap of segments, may be those of `last`, at most ten seconds old; where that is NULL, or of another IPC
// namespace, all is read. An error stays in the snapshot; where nothing could be read, the one before stays.
void tables_read(struct tables *tables, const struct source *source, const struct want *want,
                 const struct snapshot *last);

// A new snapshot with the tables as they are now. The rest is empty.
struct snapshot *tables_copy(const struct tables *tables);

#endif
