// What the kernel allows of System V IPC, how much of it is used, and by which user. ipc(5),
// proc_sys_kernel(5): kernel.shm*, kernel.sem, kernel.msg*.
#ifndef IPCTOP_LINUX_OBJECTS_LIMITS_H
#define IPCTOP_LINUX_OBJECTS_LIMITS_H

#include "model/record/action.h"
#include "model/record/snapshot.h"

// Replaces s->limits: every limit in the kernel's order. Use and top user come from the tables that
// s->has names; what has no table, or whose file cannot be read, is unknown. `by_calls`: by
// shmctl(2), semctl(2) and msgctl(2), and from files only what these do not show: a /proc of
// subset=pid lacks them, and where many IPC namespaces are looked into, opening one of these files
// passes an entry of each (fs/proc/proc_sysctl.c proc_sys_compare()).
void limits_read(const char *proc, bool by_calls, struct snapshot *s);

// ACTION_LIMIT: writes one limit, its neighbours in kernel.sem unchanged, and reads it back. Fills *outcome,
// whatever happens. Never blocks.
void limits_act(const char *proc, const struct action *action, struct outcome *outcome);

#endif
