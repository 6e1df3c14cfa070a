#include "engine/files/far_peers.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "engine/ask/ask.h"

enum { TRIES = 4 }; // processes of a network namespace, where one ended before it answered

struct connection { // that a peer is looked for of
    char *ends;     // as the peer has them: its own, a blank, the other
    struct open_file *file;
    uint64_t net_namespace; // where it is not
    bool many;              // more than one may be it
};
VEC(connection_vec, struct connection);

struct far_namespace {
    size_t first, end; // of its sockets
    int32_t pid;       // asked last
    bool read;
};
VEC(far_namespace_vec, struct far_namespace);

struct far_peers {
    struct connection_vec wanted; // ascending by ends
    const struct far_socket_vec *sockets;
    struct far_namespace_vec namespaces;
};

// The network namespace of a connection that may lead into another one; 0: it is none, or not known.
static uint64_t wanted_from(const struct open_file *file, const struct process_files_vec *answers)
{
    static const char *const loops[] = {"127.", "[::1]:", "[::ffff:127."};

    if (file->kind != FILE_SOCKET || file->protocol != PROTOCOL_TCP || file->peer ||
        file->state != SOCKET_ESTABLISHED || !file->local || !file->remote)
        return 0;
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (strncmp(file->remote, loops[i], strlen(loops[i])) == 0)
            return 0;
    const struct process_files *answer = process_files_find(answers, file->pid);
    return answer ? answer->net_namespace : 0;
}

bool far_peers_wanted(const struct file_vec *files, const struct process_files_vec *answers,
                      uint64_t *home)
{
    bool any = false;

    *home = 0;
    for (size_t i = 0; i < files->n; i++) {
        uint64_t from = wanted_from(&files->at[i], answers);
        if (!from)
            continue;
        if (any && from != *home) {
            *home = 0;
            return true;
        }
        any = true;
        *home = from;
    }
    return any;
}

// A socket of IPv6 has an end of IPv4 as [::ffff:10.0.0.1]:80.
static char *ends_of(const char *one, const char *other)
{
    static const char mapped[] = "[::ffff:";
    const char *ends[2] = {one, other};
    char *text[2];

    for (int i = 0; i < 2; i++) {
        const char *close = strchr(ends[i], ']');
        bool is_mapped = close && strncmp(ends[i], mapped, sizeof mapped - 1) == 0 &&
                         memchr(ends[i], '.', (size_t)(close - ends[i]));
        text[i] = is_mapped ? mem_format("%.*s%s", (int)(close - ends[i] - (sizeof mapped - 1)),
                                         ends[i] + sizeof mapped - 1, close + 1)
                            : mem_copy_string(ends[i]);
    }
    char *both = mem_format("%s %s", text[0], text[1]);
    free(text[0]);
    free(text[1]);
    return both;
}

static int ends_order(const void *a, const void *b)
{
    return strcmp(((const struct connection *)a)->ends, ((const struct connection *)b)->ends);
}

static void list_wanted(struct far_peers *f, struct file_vec *files,
                        const struct process_files_vec *answers)
{
    for (size_t i = 0; i < files->n; i++) {
        struct open_file *file = &files->at[i];
        uint64_t from = wanted_from(file, answers);

        if (from)
            vec_push(&f->wanted, ((struct connection){.ends = ends_of(file->remote, file->local),
                                                      .file = file,
                                                      .net_namespace = from}));
    }
    vec_sort(&f->wanted, ends_order);
}

static int socket_order(const void *a, const void *b)
{
    const struct far_socket *x = a, *y = b;

    return order_by_u64(x->net_namespace, y->net_namespace) ?: order_by_u64(x->inode, y->inode)
                                                            ?: order_by(x->pid, y->pid);
}

