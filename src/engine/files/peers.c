#include "engine/files/peers.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/order.h"
#include "engine/files/far_peers.h"

struct end { // a socket that is looked for
    uint64_t inode;
    int32_t pid; // that has it; 0: not found
};
VEC(end_vec, struct end);

struct peers {
    struct end_vec ends;          // ascending, each once
    struct process_vec processes; // that have some of them, ascending; their names
    size_t missing;
    bool far;              // some connections may lead into another network namespace
    uint64_t home;         // than this one; 0: they are in several
    struct pid_vec others; // processes of other ones
    struct far_socket_vec far_sockets;
};

static void list_ends(struct peers *p, const struct file_vec *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (files->at[i].peer)
            vec_push(&p->ends, (struct end){.inode = files->at[i].peer});
    p->ends.n = order_once(p->ends.at, p->ends.n, sizeof *p->ends.at, order_u64);
    p->missing = p->ends.n;
}

static struct end *find(struct peers *p, uint64_t inode)
{
    return vec_find(&p->ends, inode, inode);
}

static void found(struct peers *p, const struct file_vec *files, size_t first, size_t n,
                  int32_t pid)
{
    for (size_t i = first; i < first + n; i++) {
        const struct open_file *file = &files->at[i];
        struct end *end = file->kind == FILE_SOCKET ? find(p, file->inode) : NULL;
        if (!end || (end->pid && end->pid <= pid))
            continue;
        p->missing -= !end->pid;
        end->pid = pid;
    }
}

static bool may_lead_to(const struct peers *p, uint64_t net_namespace)
{
    return p->far && net_namespace && net_namespace != p->home;
}

static void note_far(struct peers *p, const struct file_vec *files, size_t first, size_t n,
                     int32_t pid, uint64_t net_namespace)
{
    for (size_t i = first; may_lead_to(p, net_namespace) && i < first + n; i++)
        if (files->at[i].kind == FILE_SOCKET)
            vec_push(&p->far_sockets, (struct far_socket){net_namespace, files->at[i].inode, pid});
}

static void take_sockets(void *arg, const struct probe *probe, struct answer *answer)
{
    struct peers *p = arg;
    int32_t pid = (int32_t)probe->id;

    found(p, &answer->files, 0, answer->files.n, pid);
    note_far(p, &answer->files, 0, answer->files.n, pid, answer->net_namespace);
}

static void take_namespace(void *arg, const struct probe *probe, struct answer *answer)
{
    struct peers *p = arg;

    if (may_lead_to(p, answer->net_namespace))
        vec_push(&p->others, (int32_t)probe->id);
}

static void ask(struct peers *p, const struct round *round, const struct pid_vec *pids,
                uint64_t facts)
{
    struct asking asking = {.take = facts & PROBE_NET_ONLY ? take_namespace : take_sockets,
                            .arg = p};

    for (size_t i = 0; i < pids->n; i++)
        ask_add(&asking, (struct probe){.what = PROBE_FILES, .id = pids->at[i], .facts = facts});
    ask_each(round->pool, &asking);
    ask_end(&asking);
}

// What is missing may be any other process's. What leads into another network namespace is of a process
// there: nearly all are in one, and which one that is costs far less to ask than what sockets they have.
static void ask_others(struct peers *p, const struct round *round,
                       const struct process_files_vec *answers)
{
    const struct pid_entry_vec *list = &round->processes->list;
    struct pid_vec pids = {0};

    if (process_list_update(round->processes, round->source) != 0)
        return;
    for (size_t i = 0; i < list->n; i++)
        if (!process_files_find(answers, list->at[i].pid))
            vec_push(&pids, list->at[i].pid);
    if (!p->missing)
        ask(p, round, &pids, PROBE_NET_ONLY);
    ask(p, round, p->missing ? &pids : &p->others, PROBE_SOCKETS_ONLY);
    vec_free(&pids);
}

// --- their names ----------------------------------------------------------------------------------

static void ask_names(struct peers *p, const struct round *round)
{
    struct pid_vec pids = {0};

    for (size_t i = 0; i < p->ends.n; i++)
        vec_push(&pids, p->ends.at[i].pid);
    pids_settle(&pids);
    ask_processes(round->pool, &pids, 0, &p->processes, NULL);
    vec_free(&pids);
    vec_sort(&p->processes, order_i32);
}

// Those that lead into another namespace have a process only now.
static void find_far(struct peers *p, const struct round *round, struct file_vec *files,
                     const struct process_files_vec *answers)
{
    for (size_t i = 0; i < answers->n; i++)
        note_far(p, files, answers->at[i].first, answers->at[i].n, answers->at[i].pid,
                 answers->at[i].net_namespace);
    far_peers_find(round->pool, files, answers, &p->far_sockets);
    for (size_t i = 0; i < files->n; i++)
        if (files->at[i].peer_pid)
            vec_push(&p->ends, (struct end){files->at[i].peer, files->at[i].peer_pid});
    vec_sort(&p->ends, order_u64);
}

static void fill_in(struct peers *p, struct open_file *file)
{
    const struct end *end = file->peer ? find(p, file->peer) : NULL;

    if (!end || !end->pid)
        return;
    file->peer_pid = end->pid;
    const struct process *process = vec_find(&p->processes, pid, end->pid);
    if (process && process->known & PROC_KNOWS_COMM)
        snprintf(file->peer_comm, sizeof file->peer_comm, "%s", process->comm);
}

void peers_find(const struct round *round, struct file_vec *files,
                const struct process_files_vec *answers)
{
    struct peers p = {0};

    list_ends(&p, files);
    p.far = far_peers_wanted(files, answers, &p.home);
    for (size_t i = 0; i < answers->n; i++)
        found(&p, files, answers->at[i].first, answers->at[i].n, answers->at[i].pid);
    if (p.missing || p.far)
        ask_others(&p, round, answers);
    if (p.far)
        find_far(&p, round, files, answers);
    if (p.missing < p.ends.n)
        ask_names(&p, round);
    for (size_t i = 0; i < files->n; i++)
        fill_in(&p, &files->at[i]);
    vec_free(&p.ends);
    vec_free(&p.others);
    vec_free(&p.far_sockets);
    vec_free(&p.processes);
}
