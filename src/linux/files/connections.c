#include "linux/files/connections.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"

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
    struct connection_vec *to = inode ? &c->by_inode : &c->waiting;

    vec_push(to, ((struct connection){inode, local, remote}));
}

void connections_listen(struct connections *c, uint64_t inode, struct connection_end local)
{
    vec_push(&c->listeners, ((struct connection){.local = local, .inode = inode}));
    vec_push(&c->listening, ((struct listening){.end = local}));
}

static int ends_order(const void *a, const void *b)
{
    const struct connection *x = a, *y = b;

    return memcmp(&x->local, &y->local, sizeof x->local)
               ?: memcmp(&x->remote, &y->remote, sizeof x->remote);
}

// --- who listens ----------------------------------------------------------------------------------

// Of struct listening, which begins with its end.
static int end_order(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct connection_end));
}

static struct listening *at_end(const struct connections *c, const struct connection_end *end)
{
    return order_find(c->listening.at, c->listening.n, sizeof(struct listening), end, end_order);
}

// net/ipv4/inet_hashtables.c compute_score(): the address itself first, then all of its family; those of
// IPv4 also come to a socket that listens on all of IPv6. ipv6(7) IPV6_V6ONLY
static struct listening *listening_for(const struct connections *c,
                                       const struct connection_end *local)
{
    const struct connection_end any = {.port = local->port};
    struct connection_end any4 = any;
    bool is_v4 = !local->address[0] && !local->address[1] && local->address[2] == htonl(0xffff);

    any4.address[2] = htonl(0xffff);
    struct listening *found = at_end(c, local);
    if (!found && is_v4)
        found = at_end(c, &any4);
    return found ? found : at_end(c, &any);
}

static void count_clients(struct connections *c, const struct connection_vec *all)
{
    for (size_t i = 0; i < all->n; i++) {
        struct listening *to = listening_for(c, &all->at[i].local);
        if (to)
            to->clients++;
    }
}

static void settle_listening(struct connections *c)
{
    c->listening.n =
        order_once(c->listening.at, c->listening.n, sizeof *c->listening.at, end_order);
    vec_sort(&c->listeners, order_u64);
    count_clients(c, &c->by_inode);
    count_clients(c, &c->waiting);
}

uint32_t connections_clients(const struct connections *c, uint64_t inode)
{
    const struct connection *listener = vec_find(&c->listeners, inode, inode);

    return listener ? at_end(c, &listener->local)->clients : 0;
}

// -------------------------------------------------------------------------------------------------

void connections_settle(struct connections *c)
{
    settle_listening(c);
    vec_copy(&c->by_ends, &c->by_inode);
    vec_sort(&c->by_inode, order_u64);
    vec_sort(&c->by_ends, ends_order);
}

uint64_t connections_peer(const struct connections *c, uint64_t inode)
{
    const struct connection *own = vec_find(&c->by_inode, inode, inode);

    if (!own)
        return 0;
    const struct connection other = {.local = own->remote, .remote = own->local};
    own = order_find(c->by_ends.at, c->by_ends.n, sizeof *own, &other, ends_order);
    return own ? own->inode : 0;
}

void connections_free(struct connections *c)
{
    vec_free(&c->by_inode);
    vec_free(&c->by_ends);
    vec_free(&c->waiting);
    vec_free(&c->listeners);
    vec_free(&c->listening);
}
