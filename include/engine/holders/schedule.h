// When processes are asked what they hold, and which: the picture of the attachments over time.
//
// A full scan asks every process. It is left out while nothing can have changed since the last one:
// every segment's (nattch, atime, dtime, lpid) is as read before that scan, all those times are
// more than two seconds older than it (they have one second's grain), and every known holder still
// answers the same; where processes were made since, the new ones are asked within ten seconds:
// they can only share memory that is known. Segments for which the sum did not come out are looked
// at again at a falling rate; everything every ten minutes. Over time scanning takes at most 4 % of
// a processor.
#ifndef IPCTOP_ENGINE_HOLDERS_SCHEDULE_H
#define IPCTOP_ENGINE_HOLDERS_SCHEDULE_H

#include "engine/ask/prober_pool.h"
#include "engine/ask/process_list.h"
#include "model/holders/accounting.h"

struct holders;

enum scan_effort {
    SCAN_AS_NEEDED, // skipped and paced
    SCAN_PROMPTLY,  // skipped; paced only so much that it cannot fill a processor
    SCAN_FULLY,     // every process is asked, again where the sum does not come out
};

// The source, the threads and the census are the caller's and must outlive it.
struct holders *holders_new(const struct source *source, struct prober_pool *probers,
                            struct process_list *census);
void holders_free(struct holders *scanner); // NULL is fine

// Brings the picture up to date; `tables` are those just read. True when the picture
// is now as new as they are.
bool holders_update(struct holders *scanner, const struct snapshot *tables, enum scan_effort effort,
                    struct meanwhile meanwhile);

struct scan *holders_scan(const struct holders *scanner); // not a new reference; NULL: none yet

#endif
