// Which processes there are, and how many were ever made. proc(5).
#ifndef IPCTOP_LINUX_PROCESS_LIST_H
#define IPCTOP_LINUX_PROCESS_LIST_H

#include "model/source.h"

// All processes below `proc`, ascending, and how many forks there were since boot. 0 or -errno. Neither
// can hang.
int process_list_read(const char *proc, struct pid_entry_vec *out);
int process_list_forks(const char *proc, uint64_t *forks);

// Whether nothing has that pid in our PID namespace, by one call that cannot hang. kill(2).
bool process_list_ended(int32_t pid);

// Whether `proc`, a real one, numbers processes as our system calls do: the PID namespaces of a
// /proc and of its reader may differ.
bool process_list_is_ours(const char *proc);

#endif
