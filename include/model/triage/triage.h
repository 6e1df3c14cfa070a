// What is wrong: rules over a snapshot give findings, worst first. One rule is one const entry.
#ifndef IPCTOP_MODEL_TRIAGE_TRIAGE_H
#define IPCTOP_MODEL_TRIAGE_TRIAGE_H

#include "model/record/snapshot.h"

// Marks what was made together (model/apps/groups.h), and replaces snapshot->findings. Pure; called
// before the snapshot is published.
// Worst severity first; within one severity in the order of the rules, then heaviest first. A
// finding about several objects is about the heaviest of them; one about a process that could not
// be identified has about.kind NO_KIND.
void triage_run(struct snapshot *snapshot);
uint64_t triage_need(void); // enum need: what all rules together read

// How severe the worst finding is, of all hosts where there are several.
enum severity triage_worst(const struct snapshot *snapshot);
// The line of findings in the header, "removed but held: 276M by 18811 python · 2 orphans 1.2G · …",
// cut between characters where cap is short; empty where there is none. Of several hosts the worst
// finding of each.
void triage_summary(const struct snapshot *snapshot, char *dst, size_t cap);

#endif
