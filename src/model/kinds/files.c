// Open files of processes: all that is known of their descriptors, as lsof(8) lists them.
#include "model/kinds/registry.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/kinds/parts/cells.h"
#include "model/kinds/parts/process_columns.h"
#include "model/kinds/parts/row_parts.h"
#include "model/kinds/processes.h"

static void get_mode(const struct snapshot *s, const void *row, struct cell *out)
{
    static const char *const names[] = {NULL, "r", "w", "rw"};

    (void)s;
    cell_set_text(out, names[((const struct open_file *)row)->mode & 3]);
}

static void get_clients(const struct snapshot *s, const void *row, struct cell *out)
{
    const struct open_file *r = row;

    (void)s;
    if (r->known & FILE_KNOWS_CLIENTS && r->state == SOCKET_LISTEN)
        cell_set_count(out, r->clients);
}

BEGINS_WITH_PID(struct open_file);

static void show_peer(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct open_file *r = row;

    (void)s;
    if (r->peer_pid)
        snprintf(dst, cap, "%" PRId32 "%s%s", r->peer_pid, r->peer_comm[0] ? " " : "",
                 r->peer_comm);
}

static void show_path(const struct snapshot *s, const void *row, char *dst, size_t cap)
{
    const struct open_file *r = row;

    (void)s;
    if (r->path)
        snprintf(dst, cap, "%s%s", r->path, r->deleted ? " (deleted)" : "");
    else if (r->kind == FILE_PIPE && r->inode)
        snprintf(dst, cap, "pipe:[%" PRIu64 "]", r->inode);
    else if (r->type < SOCKET_TYPES && socket_type_names[r->type])
        snprintf(dst, cap, "type=%s", socket_type_names[r->type]); // as lsof(8) shows it
}

// clang-format off
static const struct column columns[] = {
    {.name = "pid", .title = "PID", .help = "process", .type = CELL_NUMBER, .width = 7,
     .priority = 11, .flags = COL_PARENT_PROCESS | COL_PINS | COL_JSON | COL_SCREEN, .member = MEMBER(AS_POSITIVE, struct open_file, pid)},
    {.name = "fd", .detail = DETAIL_PATH, .title = "FD", .help = "number of the descriptor", .type = CELL_NUMBER,
     .width = 4, .widest = 8, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER(AS_VALUE, struct open_file, fd)},
    {.name = "kind", .title = "KIND", .help = "file, directory, device, block, pipe, socket, memfd, anon or other", .type = CELL_TEXT,
     .width = 6, .widest = 9, .flags = COL_JSON | COL_SCREEN | COL_KEEP, .member = MEMBER_TEXT(file_kind_names, struct open_file, kind)},
    {.name = "mode", .title = "MODE", .help = "open for reading, writing or both: r, w, rw", .type = CELL_TEXT,
     .width = 4, .priority = 6, .flags = COL_JSON | COL_SCREEN, .get = get_mode},
    {.name = "protocol", .label = "protocol", .title = "PROTO", .help = "of a socket: tcp, udp, raw, icmp, unix, netlink, packet, vsock and others", .type = CELL_TEXT,
     .width = 5, .widest = 7, .priority = 5, .flags = COL_JSON | COL_SCREEN, .member = MEMBER_TEXT(protocol_names, struct open_file, protocol)},
    {.name = "local", .title = "LOCAL", .help = "address and port here, in numbers; name of a unix socket", .type = CELL_TEXT,
     .width = 15, .widest = 48, .priority = 2, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_STRING, struct open_file, local)},
    {.name = "remote", .title = "REMOTE", .help = "address and port of the peer, in numbers; name of a unix socket there", .type = CELL_TEXT,
     .width = 15, .widest = 48, .priority = 3, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_STRING, struct open_file, remote)},
    {.name = "state", .title = "STATE", .help = "of a socket: LISTEN, ESTABLISHED, CLOSE_WAIT, …", .type = CELL_TEXT,
     .width = 11, .priority = 4, .flags = COL_JSON | COL_SCREEN, .member = MEMBER_TEXT(socket_state_names, struct open_file, state)},
    {.name = "peer", .title = "PEER", .help = "process of this machine that has the other end of a socket", .type = CELL_NUMBER,
     .width = 7, .widest = 24, .priority = 3, .flags = COL_LEFT | COL_SCREEN | COL_ASKED, .need = NEED_PEERS,
     .member = MEMBER(AS_POSITIVE, struct open_file, peer_pid), .show = show_peer},
    {.name = "path", .title = "PATH", .help = "name it was opened by, or its kind within the kernel", .type = CELL_TEXT,
     .width = 20, .widest = 255, .priority = 1, .flags = COL_JSON | COL_SCREEN, .member = MEMBER(AS_STRING, struct open_file, path), .show = show_path},
    {.name = "deleted", .label = "deleted", .title = "DEL", .help = "no name leads to it any longer", .type = CELL_BOOL,
     .width = 3, .flags = COL_JSON, .member = MEMBER_IF(FILE_KNOWS_DELETED, AS_VALUE, struct open_file, deleted)},
    {.name = "clients", .title = "CLIENTS", .help = "connections to the port or name it listens on, accepted by any process or not yet", .type = CELL_COUNT,
     .width = 7, .flags = COL_DESCENDING, .get = get_clients},
    {.name = "type", .title = "TYPE", .help = "of a unix socket: STREAM, DGRAM or SEQPACKET", .type = CELL_TEXT,
     .width = 9, .member = MEMBER_TEXT(socket_type_names, struct open_file, type)},
    {.name = "inode", .title = "INODE", .help = "inode number", .type = CELL_COUNT,
     .width = 8, .widest = 20, .member = MEMBER(AS_POSITIVE, struct open_file, inode)},
    {.name = "comm", .detail = DETAIL_NONE, .title = "PROGRAM", .help = "name of the program", .type = CELL_TEXT,
     .width = 15, .need = NEED_PROCESSES, .member = MEMBER_OF_PROCESS(PROC_KNOWS_COMM, AS_CHARS, comm)},
    {.name = "user", .detail = DETAIL_NONE, .title = "USER", .help = "user it runs as", .type = CELL_TEXT,
     .width = 8, .widest = 12, .need = NEED_PROCESSES | NEED_NAMES, .member = MEMBER_OF_PROCESS(PROC_KNOWS_UID, AS_USER, uid)},
};
// clang-format on

