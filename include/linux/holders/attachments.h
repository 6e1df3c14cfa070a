// What one process holds of our segments, exactly: dead main threads, other IPC namespaces,
// decoys on the same device. Called from probers; may hang on a sick process.
//
// Whose segment a mapping is. Ids, keys, devices and inode numbers repeat in every IPC namespace.
// The namespace link of a process shows where it is now, not where it attached. So, cheapest first:
//   - the link is ours: the mappings count as ours;
//   - it differs, and we may ask for file handles (CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE): each
//     mapping carries `handle`, and namespace_differs is set. It is ours if a holder of that id
//     whose link is ours carries the same handle: ask that one with attachments_probe_exact();
//   - it differs, and there are no handles: `foreign`. A holder that left our namespace is then
//     among the unseen.
#ifndef IPCTOP_LINUX_HOLDERS_ATTACHMENTS_H
#define IPCTOP_LINUX_HOLDERS_ATTACHMENTS_H

#include "linux/holders/maps.h"
#include "model/source.h"

struct attachments; // what all probes share, from any thread: devices, way, namespace, start times

// NULL, with errno set, where `proc` cannot be opened or our own mappings cannot be read.
struct attachments *attachments_new(const char *proc, bool text_only);
void attachments_free(struct attachments *self);
// From now on the start times of holders are not read: for callers that never act.
void attachments_read_only(struct attachments *self);

// Each fills *answer as the probe of struct source does; answer->error is 0, -ESRCH or -ENOENT where there is
// no such process, -EACCES or -EPERM where it may not be read, or another -errno.
//
// PROBE_ATTACHMENTS.
void attachments_probe(struct attachments *self, int32_t pid, struct answer *answer);
// With facts PROBE_WITH_SHARED: one reading of its mappings for both.
void attachments_probe_with_shared(struct attachments *self, int32_t pid, struct answer *answer);
// PROBE_EXACT: with the handle of every mapping, where permitted.
void attachments_probe_exact(struct attachments *self, int32_t pid, struct answer *answer);
// PROBE_MAP_USE: with rss, pss, swap and locked of each mapping, in bytes; `all`, PROBE_ALL_MAPS: also those
// that are no segment's.
void attachments_probe_use(struct attachments *self, int32_t pid, bool all, struct answer *answer);
// PROBE_SHARED; `open`: with its descriptors. PROBE_SHARED_FILE.
void attachments_probe_shared(struct attachments *self, int32_t pid, bool open,
                              struct answer *answer);
void attachments_probe_shared_file(struct attachments *self, int32_t pid, struct answer *answer);

#endif
