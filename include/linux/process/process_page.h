// What is read of one process alone, when its page is looked at: proc_pid_exe(5), proc_pid_cwd(5),
// proc_pid_limits(5), proc_pid_smaps(5).
#ifndef IPCTOP_LINUX_PROCESS_PROCESS_PAGE_H
#define IPCTOP_LINUX_PROCESS_PROCESS_PAGE_H

#include "model/source.h"

// Fills answer->page, whose `known` says what of it was refused or could not be read; answer->error where there
// is no such process. `library`: libproc2 reads the same /proc, so that it may be asked, too. May hang
// on a sick process.
void page_probe(const char *proc, int32_t pid, bool library, struct answer *answer);

#endif
