// What one process holds of our segments, exactly: dead main threads, other IPC namespaces,
// decoys on the same device. Called from probers; may hang on a sick process.
#ifndef IPCTOP_LINUX_ATTACHMENTS_H
#define IPCTOP_LINUX_ATTACHMENTS_H

#include "linux/maps.h"
#include "model/source.h"

struct attachments; // what all probes share, read-only after attachments_new: devices, way, namespace

struct attachments *attachments_new(const char *proc, bool text_only);
void attachments_free(struct attachments *self);
enum scan_method attachments_method(const struct attachments *self);

void attachments_probe(struct attachments *self, int32_t pid, struct answer *answer);
// With rss, pss, swap and locked of each mapping; `all`: also those that are no segment's.
void attachments_probe_use(struct attachments *self, int32_t pid, bool all, struct answer *answer);
// See struct source.
bool attachments_same_memory(int32_t pid_a, int32_t pid_b, int *order);

#endif
