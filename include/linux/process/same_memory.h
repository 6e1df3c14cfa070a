// Which tasks have one address space, threads and vfork(2) children among them.
#ifndef IPCTOP_LINUX_PROCESS_SAME_MEMORY_H
#define IPCTOP_LINUX_PROCESS_SAME_MEMORY_H

#include "model/source.h"

// PROBE_SAME_MEMORY, of answer->tasks: by kcmp(2), which takes the lock exec holds (kernel/kcmp.c
// kcmp_lock) and needs pids as our own PID namespace numbers them.
void same_memory_probe(struct answer *answer);

#endif
