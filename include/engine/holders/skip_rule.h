// The skip rule of the holder scan: when the last scan still describes the attachments. Without it
// (this file, and the call in schedule.c) every look is a scan, paced as scans are.
#ifndef IPCTOP_ENGINE_HOLDERS_SKIP_RULE_H
#define IPCTOP_ENGINE_HOLDERS_SKIP_RULE_H

#include "engine/holders/known.h"

struct last_scan {             // what a full scan started from
    struct segment_vec before; // the segments as read before it
    int64_t started_s;         // epoch
};

struct rest {                        // what the rule keeps; zero it before use
    int64_t listed_ns, list_cost_ns; // the last look for new processes
};

enum at_rest {
    REST_NOT,  // something moved, or may have: a scan is needed; nothing was changed
    REST_SAME, // all is as it was
    REST_MORE, // so are the known holders, but others were found, came back or got stuck: `known`
               // was brought up to date
};
enum at_rest holders_at_rest(struct rest *rest, struct known_holders *known,
                             const struct last_scan *last, const struct round *round);

#endif
