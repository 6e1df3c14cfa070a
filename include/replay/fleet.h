// Recorded pictures of several hosts as one source: files, in which one may go anywhere, and pipes.
//
// Of all hosts together (want.ipc_namespace 0) a picture has the table of hosts, and beside its own rows,
// which are no others, those of the last picture of each. Of one, it is that host's.
#ifndef IPCTOP_REPLAY_FLEET_H
#define IPCTOP_REPLAY_FLEET_H

#include "model/source.h"
#include "replay/source.h"

enum { FLEET_MAX = 64 };

struct fleet;

// `hosts`: of each where it is read from; their `at` is taken from the first. NULL: *why has a line.
struct fleet *fleet_new(const struct replay_options *hosts, size_t n, char *why, size_t cap);
void fleet_free(struct fleet *fleet);
struct source fleet_seam(struct fleet *fleet); // free() is fleet_free()

#endif
