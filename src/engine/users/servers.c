// Servers that gave sets away: NEED_SERVERS.
//
// The kernel keeps no creator of a set. A server that starts as one user and works as another (Apache)
// gives its sets to that user; those that no living process has operated yet, or that a worker operated
// which ended since, name nobody that lives. The server is known by its shape: a process of the creating
// user with a child of the same program that runs as the owner, or did until it ended: before the server
// waits for its last worker it starts no other.
#include <string.h>

#include "engine/ask/collector.h"
#include "engine/users/family.h"

struct found {
    struct family family; // of the asking that runs: workers, and their parents
    struct server_vec servers;
    struct pid_vec again;        // workers that were silent, or whose parents were
    uint64_t list_number, print; // as they were when all were asked last
};

static void release(void *self)
{
    struct found *f = self;

    family_free(&f->family);
    vec_free(&f->servers);
    vec_free(&f->again);
}

static bool given_away(const struct semset *set)
{
    return set->o.uid != set->o.cuid;
}

// Which sets went between which users: 0 where none did.
static uint64_t fingerprint(const struct snapshot *s)
{
    const uint64_t prime = UINT64_C(1099511628211); // FNV-1a
    uint64_t print = 0;

    for (size_t i = 0; i < s->semsets.n; i++) {
        const struct owned *o = &s->semsets.at[i].o;
        if (given_away(&s->semsets.at[i]))
            print =
                ((print ^ (uint32_t)o->id) * prime ^ ((uint64_t)o->uid << 32 | o->cuid)) * prime |
                1;
    }
    return print;
}

static void choose_all(const struct round *round, struct pid_vec *out)
{
    const struct pid_entry_vec *list = &round->processes->list;
    const struct semset_vec *sets = &round->tables->semsets;
    struct user_set users = {0};

    for (size_t i = 0; i < sets->n; i++)
        if (given_away(&sets->at[i]))
            user_set_add(&users, sets->at[i].o.uid);
    for (size_t i = 0; i < list->n; i++)
        if (user_set_has_owner(&users, round->source, list->at[i].pid))
            vec_push(out, list->at[i].pid);
}

static void add(struct server_vec *servers, const struct server *server)
{
    for (size_t i = 0; i < servers->n; i++) {
        const struct server *s = &servers->at[i];
        if (s->pid == server->pid && s->silent == server->silent && s->uid == server->uid &&
            s->any_uid == server->any_uid && s->worker_uid == server->worker_uid &&
            s->any_worker == server->any_worker)
            return;
    }
    vec_push(servers, *server);
}

static void pair(struct found *f, const struct process *worker, const struct process *parent)
{
    const unsigned both = PROC_KNOWS_COMM | PROC_KNOWS_UID;
    struct server server = {.pid = parent->pid, .uid = parent->uid, .worker_uid = worker->uid};

    if (worker->parent != parent->pid || (worker->known & parent->known & both) != both ||
        !(parent->known & PROC_KNOWS_START) || worker->uid == parent->uid ||
        strcmp(worker->comm, parent->comm) != 0)
        return;
    add(&f->servers, &server);
}

// Of a worker that is silent the server may be any user's.
static void add_silent_workers(struct found *f, const struct source *source)
{
    for (size_t i = 0; i < f->family.silent_children.n; i++) {
        int32_t pid = f->family.silent_children.at[i];
        struct server server = {.silent = true, .any_uid = true};

        if (!family_user(source, pid, &server.worker_uid, &server.any_worker))
            continue;
        add(&f->servers, &server);
        vec_push(&f->again, pid);
    }
}

static void add_silent_parent(struct found *f, const struct source *source,
                              const struct process *worker)
{
    struct server server = {
        .silent = true, .worker_uid = worker->uid, .any_worker = !(worker->known & PROC_KNOWS_UID)};

    if (!(worker->known & PROC_KNOWS_PARENT) ||
        !pids_has(&f->family.silent_parents, worker->parent) ||
        !family_user(source, worker->parent, &server.uid, &server.any_uid))
        return;
    add(&f->servers, &server);
    vec_push(&f->again, worker->pid);
}

static void find_servers(struct found *f, const struct source *source,
                         const struct process_list *list)
{
    const struct process_vec *workers = &f->family.children, *parents = &f->family.parents;

    for (size_t i = 0; i < workers->n; i++) {
        for (size_t k = 0; k < parents->n; k++)
            pair(f, &workers->at[i], &parents->at[k]);
        add_silent_parent(f, source, &workers->at[i]);
    }
    add_silent_workers(f, source);
    if (list->hidden)
        add(&f->servers, &(struct server){.silent = true, .any_uid = true, .any_worker = true});
    pids_settle(&f->again);
}

static bool may_be(const struct server *silent, const struct server *server)
{
    return silent->silent && (silent->any_uid || silent->uid == server->uid) &&
           (silent->any_worker || silent->worker_uid == server->worker_uid);
}

// One that was found before may still be there where others between its users are silent.
static void keep(struct found *f, const struct server_vec *before)
{
    size_t n = f->servers.n;

    for (size_t i = 0; i < before->n; i++)
        for (size_t k = 0; !before->at[i].silent && k < n; k++)
            if (may_be(&f->servers.at[k], &before->at[i])) {
                add(&f->servers, &before->at[i]);
                break;
            }
}

// All, or those alone that were silent.
static void ask(struct found *f, const struct round *round, bool all)
{
    struct server_vec before = f->servers;
    struct pid_vec pids = {0};

    f->servers = (struct server_vec){0};
    if (all)
        choose_all(round, &pids);
    else
        vec_copy(&pids, &f->again);
    vec_clear(&f->again);
    family_ask(&f->family, round->pool, &pids, false);
    find_servers(f, round->source, round->processes);
    for (size_t i = 0; !all && i < before.n; i++)
        if (!before.at[i].silent)
            add(&f->servers, &before.at[i]);
    keep(f, &before);
    vec_free(&pids);
    vec_free(&before);
}

static void update(void *self, const struct round *round)
{
    struct found *f = self;
    uint64_t print = fingerprint(round->tables);

    if (!print) {
        vec_clear(&f->servers);
        vec_clear(&f->again);
        f->print = 0;
    } else if (process_list_update(round->processes, round->source) == 0) {
        // of the same processes some may have ended: what they left is asked about with the next one
        bool all = print != f->print || round->processes->number != f->list_number;

        if (all || f->again.n > 0)
            ask(f, round, all);
        f->print = print;
        f->list_number = round->processes->number;
    }
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct found *f = self;

    vec_copy(&snapshot->servers, &f->servers);
    snapshot->servers_missing =
        fingerprint(snapshot) != f->print; // its sets may have been read since
    return true;
}

const struct collector servers_collector = {
    .need = NEED_SERVERS,
    .size = sizeof(struct found),
    .release = release,
    .update = update,
    .fill = fill,
};
