#include "linux/files/connections.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct connection_end connection_end(const uint32_t address[4], bool ipv6, uint16_t port)
{
    struct connection_end end = {.port = port};

    if (ipv6) {
        memcpy(end.address, address, sizeof end.address);
    } else {
        end.address[2] = htonl(0xffff);
        end.address[3] = address[0];
    }
    return end;
}

void connections_add(struct connections *c, uint64_t inode, struct connection_end local,
                     struct connection_end remote)
{
    vec_push(&c->by_inode, ((struct connection){local, remote, inode}));
}

static int inode_order(const void *a, const void *b)
{
    uint64_t x = ((const struct connection *)a)->inode, y = ((const struct connection *)b)->inode;

    return (x > y) - (x < y);
}

static int ends_order(const void *a, const void *b)
{
    const struct connection *x = a, *y = b;
    int order = memcmp(&x->local, &y->local, sizeof x->local);

    return order ? order : memcmp(&x->remote, &y->remote, sizeof x->remote);
}

void connections_settle(struct connections *c)
{
    vec_copy(&c->by_ends, &c->by_inode);
    if (c->by_inode.n < 2)
        return;
    qsort(c->by_inode.at, c->by_inode.n, sizeof *c->by_inode.at, inode_order);
    qsort(c->by_ends.at, c->by_ends.n, sizeof *c->by_ends.at, ends_order);
}

uint64_t connections_peer(const struct connections *c, uint64_t inode)
{
    size_t at = vec_lower(&c->by_inode, e, e->inode < inode);

    if (at == c->by_inode.n || c->by_inode.at[at].inode != inode)
        return 0;
    const struct connection *own = &c->by_inode.at[at];
    const struct connection other = {.local = own->remote, .remote = own->local};
    at = vec_lower(&c->by_ends, e, ends_order(e, &other) < 0);
    return at < c->by_ends.n && ends_order(&c->by_ends.at[at], &other) == 0
               ? c->by_ends.at[at].inode
               : 0;
}

void connections_free(struct connections *c)
{
    vec_free(&c->by_inode);
    vec_free(&c->by_ends);
}
