#include "model/kinds/parts/socket_notes.h"

#include <inttypes.h>
#include <string.h>

#include "model/kinds/parts/row_parts.h"

enum { NAMED = 6, TEXT = 512 };

const struct open_file *process_open_files(const struct snapshot *s, int32_t pid, size_t *n)
{
    const struct process_files *answer = process_files_find(&s->file_answers, pid);

    *n = answer && (size_t)answer->first + answer->n <= s->files.n ? answer->n : 0;
    return *n ? &s->files.at[answer->first] : NULL;
}

size_t process_listens(struct line *line, const struct snapshot *s, int32_t pid, size_t most,
                       uint64_t *clients)
{
    size_t n, found = 0;
    const struct open_file *files = process_open_files(s, pid, &n);

    *clients = 0;
    for (size_t i = 0; i < n; i++) {
        const struct open_file *file = &files[i];
        if (!file->local || (!open_file_listens(file) && file->state != SOCKET_LISTEN))
            continue;
        if (file->known & FILE_KNOWS_CLIENTS)
            *clients += file->clients;
        if (found++ >= most)
            continue;
        line_add(line, "%s%s %s", found > 1 ? ", " : "", protocol_names[file->protocol],
                 file->local);
        if (file->clients) {
            line_add(line, " (");
            line_count(line, file->clients, "client", NULL);
            line_add(line, ")");
        }
    }
    if (found > most)
        line_add(line, " and %zu more", found - most);
    return found;
}

// The host of "10.0.0.5:1234" and "[::1]:80".
static size_t host_length(const char *address)
{
    const char *colon = strrchr(address, ':');

    return colon ? (size_t)(colon - address) : strlen(address);
}

// --- who is connected ------------------------------------------------------------------------------

enum { CLIENTS_MAX = 8 };

struct clients { // each once: a process of this machine, or the host it is on
    struct client {
        const struct open_file *file;
        size_t length; // of its host
    } at[CLIENTS_MAX];
    size_t n, most;
    struct inode_vec others; // connections of those beyond, as often as processes have them
};

VEC(listening, const struct open_file *);

static struct listening listening_of(const struct snapshot *s, int32_t pid)
{
    struct listening listening = {0};
    size_t n;
    const struct open_file *files = process_open_files(s, pid, &n);

    for (size_t i = 0; i < n; i++)
        if (files[i].state == SOCKET_LISTEN && files[i].local)
            vec_push(&listening, &files[i]);
    return listening;
}

// Whether a connection was accepted at one of the sockets that listen, and the client has not closed it.
static bool was_accepted(const struct open_file *file, const struct listening *listening)
{
    if ((!file->remote && !file->peer_pid) || file->state == SOCKET_LISTEN ||
        file->state == SOCKET_CLOSE_WAIT || !file->local)
        return false;
    return vec_first(
        listening, at,
        (*at)->protocol == file->protocol &&
            ((*at)->port ? (*at)->port == file->port : strcmp((*at)->local, file->local) == 0));
}

static void add_client(struct clients *clients, const struct open_file *file)
{
    size_t length = file->peer_pid ? 0 : host_length(file->remote);

    if (vec_first(clients, at,
                  at->file->peer_pid == file->peer_pid && at->length == length &&
                      (file->peer_pid || memcmp(at->file->remote, file->remote, length) == 0)))
        return;
    if (clients->n < clients->most)
        clients->at[clients->n++] = (struct client){file, length};
    else
        vec_push(&clients->others, file->inode);
}

static void add_clients(struct clients *clients, const struct snapshot *s, int32_t pid,
                        const struct listening *listening)
{
    size_t n;
    const struct open_file *files = process_open_files(s, pid, &n);

    for (size_t i = 0; i < n; i++)
        if (was_accepted(&files[i], listening))
            add_client(clients, &files[i]);
}

