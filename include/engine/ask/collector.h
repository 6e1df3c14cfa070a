// Header only. One class for everything that is learned by asking processes, or a service that may not
// answer.
//
// A refresh runs every collector whose `need` is wanted: update() asks, then fill() puts what is
// known into the snapshot, where later collectors find it. Collectors stand in the order in which
// one's answer names the processes of the next: src/engine/collectors.c.
#ifndef IPCTOP_ENGINE_ASK_COLLECTOR_H
#define IPCTOP_ENGINE_ASK_COLLECTOR_H

#include "engine/ask/ask.h"
#include "engine/ask/process_list.h"

enum effort {
    EFFORT_AS_NEEDED, // what cannot have changed is skipped, what costs much is paced
    EFFORT_PROMPT,    // skipped; paced only so much that it cannot fill a processor
    EFFORT_FULL,      // all is asked, again where the sum does not come out
};

struct round { // one bringing up to date of what is wanted
    const struct source *source;
    struct prober_pool *pool;
    struct process_list *processes;
    const struct want *want;
    enum effort effort;
    struct snapshot *tables; // as just read, and what earlier collectors filled in
    struct ride *ride;       // of this round
};

struct collector {
    uint64_t need; // enum need: runs where any of these is wanted
    size_t size;   // of what it keeps between rounds, `self`: zeroed before the first one
    void (*release)(void *self); // frees what that owns. NULL: nothing
    // Only this thread reads what fill() uses, and fill() may be called while answers come in: take
    // them into place after the asking, not in `take`.
    void (*update)(void *self, const struct round *round);
    // Before the first update() of a round: may fill round->ride, if no other one did, and finds in its own
    // update() whether an earlier one took it along. NULL: asks for itself.
    void (*join)(void *self, const struct round *round);
    // False: nothing is known of its needs, yet. Where several fill the same need, it is known as
    // soon as one knows something: what the others lack they say apart.
    bool (*fill)(const void *self, struct snapshot *snapshot);
};

extern const struct collector *const collectors[];
extern const size_t collectors_n;

#endif
