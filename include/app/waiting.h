// Tasks blocked on semaphore sets and queues: when processes are asked for them, and which.
//
// For sets the kernel counts who waits: nobody is asked while the known ones account for all. For
// queues it does not: everybody is asked now and then, more often while a queue changes or is
// looked at. Over time this takes at most 2 % of a processor.
#ifndef IPCTOP_APP_WAITING_H
#define IPCTOP_APP_WAITING_H

#include "app/census.h"
#include "app/probers.h"

struct waiting;

struct waiting *waiting_new(const struct source *source, struct probers *probers,
                            struct census *census);
void waiting_free(struct waiting *waiting); // NULL is fine

// `tables` has sets with their numbers of waiters, and queues. With `all` every process is asked.
void waiting_update(struct waiting *waiting, const struct snapshot *tables,
                    const struct want *want, bool all, struct meanwhile meanwhile);
void waiting_fill(const struct waiting *waiting, struct snapshot *snapshot);

#endif
