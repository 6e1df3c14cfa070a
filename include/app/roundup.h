// Asks many processes what they hold, by all probing threads at once, and gathers the answers.
#ifndef IPCTOP_APP_ROUNDUP_H
#define IPCTOP_APP_ROUNDUP_H

#include "app/probers.h"
#include "model/scan_build.h"

VEC(pid_set, int32_t); // ascending

struct roundup { // zero it before use; holds the answers of the last roundup_ask()
    struct holding_vec holdings; // ordered by pid: who holds something
    struct mapping_vec mappings;
    struct pid_set stuck;        // did not answer in time, or could not be asked:
    uint32_t unasked;            // so many of them, for lack of a thread or descriptor
    uint32_t asked, unreadable, exiting; // of those that are still there
    enum scan_method method;
    struct gather *gathers; // private: PROBERS_MAX of them
};

void roundup_free(struct roundup *roundup);

// What processes held when they were asked last, ordered by pid.
struct known_holdings {
    const struct holding_vec *holdings; // NULL: to be asked for all they hold
    const struct mapping_vec *mappings;
};

// `what` is PROBE_ATTACHMENTS or PROBE_EXACT. False: cancelled.
bool roundup_ask(struct roundup *roundup, struct probers *probers, enum probe_what what,
                 const struct pid_entry *entries, size_t n, struct known_holdings known,
                 struct meanwhile meanwhile);

#endif
