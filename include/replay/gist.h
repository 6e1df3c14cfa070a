// What a host is like, from its last picture: for the table of hosts.
#ifndef IPCTOP_REPLAY_GIST_H
#define IPCTOP_REPLAY_GIST_H

#include "model/record/snapshot.h"

// Fills all but number, name, source, state and age. `worst` points into the picture.
void gist_of(const struct snapshot *s, struct host *host);

// The order of a table of hosts: worst first. Of struct host, as qsort(3) has it.
int gist_order(const void *a, const void *b);

#endif
