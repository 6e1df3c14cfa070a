// The living processes that hold, wait, made or last used an object, with what they hold in sum.
#ifndef IPCTOP_MODEL_HOLDERS_PROCESS_TOTALS_H
#define IPCTOP_MODEL_HOLDERS_PROCESS_TOTALS_H

#include "model/record/process_totals.h"
#include "model/record/snapshot.h"

// Replaces *out by what is made from the objects, the scan, the
// waiters and the processes of the snapshot. Also has the processes `want` names, whatever they hold.
void process_totals_build(const struct snapshot *s, const struct want *want,
                          struct totals_vec *out);
// Whether `want` names that process.
bool process_is_wanted(const struct want *want, int32_t pid);

#endif
