// Who has the other ends of TCP connections that lead into another network namespace of this machine, as
// over a veth(4) to a container.
#ifndef IPCTOP_ENGINE_FILES_FAR_PEERS_H
#define IPCTOP_ENGINE_FILES_FAR_PEERS_H

#include "engine/ask/prober_pool.h"

struct far_socket {
    uint64_t net_namespace, inode;
    int32_t pid; // that has it
};
VEC(far_socket_vec, struct far_socket);

// Whether one is a connection that may lead there: its other end is not in its own namespace, and none of
// the loopback device. Not where addresses are translated on the way: its two ends then differ.
// *home: the network namespace that all of them are in, and no other end; 0: they are in several.
bool far_peers_wanted(const struct file_vec *files, const struct process_files_vec *answers,
                      uint64_t *home);

// Sets `peer` and `peer_pid` of those files whose other end is one of `sockets`, which are put in order:
// the one with the same addresses the other way round, where it is the only one. Asks a process of each of
// their namespaces for its tables, and another one where that does not answer.
void far_peers_find(struct prober_pool *pool, struct file_vec *files,
                    const struct process_files_vec *answers, struct far_socket_vec *sockets);

#endif
