// Records of the witness's programs → traces: attaches and detaches get their segment and are summed
// per process and second; repeated lookups of one object are left out.
#ifndef IPCTOP_LINUX_BPF_TRACES_H
#define IPCTOP_LINUX_BPF_TRACES_H

#include "linux/bpf/attached.h"
#include "linux/bpf/record.h"
#include "model/record/trace.h"

enum { TRACES_MAX = 16384 }; // waiting to be taken; what comes then is lost, and counted

struct traces;

// `clock_offset`: CLOCK_REALTIME - CLOCK_MONOTONIC, nanoseconds.
struct traces *traces_new(int64_t clock_offset);
void traces_free(struct traces *traces); // NULL is fine

void traces_attached(struct traces *traces, const struct attached_at *one); // known from before
void traces_add(struct traces *traces, const struct witness_record *record);

// Appends what is complete at `now_ns` (CLOCK_MONOTONIC), oldest first, and forgets it: sums of the
// second that still runs wait, unless `all`.
void traces_take(struct traces *traces, int64_t now_ns, bool all, struct trace_vec *out);
uint64_t traces_lost(const struct traces *traces);

#endif
