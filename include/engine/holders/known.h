// Who holds what, as the processes answered last: what a scan is made from, and what a later look
// compares with.
#ifndef IPCTOP_ENGINE_HOLDERS_KNOWN_H
#define IPCTOP_ENGINE_HOLDERS_KNOWN_H

#include "engine/ask/process_list.h"
#include "engine/holders/ask.h"

struct known_holders { // zero it, but for the first three, before use
    const struct source *source;
    struct prober_pool *probers;
    struct process_list *census;

    struct holding_vec holdings; // ordered by pid
    struct mapping_vec mappings;
    struct pid_set stuck; // who did not answer, or was not asked:
    uint32_t unasked;     // so many of them
    struct segment_handle_vec handles;
    uint32_t processes, unreadable, exiting; // of the last that everybody was asked
    enum scan_method method;
    bool hidden; // the list of all processes does not have all

    struct pid_entry_vec known; // who was asked so far
    uint64_t known_number;      // the census that was
    struct holders_answers roundup;
};

void known_holders_free(struct known_holders *attached);
void known_holders_clear(struct known_holders *attached); // nobody holds anything

// Asks everybody. False: cancelled.
bool known_holders_ask_all(struct known_holders *a, const struct snapshot *tables,
                           struct meanwhile m);

enum attached_news { ATTACHED_SAME, ATTACHED_MORE, ATTACHED_OTHER };
// Asks the known holders, who did not answer last time, and with `newcomers` who is new since.
// ATTACHED_SAME: all is as it was. ATTACHED_MORE: it was brought up to date, and every known holder
// that answers holds what it held. ATTACHED_OTHER: one does not; nothing was changed.
enum attached_news known_holders_ask_some(struct known_holders *a, const struct snapshot *tables,
                                          bool newcomers, struct meanwhile m);

// Where more of a segment was found than there is, asks its holders for file handles, which tell
// apart what attached in other IPC namespaces. True where any told: a scan may now come out. False
// also where that was done already.
bool known_holders_resolve_namespaces(struct known_holders *a, const struct scan *scan,
                                      struct meanwhile m);

// Everything of the input that is known here; it asks by `a` who shares memory.
void known_holders_input(struct known_holders *a, struct scan_input *in);

#endif
