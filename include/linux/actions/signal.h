// Signals that cannot hit a process which merely got the same pid: pidfd_open(2), and the instance
// or the start time the target was chosen by.
#ifndef IPCTOP_LINUX_ACTIONS_SIGNAL_H
#define IPCTOP_LINUX_ACTIONS_SIGNAL_H

#include "model/record/action.h"

// ACTION_SIGNAL. Where the target has no instance (before Linux 6.9), reads its stat below `proc`,
// which hangs on a process stuck in exec.
void signal_act(const char *proc, const struct action *action, struct outcome *outcome);

#endif
