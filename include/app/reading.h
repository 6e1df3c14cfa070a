// One thread's way from what is wanted to a picture: reads the tables, asks the processes, joins.
#ifndef IPCTOP_APP_READING_H
#define IPCTOP_APP_READING_H

#include "app/scanner.h"

struct reading;

// The threads are the caller's and must outlive it.
struct reading *reading_new(const struct source *source, struct probers *probers);
void reading_free(struct reading *reading); // NULL is fine

// A want with all that its parts take beyond them.
struct want reading_complete(struct want want);

// Reads the tables `want` names. Cannot hang. Of thousands of objects, the sets and queues not in
// sight, and rss and swap of segments, may be those of `last`, at most ten seconds old; where that
// is NULL all is read.
void reading_tables(struct reading *reading, const struct want *want, const struct snapshot *last);
const struct want *reading_wanted(const struct reading *reading); // what they were last read for
int64_t reading_time(const struct reading *reading); // when they were tried last; CLOCK_MONOTONIC

// A picture of the tables as they are now, for which nobody is asked: what processes said is
// taken from `last`, which may be NULL. Between reading_tables() and the end of reading_ask() only.
struct snapshot *reading_ahead(const struct reading *reading, const struct snapshot *last);

// Asks the processes for what `want` takes, then makes the picture of it all, in which the tables
// go. `meanwhile` may read them again: the picture has the newest.
struct snapshot *reading_ask(struct reading *reading, const struct want *want,
                             enum scan_effort effort, struct meanwhile meanwhile);

#endif
