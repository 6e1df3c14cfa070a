// Asks many processes what they hold, and gathers the answers.
#ifndef IPCTOP_ENGINE_HOLDERS_ASK_H
#define IPCTOP_ENGINE_HOLDERS_ASK_H

#include "engine/ask/ask.h"
#include "model/holders/accounting.h"

VEC(pid_set, int32_t); // ascending

struct holders_answers {         // zero it before use; has the answers of the last holders_ask()
    struct holding_vec holdings; // ordered by pid: processes that hold something
    struct mapping_vec mappings;
    struct pid_set stuck;                // did not answer in time, or could not be asked:
    uint32_t unasked;                    // so many of them, for lack of a thread or descriptor
    uint32_t asked, unreadable, exiting; // of those that are still there
    uint64_t left_out;                   // mappings beyond the bound on what is kept
    uint32_t keep;                       // private: so many of each process are, at most
    enum scan_method method;
};

void holders_answers_free(struct holders_answers *answers);

// What processes held when they were asked last, ordered by pid.
struct known_holdings {
    const struct holding_vec *holdings; // NULL: all they hold is asked for
    const struct mapping_vec *mappings;
};

// `what` is PROBE_ATTACHMENTS or PROBE_EXACT. `ride`, where these are all processes, is taken along unless it
// was before; NULL: none. False: cancelled.
bool holders_ask(struct holders_answers *answers, struct prober_pool *pool, enum probe_what what,
                 const struct pid_entry_vec *processes, struct known_holdings known,
                 struct ride *ride);

#endif
