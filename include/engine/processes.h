// What is known of the processes a picture names: names, owners, states, start times, arguments.
//
// Every process is asked once when it is named first; then those in view at every update, the
// others in turn. Only a new program is asked for its arguments, since that read may hang where
// the others do not; and who does not say more at least for its name and owner.
#ifndef IPCTOP_ENGINE_PROCESSES_H
#define IPCTOP_ENGINE_PROCESSES_H

#include "engine/ask/prober_pool.h"
#include "engine/ask/process_list.h"

struct processes;

// The source and the threads are the caller's and must outlive it.
struct processes *processes_new(struct prober_pool *probers);
void processes_free(struct processes *programs); // NULL is fine

// For NEED_PROCESSES and NEED_COMMANDS: asks what has to be asked for the pids that `snapshot`
// names. With `all` everybody is asked anew.
void processes_update(struct processes *programs, const struct snapshot *snapshot,
                      const struct want *want, const struct process_list *census, bool all,
                      struct meanwhile meanwhile);

// Makes snapshot->processes what is known.
void processes_fill(const struct processes *programs, struct snapshot *snapshot);

#endif
