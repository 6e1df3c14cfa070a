// One thread's way from what is wanted to a picture: reads the tables, asks the processes, joins.
#ifndef IPCTOP_ENGINE_REFRESH_H
#define IPCTOP_ENGINE_REFRESH_H

#include "engine/holders/schedule.h"

struct refresh;

// The threads are the caller's and must outlive it.
struct refresh *refresh_new(const struct source *source, struct prober_pool *probers);
void refresh_free(struct refresh *reading); // NULL is fine

// A want with all that its parts take beyond them.
struct want refresh_complete(struct want want);

// Reads the tables `want` names. Cannot hang. Of thousands of objects, the sets and queues not in
// sight, and rss and swap of segments, may be those of `last`, at most ten seconds old; where that
// is NULL all is read.
void refresh_tables(struct refresh *reading, const struct want *want, const struct snapshot *last);
const struct want *refresh_wanted(const struct refresh *reading); // what they were last read for
int64_t refresh_time(const struct refresh *reading); // when they were tried last; CLOCK_MONOTONIC

// A picture of the tables as they are now, for which nobody is asked: what processes said is
// taken from `last`, which may be NULL. Between refresh_tables() and the end of refresh_ask() only.
struct snapshot *refresh_ahead(const struct refresh *reading, const struct snapshot *last);

// Asks the processes for what `want` takes, then makes the picture of it all, in which the tables
// go. `meanwhile` may read them again: the picture has the newest.
struct snapshot *refresh_ask(struct refresh *reading, const struct want *want,
                             enum scan_effort effort, struct meanwhile meanwhile);

#endif
