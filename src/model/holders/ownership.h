// Private to the building of a scan: whose segment a mapping is.
//
// Ids, keys, devices and inode numbers repeat in every IPC namespace, and where a process is now
// does not show where it attached. File handles distinguish segments, where they may be read.
#ifndef IPCTOP_MODEL_HOLDERS_OWNERSHIP_H
#define IPCTOP_MODEL_HOLDERS_OWNERSHIP_H

#include "model/holders/accounting.h"

// The segment as read after the processes were, else before; NULL where the table has none.
const struct segment *ownership_segment(const struct scan_input *in, int32_t shmid);

// Sets account_of[] of each mapping: the account of the segment of ours it is proven to be of, or
// NULL. Sets `alike` of accounts (ordered by shmid) where that is not known of a mapping.
void ownership_claim(const struct scan_input *in, struct account_vec *accounts,
                     struct segment_account **account_of);

#endif
