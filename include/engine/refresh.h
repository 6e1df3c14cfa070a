// One thread's way from what is wanted to a snapshot: reads the tables, runs the collectors, derives
// trends, findings and events.
#ifndef IPCTOP_ENGINE_REFRESH_H
#define IPCTOP_ENGINE_REFRESH_H

#include "engine/ask/collector.h"
#include "engine/tables.h"

struct refresh;

// Source and pool are the caller's and must outlive it. `follows`: events are made of snapshots that follow
// each other.
struct refresh *refresh_new(const struct source *source, struct prober_pool *pool, bool follows);
void refresh_free(struct refresh *refresh); // NULL is fine

// The want with all that its parts are made from.
struct want refresh_complete(struct want want);

void refresh_tables(struct refresh *refresh, const struct want *want,
                    const struct snapshot *last);                  // tables_read()
const struct tables *refresh_state(const struct refresh *refresh); // of the tables

// A snapshot of the tables as they are now, for which no process is asked: `partial`, with what the
// collectors knew when they ran last; one reference. Between refresh_tables() and the end of refresh_round()
// only.
struct snapshot *refresh_partial(struct refresh *refresh);

// Runs the collectors that `want` takes, then makes the snapshot of it all, in which the tables go:
// what the pool does meanwhile may read them again, and the snapshot has the newest; one reference.
struct snapshot *refresh_round(struct refresh *refresh, const struct want *want,
                               enum effort effort);

// Puts trends, events and findings into that snapshot. The outcomes become events; what it shows already of
// actions that have begun, and whose outcomes come later, does not. Events are made of whole snapshots:
// partial ones lack the names. NULL: none. Returns how many are new.
size_t refresh_derive(struct refresh *refresh, struct snapshot *snapshot,
                      const struct outcome_vec *outcomes, const struct action_vec *begun);

#endif
