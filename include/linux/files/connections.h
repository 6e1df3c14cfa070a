// Which socket is the other end of a TCP connection that has both ends in one network namespace: the one
// with the same two addresses the other way round. Which socket that listens a connection came to. Pure: the
// caller has them from proc_pid_net(5).
#ifndef IPCTOP_LINUX_FILES_CONNECTIONS_H
#define IPCTOP_LINUX_FILES_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"

struct connection_end {
    uint32_t address[4]; // IPv4 as ::ffff:a.b.c.d, which a socket of IPv6 has it as, too
    uint32_t port;
};
struct connection {
    uint64_t inode;
    struct connection_end local, remote;
};
VEC(connection_vec, struct connection);
struct listening {
    struct connection_end end;
    uint32_t clients; // of all sockets that listen there
};
VEC(listening_vec, struct listening);

struct connections {                         // zero it before use
    struct connection_vec by_inode, by_ends; // the second in its order from connections_settle() on
    struct connection_vec waiting;           // that no process has accepted yet
    struct connection_vec listeners;         // by inode from then on, too; without a remote end
    struct listening_vec listening;          // ascending by end, each once
};

// `address`: 32 bits a word in the order of the network, the first one alone where that is IPv4.
struct connection_end connection_end(const uint32_t address[4], bool ipv6, uint16_t port);
// `inode` 0: no process has accepted it yet.
void connections_add(struct connections *c, uint64_t inode, struct connection_end local,
                     struct connection_end remote);
void connections_listen(struct connections *c, uint64_t inode, struct connection_end local);
void connections_settle(struct connections *c); // after the last one was added
// The inode of the socket at the other end of the one with that inode; 0: not here.
uint64_t connections_peer(const struct connections *c, uint64_t inode);
// Connections to the address and port where the socket with that inode listens; where it listens on all
// addresses, those to an address that no other one listens on.
uint32_t connections_clients(const struct connections *c, uint64_t inode);
void connections_free(struct connections *c);

#endif
