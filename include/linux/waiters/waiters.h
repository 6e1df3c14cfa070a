// Tasks of one process blocked in semop, semtimedop, msgsnd or msgrcv. proc_pid_syscall(5).
// Called from probers; may hang on a sick process.
#ifndef IPCTOP_LINUX_WAITERS_WAITERS_H
#define IPCTOP_LINUX_WAITERS_WAITERS_H

#include "model/source.h"

void waiters_probe(const char *proc, int32_t pid, struct answer *answer);

#endif
