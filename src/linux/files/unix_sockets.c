#include "linux/files/unix_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/order.h"
#include "base/text.h"
#include "base/thread.h"

struct unix_socket { // as the kernel lists it
    uint32_t inode, peer, queued;
    struct unix_diag_vfs file; // that has its name in the file system; zeros: none
    uint8_t state, type;
    uint8_t name_n; // bytes; 0: it has none
    char *name;     // as the kernel has it: an abstract one may hold null bytes. Owned
};
VEC(unix_socket_vec, struct unix_socket);
VEC(connected_vec, const struct unix_socket *);

struct listing {
    struct unix_socket_vec all; // ascending by inode
    // Those that have a name, and a peer that has not closed, in the order of names.
    struct connected_vec connected;
};

// --- the way in -----------------------------------------------------------------------------------

struct entry {
    int namespace, socket; // socket: -errno
};

static int open_here(void)
{
    return error_or(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
}

// A thread of its own, which ends there: the way back may be closed to it. user_namespaces(7)
static void *open_there(void *arg)
{
    struct entry *entry = arg;

    entry->socket = setns(entry->namespace, CLONE_NEWNET) < 0 ? -errno : open_here();
    return NULL;
}

static int open_in(const char *proc, int32_t pid)
{
    char own[PATH_MAX], path[PATH_MAX];
    struct stat ours, theirs;
    pthread_t thread;

    if ((size_t)snprintf(own, sizeof own, "%s/self/ns/net", proc) >= sizeof own ||
        (size_t)snprintf(path, sizeof path, "%s/%" PRId32 "/ns/net", proc, pid) >= sizeof path)
        return -ENAMETOOLONG;
    if (stat(path, &theirs) < 0)
        return -errno;
    if (stat(own, &ours) == 0 && ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev)
        return open_here();
    struct entry entry = {.namespace = open(path, O_RDONLY | O_CLOEXEC), .socket = -EAGAIN};
    if (entry.namespace < 0)
        return -errno;
    int error = thread_start(&thread, open_there, &entry);
    if (!error)
        pthread_join(thread, NULL);
    close(entry.namespace);
    return error ? -error : entry.socket;
}

// --- the list -------------------------------------------------------------------------------------

static int ask(int fd)
{
    const struct {
        struct nlmsghdr head;
        struct unix_diag_req what;
    } request = {
        .head = {.nlmsg_len = sizeof request,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .what = {.sdiag_family = AF_UNIX,
                 .udiag_states = UINT32_MAX,
                 .udiag_show =
                     UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN},
    };
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t n =
        sendto(fd, &request, sizeof request, 0, (const struct sockaddr *)&kernel, sizeof kernel);

    return n < 0 ? -errno : 0;
}

static void take_name(const struct rtattr *attribute, struct unix_socket *out)
{
    const char *name = RTA_DATA(attribute);
    size_t n = RTA_PAYLOAD(attribute);

    if (n == 0 || n > sizeof((struct sockaddr_un){0}).sun_path + 1)
        return;
    if (name[0] != '\0')
        n = strnlen(name, n); // of a path it may count the end
    out->name = mem_alloc(n);
    memcpy(out->name, name, n);
    out->name_n = (uint8_t)n;
}

static void take(const struct nlmsghdr *message, struct unix_socket_vec *out)
{
    const struct unix_diag_msg *body = NLMSG_DATA(message);
    int left = (int)NLMSG_PAYLOAD(message, sizeof *body);
    struct unix_socket socket = {
        .inode = body->udiag_ino, .state = body->udiag_state, .type = body->udiag_type};
    const struct rtattr *a = (const void *)((const char *)body + NLMSG_ALIGN(sizeof *body));

    for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        const struct unix_diag_rqlen *queue = RTA_DATA(a);
        if (a->rta_type == UNIX_DIAG_NAME && !socket.name)
            take_name(a, &socket);
        else if (a->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(a) >= sizeof socket.peer)
            memcpy(&socket.peer, RTA_DATA(a), sizeof socket.peer);
        else if (a->rta_type == UNIX_DIAG_VFS && RTA_PAYLOAD(a) >= sizeof socket.file)
            memcpy(&socket.file, RTA_DATA(a), sizeof socket.file);
        else if (a->rta_type == UNIX_DIAG_RQLEN && RTA_PAYLOAD(a) >= sizeof *queue)
            socket.queued = queue->udiag_rqueue;
    }
    vec_push(out, socket);
}

// 1: there is more; 0: that was all; -errno.
static int take_messages(char *buffer, size_t n, struct unix_socket_vec *out)
{
    const struct nlmsghdr *message = (const void *)buffer;

    for (; NLMSG_OK(message, n); message = NLMSG_NEXT(message, n)) {
        const struct nlmsgerr *failure = NLMSG_DATA(message);
        if (message->nlmsg_type == NLMSG_DONE)
            return 0;
        if (message->nlmsg_type == NLMSG_ERROR)
            return failure->error ? failure->error : -EIO;
        if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
            message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct unix_diag_msg)))
            take(message, out);
    }
    return 1;
}

