// Start times of processes, remembered: they never change, and reading one costs as much as asking
// for all mappings. For all threads. Bounded: a few hundred KiB, whatever comes and goes.
#ifndef IPCTOP_LINUX_STARTS_H
#define IPCTOP_LINUX_STARTS_H

#include <stdbool.h>
#include <stdint.h>

struct starts;

struct starts *starts_new(void);
void starts_free(struct starts *self);

// `instance` is the inode number of a file of /proc/PID: it differs for every process that ever had
// that pid, since fs/proc makes a new one for each.
bool starts_find(struct starts *self, int32_t pid, uint64_t instance, uint64_t *start_ticks);
void starts_keep(struct starts *self, int32_t pid, uint64_t instance, uint64_t start_ticks);

#endif
