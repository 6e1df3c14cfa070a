// From an identity to its row, to the object that belongs to, and to words.
#ifndef IPCTOP_MODEL_IDENTITY_FIND_ROW_H
#define IPCTOP_MODEL_IDENTITY_FIND_ROW_H

#include "model/table/kind.h"

// The row of the snapshot that an identity means, and no other that has its id; or NULL.
const void *find_row(const struct snapshot *s, const struct identity *identity);
// The object a row is or belongs to, as it is now. False: it belongs to none, or that is gone.
bool find_object(const struct snapshot *s, const struct identity *row, struct identity *object);
// What a row is about, where that is another row. False: nothing, or the row is gone.
bool find_subject(const struct snapshot *s, const struct identity *row, struct row_subject *out);
// What an action on a row is done to: that object, or what kind->act_on names. Sets action->target and
// what it was; false: there is none, or it is gone.
bool find_target(const struct snapshot *s, const struct identity *row, struct action *action);
// "segment 393216", "process 18811", "semaphore set 3": as sentences name a target. Returns dst.
const char *identity_text(const struct identity *identity, char *dst, size_t cap);
// The same, but "shmmni" of a row with a name of its own.
const char *row_text(const struct snapshot *s, const struct identity *identity, char *dst,
                     size_t cap);

// The pids that the snapshot's rows name (creators, last users, holders, …) and those that were
// stuck when the holders were looked for: ascending, each once, 0 left out. Replaces *out.
void snapshot_named_pids(const struct snapshot *s, struct pid_vec *out);

#endif
