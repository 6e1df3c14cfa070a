// An open file of a process: what /proc/PID/fd shows of it, and of a socket what the kernel's tables
// of its network namespace say. proc_pid_fd(5), proc_pid_net(5).
#ifndef IPCTOP_MODEL_RECORD_OPEN_FILE_H
#define IPCTOP_MODEL_RECORD_OPEN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vector.h"

enum file_kind {
    FILE_OTHER,
    FILE_REGULAR,
    FILE_DIRECTORY,
    FILE_CHARACTER, // a device; a terminal, usually
    FILE_BLOCK,
    FILE_PIPE, // and a FIFO, which has a path
    FILE_SOCKET,
    FILE_MEMFD,
    FILE_ANON, // eventfd, epoll, timerfd, …: `path` names it
    FILE_KINDS
};
extern const char *const file_kind_names[FILE_KINDS]; // "file"

enum protocol {
    PROTOCOL_NONE, // no socket, or one that no table has
    PROTOCOL_TCP,
    PROTOCOL_UDP,
    PROTOCOL_UDPLITE,
    PROTOCOL_RAW,
    PROTOCOL_ICMP,
    PROTOCOL_UNIX,
    PROTOCOL_NETLINK,
    PROTOCOL_PACKET,
    PROTOCOL_MPTCP,
    PROTOCOL_SCTP,
    PROTOCOL_VSOCK,
    PROTOCOL_XDP,
    PROTOCOL_ALG,
    PROTOCOL_TIPC,
    PROTOCOLS
};
extern const char *const protocol_names[PROTOCOLS]; // "tcp"; NULL of PROTOCOL_NONE

// Those of TCP are numbered as include/net/tcp_states.h does.
enum socket_state {
    SOCKET_NO_STATE,
    SOCKET_ESTABLISHED = 1,
    SOCKET_TIME_WAIT = 6,
    SOCKET_CLOSE = 7,
    SOCKET_CLOSE_WAIT = 8, // the peer has closed
    SOCKET_LISTEN = 10,
    SOCKET_CONNECTED = 13, // of unix(7)
    SOCKET_STATES
};
extern const char *const socket_state_names[SOCKET_STATES]; // "LISTEN"; NULL of none

// Those of unix(7), numbered as include/linux/net.h does: "STREAM", as lsof(8) has it; NULL of others.
enum { SOCKET_TYPES = 6 };
extern const char *const socket_type_names[SOCKET_TYPES];

struct socket_entry { // of the tables of one network namespace
    uint64_t inode;
    uint8_t protocol, state;
    uint8_t type; // of unix(7): socket_type_names[]; else 0
    bool ipv6;
    uint16_t port; // local; 0: none
    bool clients_known;
    uint32_t clients; // of one that listens: connections to its port or name, of any process
    uint64_t peer;    // inode of the socket at the other end, on this machine; 0: not known
    char *local;      // "127.0.0.1:1521", "[::1]:80"; of unix(7) its name. NULL: none. Owned
    char *remote;     // of unix(7) the peer's name. Owned
};
VEC(socket_vec, struct socket_entry);
VEC(inode_vec, uint64_t);
void inodes_settle(struct inode_vec *inodes); // ascending, each once

enum {
    FILE_READS = 1, // bits of `mode`
    FILE_WRITES = 2,
};
enum {
    FILE_KNOWS_DELETED = 1,
    FILE_KNOWS_CLIENTS = 2,
};

struct open_file {
    int32_t pid, fd;
    uint8_t kind, mode, protocol, state, type; // type: as in struct socket_entry
    uint8_t known;
    bool deleted;
    bool ipv6;
    uint16_t port; // as in struct socket_entry
    uint32_t clients;
    uint64_t inode;              // of a socket or pipe; 0: not read
    uint64_t peer;               // as in struct socket_entry
    int32_t peer_pid;            // a process that has it; 0: not found
    char peer_comm[68];          // its program, escaped; empty: not known
    char *local, *remote, *path; // escaped; NULL: none. Owned
};
VEC(file_vec, struct open_file);

enum files_outcome {
    FILES_READ,
    FILES_REFUSED, // not for this user
    FILES_STUCK,   // no answer in time
    FILES_UNASKED, // another error: out of threads or file descriptors
    FILES_GONE
};

struct process_files { // how the files of one process were read
    int32_t pid;
    uint8_t outcome;              // enum files_outcome
    bool sockets_only;            // others were left out
    bool sockets_unread;          // what its sockets are could not be read
    uint32_t first, n;            // of snapshot.files
    uint32_t first_port, n_ports; // of snapshot.ports: where it listens, ascending, each once
    uint32_t left_out;            // files beyond the number that is kept
    uint32_t unread;              // descriptors that could not be looked at
    uint64_t net_namespace;       // its inode; 0: not readable
};
VEC(process_files_vec, struct process_files);
VEC(port_vec, uint32_t);

enum { FILES_LOOK_KNOWN = 1 };

struct files_look {     // how much of all that were asked was read: a row of a table
    uint32_t processes; // asked
    uint32_t unreadable, stuck, unasked; // of them: enum files_outcome
    uint64_t unread, left_out;           // files of the others
    uint64_t sockets_unread;             // sockets of which only the number is known
    uint8_t known;                       // FILES_LOOK_KNOWN, where any were asked
};

void socket_entry_release(struct socket_entry *socket); // what it owns
void files_clear(struct file_vec *files);               // releases each; the room stays
void files_copy(struct file_vec *to, const struct file_vec *from);
void sockets_clear(struct socket_vec *sockets);
// Whether it listens on a port, as ss(8) -l has it: a socket without connections that was bound and not
// connected takes what comes.
bool open_file_listens(const struct open_file *file);
struct files_look files_look(const struct file_vec *files, const struct process_files_vec *answers);
// NULL where that process was not asked. `answers` ascend by pid.
const struct process_files *process_files_find(const struct process_files_vec *answers,
                                               int32_t pid);

#endif
