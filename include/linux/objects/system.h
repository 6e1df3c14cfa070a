// The machine for the header's first line: its name, load, uptime, and which IPC namespace we see.
// proc_loadavg(5), proc_uptime(5), proc_meminfo(5), namespaces(7).
#ifndef IPCTOP_LINUX_OBJECTS_SYSTEM_H
#define IPCTOP_LINUX_OBJECTS_SYSTEM_H

#include "model/record/snapshot.h"

// Cannot hang. What cannot be read stays zero; the user's name is left to the name service's probe.
void system_read(const char *proc, struct system *out);
// That what is shown is of another IPC namespace than the caller's.
void system_of_namespace(struct system *out, uint64_t inode);
// The machine's name, where /proc did not show it.
void system_by_calls(struct system *out);

#endif
