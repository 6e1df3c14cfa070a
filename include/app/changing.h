// Changing objects: owner, group, mode and size limit by a form; locking in memory.
#ifndef IPCTOP_APP_CHANGING_H
#define IPCTOP_APP_CHANGING_H

struct outcome;
struct session;

void changing_set(struct session *s);
void changing_lock(struct session *s); // locks; where all that is meant is locked: unlocks
// What became of the names a form asked for (ACTION_RESOLVE).
void changing_resolved(struct session *s, const struct outcome *outcome);

#endif
