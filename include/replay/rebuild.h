// Makes the rows of a picture from values that were recorded of them: members are put where the columns
// say, then each column and kind does what only it knows.
#ifndef IPCTOP_REPLAY_REBUILD_H
#define IPCTOP_REPLAY_REBUILD_H

#include "model/table/recorded.h"

// Places the rows of a table, whose values are complete, in the picture.
void rebuild_rows(struct snapshot *s, struct recorded_table *table);
// After all tables: names, what lies outside of the rows, and what is known of the picture.
void rebuild_end(struct snapshot *s, struct recorded *recorded);

// The rows of what happened are others now than those that were recorded: the values of those are
// forgotten.
void rebuild_past(struct snapshot *s);

#endif
