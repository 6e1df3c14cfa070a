// Tasks blocked on semaphore sets and queues: when processes are asked for them, and which.
//
// For sets the kernel counts who waits: nobody is asked while the known ones account for all. For
// queues it does not: everybody is asked now and then, more often while a queue changes or is
// looked at. Over time this takes at most 2 % of a processor.
#ifndef IPCTOP_ENGINE_BLOCKED_TASKS_H
#define IPCTOP_ENGINE_BLOCKED_TASKS_H

#include "engine/ask/prober_pool.h"
#include "engine/ask/process_list.h"

struct blocked_tasks;

struct blocked_tasks *blocked_tasks_new(const struct source *source, struct prober_pool *probers,
                                        struct process_list *census);
void blocked_tasks_free(struct blocked_tasks *waiting); // NULL is fine

// `tables` has sets with their numbers of waiters, and queues. With `all` every process is asked.
void blocked_tasks_update(struct blocked_tasks *waiting, const struct snapshot *tables,
                          const struct want *want, bool all, struct meanwhile meanwhile);
void blocked_tasks_fill(const struct blocked_tasks *waiting, struct snapshot *snapshot);

#endif
