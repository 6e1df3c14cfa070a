#include "linux/files/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "base/text.h"
#include "linux/files/connections.h"
#include "linux/files/unix_sockets.h"
#include "linux/process/proc_file.h"

enum { WORDS = 10 };

struct reading {
    struct answer *answer;
    struct connections ends;
    const struct table_file *file;
    char *line, *words[WORDS];
    size_t n; // words
};

struct table_file {
    const char *name;
    enum protocol protocol;
    uint8_t inode; // which word of a line
    void (*take)(const struct reading *r, struct socket_entry *socket);
};

// "0100007F:1F90": the address as words of 32 bits in the order of the machine, each in
// hexadecimal digits (net/ipv4/tcp_ipv4.c get_tcp4_sock, net/ipv6/tcp_ipv6.c get_tcp6_sock).
static bool parse_address(const char *text, uint32_t address[4], bool *ipv6, uint16_t *port)
{
    size_t digits = strcspn(text, ":");
    char word[9] = "";

    if ((digits != 8 && digits != 32) || text[digits] != ':')
        return false;
    *ipv6 = digits == 32;
    for (size_t i = 0; i < digits / 8; i++) {
        memcpy(word, text + 8 * i, 8);
        address[i] = (uint32_t)strtoul(word, NULL, 16);
    }
    *port = (uint16_t)strtoul(text + digits + 1, NULL, 16);
    return true;
}

static char *address_text(const uint32_t address[4], bool ipv6, uint16_t port)
{
    char text[INET6_ADDRSTRLEN];

    if (!inet_ntop(ipv6 ? AF_INET6 : AF_INET, address, text, sizeof text))
        return NULL;
    return ipv6 ? mem_format("[%s]:%u", text, port) : mem_format("%s:%u", text, port);
}

static void take_inet(const struct reading *r, struct socket_entry *socket)
{
    uint32_t local[4] = {0}, remote[4] = {0};
    uint16_t remote_port;
    bool ipv6;

    if (!parse_address(r->words[1], local, &socket->ipv6, &socket->port) ||
        !parse_address(r->words[2], remote, &ipv6, &remote_port))
        return;
    // Of what knows no connection, 7 is a socket that was not connected: no state.
    unsigned long state = strtoul(r->words[3], NULL, 16);
    if (r->file->protocol == PROTOCOL_TCP && state < SOCKET_CONNECTED)
        socket->state = (uint8_t)state;
    socket->local = address_text(local, socket->ipv6, socket->port);
    if (remote_port || remote[0] || remote[1] || remote[2] || remote[3])
        socket->remote = address_text(remote, ipv6, remote_port);
}

// net/unix/af_unix.c unix_seq_show(): flags, type, state, and the name, which may hold anything.
static void take_unix(const struct reading *r, struct socket_entry *socket)
{
    enum { LISTENS = 0x10000, IS_CONNECTED = 3 };
    const char *name = r->n > 7 ? r->words[7] : NULL;

    if (strtoul(r->words[3], NULL, 16) & LISTENS)
        socket->state = SOCKET_LISTEN;
    else if (strtoul(r->words[5], NULL, 16) == IS_CONNECTED)
        socket->state = SOCKET_CONNECTED;
    socket->type = (uint8_t)strtoul(r->words[4], NULL, 16);
    if (name && *name)
        socket->local = text_escape_new(name, strlen(name));
}

// net/netlink/af_netlink.c netlink_seq_show(): its protocol (netlink(7)) by the name that lsof(8) has, and
// its port.
static void take_netlink(const struct reading *r, struct socket_entry *socket)
{
    static const char *const names[] = {
        "ROUTE",
        [2] = "USERSOCK",
        [3] = "FIREWALL",
        [4] = "SOCK_DIAG",
        [5] = "NFLOG",
        [6] = "XFRM",
        [7] = "SELINUX",
        [8] = "ISCSI",
        [9] = "AUDIT",
        [10] = "FIB_LOOKUP",
        [11] = "CONNECTOR",
        [12] = "NETFILTER",
        [15] = "KOBJECT_UEVENT",
        [16] = "GENERIC",
        [18] = "SCSITRANSPORT",
        [19] = "ECRYPTFS",
        [20] = "RDMA",
        [21] = "CRYPTO",
    };
    unsigned long protocol = strtoul(r->words[1], NULL, 10);
    const char *name = protocol < sizeof names / sizeof *names ? names[protocol] : NULL;

    socket->local =
        name ? mem_format("%s:%s", name, r->words[2]) : mem_format("%lu:%s", protocol, r->words[2]);
}

// net/packet/af_packet.c packet_seq_show(): the protocol (packet(7), ETH_P_ALL is 3) and the interface.
static void take_packet(const struct reading *r, struct socket_entry *socket)
{
    enum { ALL = 3 };
    unsigned long protocol = strtoul(r->words[3], NULL, 16);
    const char *interface = strcmp(r->words[4], "0") == 0 ? "*" : r->words[4];

    socket->local = protocol == ALL ? mem_format("*:%s", interface)
                                    : mem_format("0x%04lx:%s", protocol, interface);
}

