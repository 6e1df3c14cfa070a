// Tasks of one process blocked in semop, semtimedop, msgsnd or msgrcv. proc_pid_syscall(5).
// Called from probers; may hang on a sick process.
#ifndef IPCTOP_LINUX_WAITERS_WAITERS_H
#define IPCTOP_LINUX_WAITERS_WAITERS_H

#include "model/source.h"

// Appends those that wait for objects of answer->ipc_namespace (0: our own) to answer->waiters. answer->error:
// -errno, of the first thread that could not be read, unless it has ended.
void waiters_probe(const char *proc, int32_t pid, struct answer *answer);

#endif
