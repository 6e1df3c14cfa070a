// Start times of processes, remembered: they never change, and reading one costs as much as asking
// for all mappings. For all threads. Bounded: a few hundred KiB, whatever comes and goes.
#ifndef IPCTOP_LINUX_PROCESS_START_TIMES_H
#define IPCTOP_LINUX_PROCESS_START_TIMES_H

#include <stdbool.h>
#include <stdint.h>

struct start_times;

struct start_times *start_times_new(void);
void start_times_free(struct start_times *self);

// `instance` is the inode number of a file of /proc/PID: it differs for every process that ever had
// that pid, since fs/proc makes a new one for each. Clock ticks since boot: proc_pid_stat(5). False: not known.
bool start_times_find(struct start_times *self, int32_t pid, uint64_t instance,
                      uint64_t *start_ticks);
void start_times_keep(struct start_times *self, int32_t pid, uint64_t instance,
                      uint64_t start_ticks);

#endif
