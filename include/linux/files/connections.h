// Which socket is the other end of a TCP connection that has both ends in one network namespace: the one
// with the same two addresses the other way round.
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
    struct connection_end local, remote;
    uint64_t inode;
};
VEC(connection_vec, struct connection);

struct connections {                         // zero it before use
    struct connection_vec by_inode, by_ends; // the second in its order from connections_settle() on
};

// `address`: 32 bits a word in the order of the network, the first one alone where that is IPv4.
struct connection_end connection_end(const uint32_t address[4], bool ipv6, uint16_t port);
void connections_add(struct connections *c, uint64_t inode, struct connection_end local,
                     struct connection_end remote);
void connections_settle(struct connections *c); // after the last one was added
// The inode of the socket at the other end of the one with that inode; 0: not here.
uint64_t connections_peer(const struct connections *c, uint64_t inode);
void connections_free(struct connections *c);

#endif
