#include "engine/files/sockets.h"

#include "engine/ask/ask.h"

enum { TRIES = 4 }; // processes of a network namespace, where one ended before it answered

struct asked_sockets {
    struct prober_pool *pool;
    struct file_vec *files;
    struct process_files_vec *answers;
    struct inode_vec inodes; // of one network namespace, ascending
    struct socket_vec sockets;
    bool read;     // the tables
    bool internet; // TCP and UDP alone
};

static void list_inodes(struct asked_sockets *a, uint64_t net_namespace)
{
    struct inode_vec *out = &a->inodes;

    vec_clear(out);
    for (size_t i = 0; i < a->answers->n; i++) {
        const struct process_files *answer = &a->answers->at[i];
        for (size_t k = 0; answer->net_namespace == net_namespace && k < answer->n; k++) {
            const struct open_file *file = &a->files->at[answer->first + k];
            if (file->kind == FILE_SOCKET)
                vec_push(out, file->inode);
        }
    }
    inodes_settle(out);
}

static void describe(struct open_file *file, const struct socket_vec *sockets)
{
    const struct socket_entry *socket = vec_find(sockets, inode, file->inode);

    if (!socket)
        return;
    file->protocol = socket->protocol;
    file->state = socket->state;
    file->type = socket->type;
    file->ipv6 = socket->ipv6;
    file->port = socket->port;
    file->clients = socket->clients;
    file->known |= socket->clients_known ? FILE_KNOWS_CLIENTS : 0;
    file->peer = socket->peer;
    file->local = mem_copy_string(socket->local);
    file->remote = mem_copy_string(socket->remote);
}

// True: it has ended, and another one may know.
static bool ask(struct asked_sockets *a, int32_t pid)
{
    const struct probe probe = {
        .what = PROBE_SOCKETS, .id = pid, .facts = a->internet ? PROBE_INTERNET : 0};
    struct answer answer = {0};

    vec_copy(&answer.inodes, &a->inodes);
    bool answered = ask_one(a->pool, probe, &answer) == ASKED_DONE;
    bool gone = answered && answer_is_gone(&answer);
    a->read = answered && !answer.error && !answer.sockets_unread;
    sockets_clear(&a->sockets); // of one that had ended
    vec_free(&a->sockets);
    a->sockets = answer.sockets;
    answer.sockets = (struct socket_vec){0};
    answer_clear(&answer);
    return gone;
}

static void settle(struct asked_sockets *a, uint64_t net_namespace)
{
    for (size_t i = 0; i < a->answers->n; i++) {
        struct process_files *answer = &a->answers->at[i];
        if (answer->net_namespace != net_namespace)
            continue;
        answer->sockets_unread = !a->read;
        for (size_t k = 0; k < answer->n; k++)
            if (a->files->at[answer->first + k].kind == FILE_SOCKET)
                describe(&a->files->at[answer->first + k], &a->sockets);
    }
}

// Of the namespace that answers[first] is the first one of.
static void describe_namespace(struct asked_sockets *a, size_t first)
{
    uint64_t net_namespace = a->answers->at[first].net_namespace;
    int tries = 0;

    list_inodes(a, net_namespace);
    a->read = true;
    for (size_t i = first; a->inodes.n && i < a->answers->n && tries < TRIES; i++) {
        const struct process_files *answer = &a->answers->at[i];
        if (answer->net_namespace != net_namespace || answer->outcome != FILES_READ)
            continue;
        tries++;
        if (!ask(a, answer->pid))
            break;
    }
    settle(a, net_namespace);
    sockets_clear(&a->sockets);
    vec_free(&a->sockets);
}

void sockets_describe(struct prober_pool *pool, struct file_vec *files,
                      struct process_files_vec *answers, bool internet)
{
    struct asked_sockets a = {
        .pool = pool, .files = files, .answers = answers, .internet = internet};

    for (size_t i = 0; i < answers->n; i++)
        answers->at[i].sockets_unread =
            !answers->at[i].net_namespace && answers->at[i].outcome == FILES_READ;
    for (size_t i = 0; i < answers->n; i++) { // the first of a namespace settles all of it
        bool first = answers->at[i].net_namespace != 0;
        for (size_t k = 0; k < i && first; k++)
            first = answers->at[k].net_namespace != answers->at[i].net_namespace;
        if (first && !prober_pool_is_cancelled(pool))
            describe_namespace(&a, i);
    }
    vec_free(&a.inodes);
}
