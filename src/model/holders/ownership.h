// Private to the building of a scan: whose segment a mapping is.
//
// Ids, keys, devices and inode numbers repeat in every IPC namespace, and where a process is now
// does not tell where it attached. File handles tell segments apart, where they may be read.
#ifndef IPCTOP_MODEL_HOLDERS_OWNERSHIP_H
#define IPCTOP_MODEL_HOLDERS_OWNERSHIP_H

#include "model/holders/accounting.h"

// The segment as read after the processes were, else before; NULL where the table has none.
const struct segment *ownership_segment(const struct scan_input *in, int32_t shmid);

// Sets taken[] of each mapping: ours by all that can be said of it alone. Returns whether some
// process is in another namespace.
bool ownership_claim(const struct scan_input *in, bool *taken);

// Where the sum over all mappings does not come out, takes or gives back those of one single file
// if just these make it come out; where two files could, neither. `shares`: of each holding, 0 if
// its address space is counted.
void ownership_settle(const struct scan_input *in, const struct segment_account *account,
                      const int32_t *shares, bool *taken);

#endif
