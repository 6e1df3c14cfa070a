// Asks many processes what they hold, by all probing threads at once, and gathers the answers.
#ifndef IPCTOP_ENGINE_HOLDERS_ASK_H
#define IPCTOP_ENGINE_HOLDERS_ASK_H

#include "engine/ask/prober_pool.h"
#include "model/holders/accounting.h"

VEC(pid_set, int32_t); // ascending

struct holders_answers {         // zero it before use; holds the answers of the last holders_ask()
    struct holding_vec holdings; // ordered by pid: who holds something
    struct mapping_vec mappings;
    struct pid_set stuck;                // did not answer in time, or could not be asked:
    uint32_t unasked;                    // so many of them, for lack of a thread or descriptor
    uint32_t asked, unreadable, exiting; // of those that are still there
    enum scan_method method;
    struct one_write *gathers; // private: PROBER_POOL_MAX of them
};

void holders_ask_free(struct holders_answers *roundup);

// What processes held when they were asked last, ordered by pid.
struct known_holdings {
    const struct holding_vec *holdings; // NULL: to be asked for all they hold
    const struct mapping_vec *mappings;
};

// `what` is PROBE_ATTACHMENTS or PROBE_EXACT. False: cancelled.
bool holders_ask(struct holders_answers *roundup, struct prober_pool *probers, enum probe_what what,
                 const struct pid_entry *entries, size_t n, struct known_holdings known,
                 struct meanwhile meanwhile);

#endif