static void list_namespaces(struct far_peers *f, struct far_socket_vec *sockets)
{
    vec_sort(sockets, socket_order);
    f->sockets = sockets;
    for (size_t i = 0, end; i < sockets->n; i = end) {
        for (end = i + 1; end < sockets->n; end++)
            if (sockets->at[end].net_namespace != sockets->at[i].net_namespace)
                break;
        vec_push(&f->namespaces, ((struct far_namespace){.first = i, .end = end}));
    }
}

// --- asking ---------------------------------------------------------------------------------------

static void prepare(void *arg, const struct probe *probe, struct answer *answer)
{
    struct far_peers *f = arg;
    const struct far_namespace *n = &f->namespaces.at[probe->of];

    for (size_t i = n->first; i < n->end; i++)
        vec_push(&answer->inodes, f->sockets->at[i].inode);
    inodes_settle(&answer->inodes);
}

static void match(struct far_peers *f, uint64_t net_namespace, const struct socket_entry *socket,
                  int32_t pid)
{
    char *ends = ends_of(socket->local, socket->remote);
    size_t at = vec_lower(&f->wanted, w, strcmp(w->ends, ends) < 0);

    for (; at < f->wanted.n && strcmp(f->wanted.at[at].ends, ends) == 0; at++) {
        struct connection *wanted = &f->wanted.at[at];
        if (wanted->net_namespace == net_namespace)
            continue;
        wanted->many |= wanted->file->peer && wanted->file->peer != socket->inode;
        wanted->file->peer = socket->inode;
        wanted->file->peer_pid = pid;
    }
    free(ends);
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct far_peers *f = arg;
    struct far_namespace *n = &f->namespaces.at[probe->of];
    size_t at = n->first, end = n->end;

    n->read = !answer->error && !answer->sockets_unread;
    for (size_t i = 0; i < answer->sockets.n; i++) { // both ascend by inode
        const struct socket_entry *socket = &answer->sockets.at[i];
        while (at < end && f->sockets->at[at].inode < socket->inode)
            at++;
        if (at < end && f->sockets->at[at].inode == socket->inode && socket->local &&
            socket->remote && socket->protocol == PROTOCOL_TCP)
            match(f, f->sockets->at[at].net_namespace, socket, f->sockets->at[at].pid);
    }
}

// The next one that has sockets there: each may have ended. 0: there is none.
static int32_t next_pid(const struct far_peers *f, const struct far_namespace *n)
{
    int32_t next = 0;

    for (size_t i = n->first; i < n->end; i++) {
        int32_t pid = f->sockets->at[i].pid;
        if (pid > n->pid && (!next || pid < next))
            next = pid;
    }
    return next;
}

// Each namespace that has not answered yet. False: there are none, or it was cancelled.
static bool ask_each_namespace(struct far_peers *f, struct prober_pool *pool)
{
    struct asking asking = {.take = take, .prepare = prepare, .arg = f};

    for (size_t i = 0; i < f->namespaces.n; i++) {
        struct far_namespace *n = &f->namespaces.at[i];
        int32_t pid = n->read ? 0 : next_pid(f, n);
        if (!pid)
            continue;
        n->pid = pid;
        ask_add(&asking,
                (struct probe){.what = PROBE_SOCKETS, .id = pid, .facts = PROBE_INTERNET, .of = i});
    }
    bool more = asking.probes.n > 0 && ask_each(pool, &asking);
    ask_end(&asking);
    return more;
}

void far_peers_find(struct prober_pool *pool, struct file_vec *files,
                    const struct process_files_vec *answers, struct far_socket_vec *sockets)
{
    struct far_peers f = {0};

    list_wanted(&f, files, answers);
    list_namespaces(&f, sockets);
    for (int i = 0; f.wanted.n && i < TRIES; i++)
        if (!ask_each_namespace(&f, pool))
            break;
    for (size_t i = 0; i < f.wanted.n; i++) {
        if (f.wanted.at[i].many)
            f.wanted.at[i].file->peer = 0, f.wanted.at[i].file->peer_pid = 0;
        free(f.wanted.at[i].ends);
    }
    vec_free(&f.wanted);
    vec_free(&f.namespaces);
}
