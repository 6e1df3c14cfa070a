// Asks many processes what they hold, and gathers the answers.
#ifndef IPCTOP_ENGINE_HOLDERS_ASK_H
#define IPCTOP_ENGINE_HOLDERS_ASK_H

#include "engine/ask/ask.h"
#include "model/holders/accounting.h"

struct held {                    // zero it before use
    struct holding_vec holdings; // ordered by pid: processes that hold something
    struct mapping_vec mappings;
    struct pid_vec stuck; // did not answer in time, or could not be asked; ascending:
    uint32_t unasked;     // so many of them, for lack of a thread or descriptor
};
void held_clear(struct held *held); // empties it; the room stays
void held_free(struct held *held);

struct holders_counts {
    uint32_t asked, unreadable, exiting; // processes that are still there
    uint64_t left_out;                   // mappings beyond the bound on what is kept
    enum scan_method method;
};

struct holders_answers { // zero it before use; has the answers of the last holders_ask()
    struct held held;
    struct holders_counts counts;
    uint32_t keep; // private: so many mappings of each process are kept, at most
};

// `what` is PROBE_ATTACHMENTS or PROBE_EXACT. Of processes in `known`, unless it is NULL, only what
// they held when they were asked last is looked at. `ride`, where these are all processes, is taken
// along unless it was before; NULL: none. False: cancelled.
bool holders_ask(struct holders_answers *answers, struct prober_pool *pool, enum probe_what what,
                 const struct pid_entry_vec *processes, const struct held *known,
                 struct ride *ride);

#endif
