// Which process has the other end of a socket, on this machine.
#ifndef IPCTOP_ENGINE_FILES_PEERS_H
#define IPCTOP_ENGINE_FILES_PEERS_H

#include "engine/ask/collector.h"

// Fills in peer_pid and peer_comm of the files whose `peer` is known. All processes of the machine are
// asked for their sockets, but for those in `answers`, whose files these are: a descriptor may be
// anywhere. TCP connections without one also get a peer in another network namespace: where that is all
// that is looked for, only the processes of those namespaces are asked for their sockets. Of several that
// share a socket it is the one with the lowest pid.
void peers_find(const struct round *round, struct file_vec *files,
                const struct process_files_vec *answers);

#endif