size_t process_clients(struct line *line, const struct snapshot *s, int32_t pid, size_t most)
{
    struct clients clients = {.most = most < CLIENTS_MAX ? most : CLIENTS_MAX};
    struct listening listening = listening_of(s, pid);

    for (size_t i = 0; listening.n && i < s->file_answers.n; i++) {
        const struct process *p = snapshot_process(s, s->file_answers.at[i].pid);
        bool child = p && p->known & PROC_KNOWS_PARENT && p->parent == pid;
        if (child || s->file_answers.at[i].pid == pid)
            add_clients(&clients, s, s->file_answers.at[i].pid, &listening);
    }
    vec_free(&listening);
    for (size_t i = 0; i < clients.n; i++) {
        const struct open_file *file = clients.at[i].file;
        line_add(line, "%s", i ? ", " : "");
        if (file->peer_pid)
            line_add(line, "%" PRId32 "%s%s", file->peer_pid, file->peer_comm[0] ? " " : "",
                     file->peer_comm);
        else
            line_add(line, "%.*s", (int)clients.at[i].length, file->remote);
    }
    inodes_settle(&clients.others);
    if (clients.others.n)
        line_add(line, " and %zu more", clients.others.n);
    vec_free(&clients.others);
    return clients.n;
}

// --- lines of the page -----------------------------------------------------------------------------

static bool has_peer(const struct open_file *file)
{
    return file->remote && file->protocol != PROTOCOL_UNIX;
}

// What is counted by name: a process has few peers, or is too busy a server to have them all named.
struct groups {
    struct group {
        const char *name;
        size_t length, n;
    } at[NAMED];
    size_t n, others, closed; // closed: connections that the peer has closed
};

static void count_in(struct groups *groups, const char *name, size_t length)
{
    struct group *found =
        vec_first(groups, g, g->length == length && memcmp(g->name, name, length) == 0);

    if (found) {
        found->n++;
        return;
    }
    if (groups->n < NAMED)
        groups->at[groups->n++] = (struct group){name, length, 1};
    else
        groups->others++;
}

static void note_groups(const struct groups *groups, const char *label, struct note_vec *out)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);

    for (size_t i = 0; i < groups->n; i++) {
        const struct group *group = &groups->at[i];
        line_add(&line, "%s%.*s", i ? " · " : label, (int)group->length, group->name);
        if (group->n > 1)
            line_add(&line, " ×%zu", group->n);
    }
    if (groups->others)
        line_add(&line, " · %zu more connections", groups->others);
    if (groups->closed)
        line_add(&line, "%s%zu closed by the peer", groups->n ? " · " : label, groups->closed);
    if (groups->n || groups->closed)
        note_add(out, NOTE_PLAIN, mem_copy_string(text));
}

static void count_hosts(struct groups *hosts, const struct open_file *files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has_peer(&files[i]) && files[i].state == SOCKET_CLOSE_WAIT)
            hosts->closed++;
        else if (has_peer(&files[i]))
            count_in(hosts, files[i].remote, host_length(files[i].remote));
}

// Programs of this machine at the other ends; of a unix socket whose process was not found its name
// there.
static void count_programs(struct groups *programs, const struct open_file *files, size_t n,
                           int32_t pid)
{
    for (size_t i = 0; i < n; i++) {
        const struct open_file *file = &files[i];
        bool is_unix = file->protocol == PROTOCOL_UNIX;
        const char *name = file->peer_comm[0] ? file->peer_comm : is_unix ? file->remote : NULL;
        if (name && file->peer_pid != pid)
            count_in(programs, name, strlen(name));
    }
}

// Whom the children of a server are connected to: hosts, and programs of this machine.
static void note_children(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    struct groups hosts = {0}, programs = {0};

    for (size_t i = 0; i < s->file_answers.n; i++) {
        const struct process *p = snapshot_process(s, s->file_answers.at[i].pid);
        if (!p || !(p->known & PROC_KNOWS_PARENT) || p->parent != pid || p->pid == pid)
            continue;
        size_t n;
        const struct open_file *files = process_open_files(s, p->pid, &n);
        count_hosts(&hosts, files, n);
        count_programs(&programs, files, n, pid);
    }
    note_groups(&hosts, "Children   connected to ", out);
    note_groups(&programs, "Their peers here ", out);
}

void socket_notes(const struct snapshot *s, int32_t pid, struct note_vec *out)
{
    char text[TEXT];
    struct line line = line_start(text, sizeof text);
    struct groups hosts = {0}, programs = {0};
    uint64_t clients;
    size_t n;
    const struct open_file *files = process_open_files(s, pid, &n);

    line_add(&line, "Listens on ");
    if (process_listens(&line, s, pid, NAMED, &clients))
        note_add(out, NOTE_PLAIN, mem_copy_string(text));
    count_hosts(&hosts, files, n);
    note_groups(&hosts, "Connected  ", out);
    count_programs(&programs, files, n, pid);
    note_groups(&programs, "Peers here ", out); // "psql ×3 · pgbench"
    note_children(s, pid, out);
}