static int list(int fd, struct unix_socket_vec *out)
{
    enum { BUFFER = 32768 }; // net/netlink/af_netlink.c netlink_dump(): no message is longer
    char *buffer = mem_alloc(BUFFER);
    int more = ask(fd);

    for (more = more ? more : 1; more == 1;) {
        ssize_t n = recv(fd, buffer, BUFFER, 0);
        if (n > 0)
            more = take_messages(buffer, (size_t)n, out);
        else if (n == 0 || errno != EINTR)
            more = n == 0 ? -EIO : -errno;
    }
    free(buffer);
    return more;
}

// --- what of it is wanted -------------------------------------------------------------------------

static const struct unix_socket *find(const struct unix_socket_vec *all, uint64_t inode)
{
    return inode ? vec_find(all, inode, inode) : NULL;
}

static int name_order(const struct unix_socket *a, const struct unix_socket *b)
{
    return order_by(a->name_n, b->name_n) ?: memcmp(a->name, b->name, a->name_n)
                                          ?: memcmp(&a->file, &b->file, sizeof a->file);
}

static int named_order(const void *a, const void *b)
{
    return name_order(*(const struct unix_socket *const *)a, *(const struct unix_socket *const *)b);
}

static void sort(struct listing *l)
{
    vec_sort(&l->all, order_u32);
    for (size_t i = 0; i < l->all.n; i++)
        if (l->all.at[i].state == SOCKET_ESTABLISHED && l->all.at[i].name && l->all.at[i].peer)
            vec_push(&l->connected, &l->all.at[i]);
    vec_sort(&l->connected, named_order);
}

// What a socket that listens has accepted bears its name, and not that of one that had it before; what it
// did not accept yet waits in its queue.
static uint32_t clients_of(const struct listing *l, const struct unix_socket *listener)
{
    if (!listener->name)
        return listener->queued;
    size_t first = vec_lower(&l->connected, s, name_order(*s, listener) < 0);
    size_t end = vec_lower(&l->connected, s, name_order(*s, listener) <= 0);
    return listener->queued + (uint32_t)(end - first);
}

// An abstract name begins with a null byte, and may have more of them: "@", as everywhere.
static char *text_of(const struct unix_socket *socket)
{
    char name[UINT8_MAX];

    if (!socket->name)
        return NULL;
    for (size_t i = 0; i < socket->name_n; i++)
        name[i] = socket->name[i] ? socket->name[i] : '@';
    return text_escape_new(name, socket->name_n);
}

static void add(const struct listing *l, uint64_t inode, struct socket_vec *out)
{
    const struct unix_socket *found = find(&l->all, inode);
    struct socket_entry socket = {.inode = inode, .protocol = PROTOCOL_UNIX};

    if (!found)
        return;
    const struct unix_socket *peer = find(&l->all, found->peer);
    socket.local = text_of(found);
    socket.remote = peer ? text_of(peer) : NULL;
    socket.peer = found->peer;
    socket.type = found->type;
    if (found->state == SOCKET_LISTEN) {
        socket.state = SOCKET_LISTEN;
        socket.clients = clients_of(l, found);
        socket.clients_known = true;
    } else if (found->state == SOCKET_ESTABLISHED) {
        socket.state = SOCKET_CONNECTED;
    }
    vec_push(out, socket);
}

int unix_sockets_read(const char *proc, int32_t pid, struct answer *answer)
{
    struct listing l = {0};
    int fd = open_in(proc, pid);

    if (fd < 0)
        return fd;
    int error = list(fd, &l.all);
    close(fd);
    sort(&l);
    for (size_t i = 0; !error && i < answer->inodes.n; i++)
        add(&l, answer->inodes.at[i], &answer->sockets);
    for (size_t i = 0; i < l.all.n; i++)
        free(l.all.at[i].name);
    vec_free(&l.connected);
    vec_free(&l.all);
    return error;
}
