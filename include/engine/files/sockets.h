// What the sockets among open files are: one process of each network namespace is asked for its tables.
#ifndef IPCTOP_ENGINE_FILES_SOCKETS_H
#define IPCTOP_ENGINE_FILES_SOCKETS_H

#include "engine/ask/prober_pool.h"

// Fills in what the sockets in `files` are, and sockets_unread of those answers where that could not be
// read. `answers` have outcome, first, n and net_namespace. `internet`: those of TCP and UDP alone.
void sockets_describe(struct prober_pool *pool, struct file_vec *files,
                      struct process_files_vec *answers, bool internet);

#endif
