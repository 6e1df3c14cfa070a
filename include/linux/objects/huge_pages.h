// Pools of huge pages, a directory each below /sys/kernel/mm/hugepages (mm/hugetlb.c).
#ifndef IPCTOP_LINUX_OBJECTS_HUGE_PAGES_H
#define IPCTOP_LINUX_OBJECTS_HUGE_PAGES_H

#include "model/record/huge_pool.h"

// `sys`: "/sys", or that of a fixture.

// Bit n is set where there are pages of 2^n bytes; 0: of none, or it cannot be read.
uint64_t huge_pages_sizes(const char *sys);
// Appends the rows of each pool, smallest pages first. A pool of which a number cannot be read is left
// out.
void huge_pages_read(const char *sys, struct limit_vec *out);

#endif
