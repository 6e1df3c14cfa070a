// Signals that cannot hit a process which merely got the same pid: pidfd_open(2).
#ifndef IPCTOP_LINUX_SIGNALLING_H
#define IPCTOP_LINUX_SIGNALLING_H

#include "model/action.h"

// ACTION_SIGNAL. Reads the target's stat below `proc`, which hangs on a process stuck in exec.
void signalling_act(const char *proc, const struct action *action, struct outcome *outcome);

#endif
