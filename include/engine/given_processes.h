// Processes whose facts the holders' records in the kernel gave: what else is wanted of them.
#ifndef IPCTOP_ENGINE_GIVEN_PROCESSES_H
#define IPCTOP_ENGINE_GIVEN_PROCESSES_H

#include "engine/ask/collector.h"

// Adds the further facts that are wanted to round->tables->processes. Appends the pids of those that are
// whole now, ascending; the others are to be asked for everything.
void given_processes_ask(const struct round *round, struct pid_vec *sure);

#endif
