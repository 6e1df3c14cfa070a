// What is wrong: rules over a snapshot give findings, worst first. One rule is one const entry.
#ifndef IPCTOP_MODEL_TRIAGE_H
#define IPCTOP_MODEL_TRIAGE_H

#include "model/snapshot.h"

// Fills snapshot->findings. Pure; called once, before the snapshot is published.
void triage_run(struct snapshot *snapshot);
unsigned triage_need(void); // enum need: what all rules together read

// The header's one line, at most `columns` wide: "removed but held: 276M by 18811 python · …".
// Empty string when nothing is wrong.
void triage_summary(const struct snapshot *snapshot, char *dst, size_t cap);

#endif
