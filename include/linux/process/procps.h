// Facts of one process by libproc2, which is loaded when it is asked first: linking it would cost every
// start a third, and five libraries. Built where its header is not there, it has no facts to give.
#ifndef IPCTOP_LINUX_PROCESS_PROCPS_H
#define IPCTOP_LINUX_PROCESS_PROCPS_H

#include <stdint.h>

#include "model/record/process_page.h"

// Fills memory, that of the machine, oom, nice, cgroup and slice, and sets PAGE_LIBRARY. Leaves them
// where there is no library or no such process. From any thread; the library keeps some memory for each
// that asked.
void procps_read(int32_t pid, struct process_page *page);

#endif
