// A finding of another IPC namespace, as it stands among those of the one shown.
#ifndef IPCTOP_MODEL_TRIAGE_FINDING_ELSEWHERE_H
#define IPCTOP_MODEL_TRIAGE_FINDING_ELSEWHERE_H

#include "model/record/snapshot.h"

// `found`: of a picture of that namespace, whose commands name it. The result is about the row, and
// owns its texts.
struct finding finding_elsewhere(const struct snapshot *s, const struct ipc_namespace *row,
                                 const struct finding *found);

#endif
