// One machine, real or a fixture, and the reading of all its tables: objects, limits, and what kinds of
// their own have here. None of it can hang.
#ifndef IPCTOP_LINUX_MACHINE_H
#define IPCTOP_LINUX_MACHINE_H

#include "model/record/snapshot.h"

struct machine {
    char *proc;              // "/proc", or the root of a fixture
    char *sys;               // "/sys", or beside the fixture's proc
    bool is_procfs;          // a real /proc: system calls are about the same machine
    bool same_pid_namespace; // and it numbers processes as they do
    uint64_t huge_sizes;     // they do not change while the machine runs
};

// Reads what is wanted and not there yet, in the IPC namespace of the calling thread: with
// want->ipc_namespace the thread has entered that one. 0, or -errno of the first table that cannot be read;
// the others are read all the same.
int machine_read(const struct machine *machine, const struct want *want, struct snapshot *fresh);
// What the header shows. Of /proc/self, which is the main thread, most is the machine's.
void machine_read_system(const struct machine *machine, const struct want *want,
                         struct snapshot *fresh);

#endif
