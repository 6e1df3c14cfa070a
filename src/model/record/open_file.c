#include "model/record/open_file.h"

#include <stdlib.h>

#include "base/order.h"

const char *const file_kind_names[FILE_KINDS] = {"other", "file",   "directory", "device", "block",
                                                 "pipe",  "socket", "memfd",     "anon"};

const char *const protocol_names[PROTOCOLS] = {NULL,   "tcp",   "udp",     "udplite", "raw",
                                               "icmp", "unix",  "netlink", "packet",  "mptcp",
                                               "sctp", "vsock", "xdp",     "alg",     "tipc"};

const char *const socket_state_names[SOCKET_STATES] = {
    NULL,    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
    "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "SYN_RECV",  "CONNECTED"};

const char *const socket_type_names[SOCKET_TYPES] = {
    [1] = "STREAM", [2] = "DGRAM", [5] = "SEQPACKET"};

void socket_entry_release(struct socket_entry *socket)
{
    free(socket->local);
    free(socket->remote);
    socket->local = socket->remote = NULL;
}

void files_clear(struct file_vec *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->at[i].local);
        free(files->at[i].remote);
        free(files->at[i].path);
    }
    vec_clear(files);
}

void files_copy(struct file_vec *to, const struct file_vec *from)
{
    files_clear(to);
    vec_copy(to, from);
    for (size_t i = 0; i < to->n; i++) {
        struct open_file *file = &to->at[i];
        file->local = mem_copy_string(file->local);
        file->remote = mem_copy_string(file->remote);
        file->path = mem_copy_string(file->path);
    }
}

void sockets_clear(struct socket_vec *sockets)
{
    for (size_t i = 0; i < sockets->n; i++)
        socket_entry_release(&sockets->at[i]);
    vec_clear(sockets);
}

void inodes_settle(struct inode_vec *inodes)
{
    inodes->n = order_once(inodes->at, inodes->n, sizeof *inodes->at, order_u64);
}

bool open_file_listens(const struct open_file *file)
{
    bool datagrams = file->protocol == PROTOCOL_UDP || file->protocol == PROTOCOL_UDPLITE;

    return file->port && (file->protocol == PROTOCOL_TCP ? file->state == SOCKET_LISTEN
                                                         : datagrams && !file->remote);
}

struct files_look files_look(const struct file_vec *files, const struct process_files_vec *answers)
{
    struct files_look look = {.processes = (uint32_t)answers->n, .known = FILES_LOOK_KNOWN};

    for (size_t i = 0; i < answers->n; i++) {
        const struct process_files *answer = &answers->at[i];
        look.unreadable += answer->outcome == FILES_REFUSED;
        look.stuck += answer->outcome == FILES_STUCK;
        look.unasked += answer->outcome == FILES_UNASKED;
        look.unread += answer->unread;
        look.left_out += answer->left_out;
        for (size_t k = 0; answer->sockets_unread && k < answer->n; k++)
            look.sockets_unread += files->at[answer->first + k].kind == FILE_SOCKET;
    }
    return look;
}

const struct process_files *process_files_find(const struct process_files_vec *answers, int32_t pid)
{
    return vec_find(answers, pid, pid);
}
