// Which processes there are, and how many were ever made. proc(5).
#ifndef IPCTOP_LINUX_PROCESS_LIST_H
#define IPCTOP_LINUX_PROCESS_LIST_H

#include "model/source.h"

// All processes below `proc`, ascending, and how many forks there were since boot. 0 or -errno. Neither
// can hang.
int process_list_read(const char *proc, struct pid_entry_vec *out);
int process_list_forks(const char *proc, uint64_t *forks);

#endif
