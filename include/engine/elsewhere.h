// What the IPC namespaces hold that are not shown: each is looked into in turn, at a slow pace.
#ifndef IPCTOP_ENGINE_ELSEWHERE_H
#define IPCTOP_ENGINE_ELSEWHERE_H

#include "engine/ask/collector.h"

struct elsewhere;

// Source and pool must outlive it.
struct elsewhere *elsewhere_new(const struct source *source, struct prober_pool *pool);
void elsewhere_free(struct elsewhere *self); // NULL is fine

// Looks into those that are due among the namespaces the snapshot lists: all with EFFORT_FULL, else as
// many as fit into a small share of a processor. Then fills their rows, as elsewhere_fill() does. With
// OTHERS_LIST nothing of it.
void elsewhere_update(struct elsewhere *self, enum others others, struct snapshot *snapshot,
                      enum effort effort);

// Fills the rows of the namespaces: of the one shown from the snapshot itself, of the others as they
// were looked into last. With OTHERS_FINDINGS adds the findings in those, which name their namespace; once
// a snapshot.
void elsewhere_fill(const struct elsewhere *self, enum others others, struct snapshot *snapshot);

#endif
