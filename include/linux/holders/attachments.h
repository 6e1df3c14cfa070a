// What one process holds of our segments, exactly: dead main threads, other IPC namespaces,
// decoys on the same device. Called from probers; may hang on a sick process.
//
// Whose segment a mapping is. Ids, keys, devices and inode numbers repeat in every IPC namespace.
// The namespace link of a process shows where it is now, not where it attached. So, cheapest first:
//   - the link is ours: the mappings count as ours;
//   - it differs, and we may ask for file handles (CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE): each
//     mapping carries `handle`, and namespace_differs is set. It is ours if a holder of that id
//     whose link is ours carries the same handle: ask that one with PROBE_EXACT;
//   - it differs, and there are no handles: `foreign`. A holder that left our namespace is then
//     among the unseen.
#ifndef IPCTOP_LINUX_HOLDERS_ATTACHMENTS_H
#define IPCTOP_LINUX_HOLDERS_ATTACHMENTS_H

#include "linux/holders/maps.h"
#include "model/source.h"

struct attachments; // what all probes share, from any thread: devices, way, namespace, start times

// NULL, with errno set, where `proc` cannot be opened or our own mappings cannot be read.
// `read_only`: the start times of holders are not read, for callers that never act.
struct attachments *attachments_new(const char *proc, bool text_only, bool read_only);
void attachments_free(struct attachments *self);

// Fills *answer as the probe of struct source does, PROBE_ATTACHMENTS to PROBE_ALL_MAPS,
// PROBE_SHARED and PROBE_SHARED_FILE, with those facts; answer->error is 0, -ESRCH or -ENOENT where
// there is no such process, -EACCES or -EPERM where it may not be read, or another -errno.
void attachments_probe(struct attachments *self, enum probe_what what, int32_t pid, uint64_t facts,
                       struct answer *answer);

#endif
