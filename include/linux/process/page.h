// What is read of one process alone, when its page is looked at.
#ifndef IPCTOP_LINUX_PROCESS_PAGE_H
#define IPCTOP_LINUX_PROCESS_PAGE_H

#include "model/source.h"

// Fills answer->page. `library`: libproc2 reads the same /proc, so that it may be asked, too. May hang
// on a sick process.
void page_probe(const char *proc, int32_t pid, bool library, struct answer *answer);

#endif