// clang-format off
static const struct table_file files[] = {
    {"tcp", PROTOCOL_TCP, 9, take_inet},         {"tcp6", PROTOCOL_TCP, 9, take_inet},
    {"udp", PROTOCOL_UDP, 9, take_inet},         {"udp6", PROTOCOL_UDP, 9, take_inet},
    {"udplite", PROTOCOL_UDPLITE, 9, take_inet}, {"udplite6", PROTOCOL_UDPLITE, 9, take_inet},
    {"raw", PROTOCOL_RAW, 9, take_inet},         {"raw6", PROTOCOL_RAW, 9, take_inet},
    {"icmp", PROTOCOL_ICMP, 9, take_inet},       {"icmp6", PROTOCOL_ICMP, 9, take_inet},
    {"unix", PROTOCOL_UNIX, 6, take_unix},
    {"netlink", PROTOCOL_NETLINK, 9, take_netlink},
    {"packet", PROTOCOL_PACKET, 8, take_packet},
};
// clang-format on

// The last word has all that follows: the name of a socket may have blanks.
static void split(struct reading *r, size_t last)
{
    char *at = r->line;

    for (r->n = 0; r->n < last;) {
        at += strspn(at, " ");
        if (!*at)
            return;
        r->words[r->n++] = at;
        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
    }
    if (last < WORDS && *at)
        r->words[r->n++] = at;
}

// Of all connections, also those of no process: one that is not accepted yet.
static void note_connection(struct reading *r, uint64_t inode)
{
    uint32_t local[4] = {0}, remote[4] = {0};
    uint16_t port, remote_port;
    bool ipv6;

    if (r->file->protocol != PROTOCOL_TCP || !parse_address(r->words[1], local, &ipv6, &port) ||
        !parse_address(r->words[2], remote, &ipv6, &remote_port))
        return;
    unsigned long state = strtoul(r->words[3], NULL, 16);
    if (state == SOCKET_ESTABLISHED)
        connections_add(&r->ends, inode, connection_end(local, ipv6, port),
                        connection_end(remote, ipv6, remote_port));
    else if (state == SOCKET_LISTEN)
        connections_listen(&r->ends, inode, connection_end(local, ipv6, port));
}

static void take_line(struct reading *r)
{
    split(r, r->file->inode == 6 ? 7 : WORDS);
    if (r->n <= r->file->inode)
        return;
    uint64_t inode = strtoull(r->words[r->file->inode], NULL, 10);
    note_connection(r, inode);
    const struct inode_vec *wanted = &r->answer->inodes;
    if (!inode || !order_find(wanted->at, wanted->n, sizeof inode, &inode, order_u64))
        return;
    struct socket_entry socket = {.inode = inode, .protocol = (uint8_t)r->file->protocol};
    r->file->take(r, &socket);
    vec_push(&r->answer->sockets, socket);
}

static int read_file(struct reading *r, const char *proc, int32_t pid)
{
    FILE *in = proc_file_stream(proc, "%" PRId32 "/net/%s", pid, r->file->name);
    size_t room = 0;
    bool first = true;

    if (!in)
        return -errno;
    for (ssize_t n; (n = getline(&r->line, &room, in)) > 0; first = false) {
        if (r->line[n - 1] == '\n')
            r->line[n - 1] = '\0';
        if (!first)
            take_line(r);
    }
    int error = ferror(in) ? -EIO : 0;
    free(r->line);
    r->line = NULL;
    fclose(in);
    return error;
}

// A name with a newline may look like the line of another socket. Where one inode has two lines, none
// of them is believed but for its protocol.
static void settle(struct socket_vec *sockets)
{
    size_t kept = 0;

    vec_sort(sockets, order_u64);
    for (size_t i = 0; i < sockets->n; i++) {
        struct socket_entry *last = kept ? &sockets->at[kept - 1] : NULL;
        if (!last || last->inode != sockets->at[i].inode) {
            sockets->at[kept++] = sockets->at[i];
            continue;
        }
        socket_entry_release(&sockets->at[i]);
        if (last->protocol != PROTOCOL_UNIX) // the tables of the others cannot be forged
            continue;
        socket_entry_release(last);
        last->state = SOCKET_NO_STATE;
        last->type = 0;
    }
    sockets->n = kept;
}

// The other end of each connection, where it is in this namespace; how many came to each that listens.
static void settle_connections(struct reading *r)
{
    connections_settle(&r->ends);
    for (size_t i = 0; i < r->answer->sockets.n; i++) {
        struct socket_entry *socket = &r->answer->sockets.at[i];
        if (socket->protocol != PROTOCOL_TCP)
            continue;
        if (socket->state == SOCKET_LISTEN) {
            socket->clients = connections_clients(&r->ends, socket->inode);
            socket->clients_known = true;
        } else {
            socket->peer = connections_peer(&r->ends, socket->inode);
        }
    }
}

void sockets_probe(const char *proc, int32_t pid, bool is_procfs, bool internet,
                   struct answer *answer)
{
    struct reading r = {.answer = answer};
    size_t read = 0, n = sizeof files / sizeof *files;
    bool unix_known = is_procfs && !internet && unix_sockets_read(proc, pid, answer) == 0;

    for (size_t i = 0; i < n; i++) {
        bool has_ports = files[i].protocol >= PROTOCOL_TCP && files[i].protocol <= PROTOCOL_UDPLITE;
        r.file = &files[i];
        if ((internet && !has_ports) || (unix_known && files[i].protocol == PROTOCOL_UNIX))
            continue;
        int error = read_file(&r, proc, pid);
        read += error == 0;
        if (error && error != -ENOENT) { // that is a kernel without IPv6, say
            answer->sockets_unread = true;
            answer->error = error;
        }
    }
    if (read)
        answer->error = 0;
    else if (!answer->error)
        answer->error = -ENOENT;
    settle(&answer->sockets);
    settle_connections(&r);
    connections_free(&r.ends);
}
