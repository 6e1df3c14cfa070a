// Changing objects: owner, group, mode and size limit by a form; locking in memory.
#ifndef IPCTOP_SESSION_ACTIONS_EDIT_OBJECT_H
#define IPCTOP_SESSION_ACTIONS_EDIT_OBJECT_H

struct outcome;
struct session;

void edit_object_set(struct session *s);
void edit_object_lock(struct session *s); // locks; where all that is meant is locked: unlocks
// The outcome of looking up the names a form asked for (ACTION_RESOLVE).
void edit_object_resolved(struct session *s, const struct outcome *outcome);

#endif
