// What is known of the processes a picture names: names, owners, states, start times, arguments.
//
// Every process is asked once when it is named first; then those in view at every update, the
// others in turn. Only a new program is asked for its arguments, since that read may hang where
// the others do not; and who does not say more at least for its name and owner.
#ifndef IPCTOP_APP_PROGRAMS_H
#define IPCTOP_APP_PROGRAMS_H

#include "app/census.h"
#include "app/probers.h"

struct programs;

// The source and the threads are the caller's and must outlive it.
struct programs *programs_new(struct probers *probers);
void programs_free(struct programs *programs); // NULL is fine

// For NEED_PROCESSES and NEED_COMMANDS: asks what has to be asked for the pids that `snapshot`
// names. With `all` everybody is asked anew.
void programs_update(struct programs *programs, const struct snapshot *snapshot,
                    const struct want *want, const struct census *census, bool all,
                    struct meanwhile meanwhile);

// Makes snapshot->processes what is known.
void programs_fill(const struct programs *programs, struct snapshot *snapshot);

#endif