static void identify(const struct snapshot *s, const void *row, struct identity *out)
{
    const struct open_file *r = row;
    const struct process *p = snapshot_process(s, r->pid);

    *out = (struct identity){.kind = KIND_FILE,
                             .pid = r->pid,
                             .start_ticks = p && p->known & PROC_KNOWS_START ? p->start_ticks : 0,
                             .part = (uint64_t)r->fd};
}

static bool belongs(const void *row, const struct identity *parent)
{
    return ((const struct open_file *)row)->pid == parent->pid;
}

static bool concerns(const struct snapshot *s, const void *row, int32_t id)
{
    return process_concerns(s, ((const struct open_file *)row)->pid, id);
}

// To the process at the other end of a socket.
static bool leads_to(const struct snapshot *s, const void *row, struct identity *process,
                     char *name, size_t cap)
{
    const struct open_file *r = row;
    const struct process *p = r->peer_pid ? snapshot_process(s, r->peer_pid) : NULL;
    bool same = r->peer_pid == r->pid;

    *process =
        (struct identity){.kind = KIND_PROCESS,
                          .pid = r->peer_pid,
                          .start_ticks = p && p->known & PROC_KNOWS_START ? p->start_ticks : 0};
    if (r->peer_pid && !same) {
        snprintf(name, cap, "%s%s%" PRId32, r->peer_comm, r->peer_comm[0] ? " " : "", r->peer_pid);
        return true;
    }
    snprintf(name, cap, "%s",
             same                        ? "both ends of it are of this process"
             : r->kind != FILE_SOCKET    ? ""
             : r->state == SOCKET_LISTEN ? "it listens: its connections are sockets of their own"
             : !(s->has & NEED_PEERS)    ? "who has its other end is not read yet"
             : r->remote                 ? "no process of this machine was seen at its other end"
                                         : "it is not connected");
    return false;
}

static void describe(const struct identity *identity, char *dst, size_t cap)
{
    snprintf(dst, cap, "descriptor %" PRIu64 " of process %" PRId32, identity->part, identity->pid);
}

// The texts become its own.
static void restored(struct snapshot *s)
{
    for (size_t i = 0; i < s->files.n; i++) {
        struct open_file *r = &s->files.at[i];
        r->local = mem_copy_string(r->local);
        r->remote = mem_copy_string(r->remote);
        r->path = mem_copy_string(r->path);
    }
}

const struct kind kind_files = {
    .id = KIND_FILE,
    .name = "files",
    .title = "Files",
    .one = "open file",
    .can = CAN_SIGNAL | CAN_PAGE,
    .owner_need = NEED_PROCESSES,
    .focus_need = NEED_PROCESSES | NEED_COMMANDS | NEED_RSS | NEED_SWAP | NEED_CGROUP |
                  NEED_RESTART | NEED_TOTALS | NEED_HOLDERS | NEED_WAITERS | NEED_PAGE | NEED_PEERS,
    .need = NEED_FILES,
    .pins = KIND_PROCESS,
    .empty = "no open file was seen",
    .columns = columns,
    .n_columns = sizeof columns / sizeof columns[0],
    .rows = ROWS_OF(files),
    .identify = identify,
    .restored = restored,
    .belongs = belongs,
    .object_of = of_no_object,
    .concerns = concerns,
    .describe = describe,
    .leads_to = leads_to,
    .lead = "Peer",
    .path_text = process_path_text,
    .processes = row_processes,
    .no_processes = process_no_processes,
};
