// The list of all processes: read again only when a process was made since, and then, where the
// source can list them, only the new ones.
#ifndef IPCTOP_ENGINE_ASK_PROCESS_LIST_H
#define IPCTOP_ENGINE_ASK_PROCESS_LIST_H

#include "model/source.h"

struct process_list {          // zero it before use
    struct pid_entry_vec list; // ascending; processes that ended meanwhile may still be in it
    uint64_t forks;            // read before the list: later ones are not all in it
    uint64_t number;           // counts the readings that brought something
    struct pid_mark mark;
    int64_t listed_ns; // when all of it was read; what ended since is still in it
    bool valid;
    bool hidden; // not all processes are in it: hidepid, see proc(5)
    int error;   // why it could not be read when that was tried last: -errno
};

void process_list_free(struct process_list *processes);

// Makes the list complete: all that live now and lived at the call are in it. 0, or -errno, which stays
// in `error`: the list is then as it was.
int process_list_update(struct process_list *processes, const struct source *source);

// Processes that live and are not in the list, at least so many: what asks all processes counts them
// among those it could not ask. 0: the list is whole.
uint32_t process_list_unseen(const struct process_list *processes);

// Whether that takes the new ones alone, and costs next to nothing.
bool process_list_is_cheap(const struct process_list *processes);

// NULL where no such process was listed.
const struct pid_entry *process_list_find(const struct pid_entry_vec *list, int32_t pid);

// Appends those of `now` that are not in `before`, or are another process by that pid.
void process_list_added(const struct pid_entry_vec *before, const struct pid_entry_vec *now,
                        struct pid_entry_vec *out);

#endif
