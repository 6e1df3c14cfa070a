// The list of all processes: read again only when a process was made since, and then, where the
// source can tell, only the new ones.
#ifndef IPCTOP_APP_CENSUS_H
#define IPCTOP_APP_CENSUS_H

#include "model/source.h"

struct census { // zero it before use
    struct pid_entry_vec list; // ascending; who ended meanwhile may still be in it
    uint64_t forks;            // read before the list: later ones are not all in it
    uint64_t number;           // counts the readings that brought something
    struct pid_mark mark;
    int64_t listed_ns;         // when all of it was read; what ended since is still in it
    bool valid;
};

void census_free(struct census *census);

// Makes the list complete: all that live now and lived at the call are in it.
int census_update(struct census *census, const struct source *source);

// Whether that takes the new ones alone, and costs next to nothing.
bool census_is_cheap(const struct census *census);

// NULL where no such process was listed.
const struct pid_entry *census_find(const struct pid_entry_vec *list, int32_t pid);

// Appends those of `now` that are not in `before`, or are another process by that pid.
void census_added(const struct pid_entry_vec *before, const struct pid_entry_vec *now,
                  struct pid_entry_vec *out);

#endif
