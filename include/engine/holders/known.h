// What processes hold, as they answered last: what a scan is made from, and what a later look
// compares with.
#ifndef IPCTOP_ENGINE_HOLDERS_KNOWN_H
#define IPCTOP_ENGINE_HOLDERS_KNOWN_H

#include "engine/ask/collector.h"
#include "engine/holders/ask.h"

struct known_holders { // zero it before use
    struct held held;
    struct segment_handle_vec handles; // ordered by shmid
    struct holders_counts counts;      // when all were asked last; `asked` with the stuck ones
    bool hidden;   // the list of processes does not have all: hidepid, see proc(5)
    bool unlisted; // it could not be read

    struct pid_entry_vec asked; // the processes asked so far
    uint64_t asked_number;      // the reading of the process list that named them
    struct holders_answers answers;
};

void known_holders_free(struct known_holders *known);
void known_holders_clear(struct known_holders *known); // no process holds anything

// Asks all processes. False: cancelled.
bool known_holders_ask_all(struct known_holders *known, const struct round *round);

// The segments whose holders are looked for: the one that is asked for alone; all, where none is. The
// table's own, not copies.
struct segment_vec holders_segments(const struct round *round);

// Their holders, by a walk from the segments, as struct source says. False: that is not possible now.
bool holders_walk(const struct round *round, struct walked *out);

// Takes over what such a walk finds, without asking a process, and puts into the round's tables what it
// says of the holders. False: nothing was changed, they are to be asked.
bool known_holders_walk(struct known_holders *known, const struct round *round);
// Once the scan is made: the next look walks again, or asks all, so that nothing compares with these.
void known_holders_end_walk(struct known_holders *known);

// Takes over the answers of a holders_ask() into `known->answers`; a process that did not answer is
// taken to hold what it held.
void known_holders_adopt(struct known_holders *known, const struct round *round);
void known_holders_remember_asked(struct known_holders *known, const struct process_list *list);

// Adds the file handle of a mapping that is surely of a segment of ours, unless one is known.
void known_holders_add_handle(struct known_holders *known, const struct mapping *mapping);

// Where more of a segment was found than there is, asks its holders for file handles, which
// distinguish what attached in other IPC namespaces. True where any process gave one: a scan may resolve
// now. False also where that was done already.
bool known_holders_resolve_namespaces(struct known_holders *known, const struct scan *scan,
                                      const struct round *round);

// Everything of the input that is known here; the round is asked which processes share memory.
void known_holders_input(struct known_holders *known, const struct round *round,
                         struct scan_input *in);

#endif
