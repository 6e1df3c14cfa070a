// Servers that gave sets away: NEED_SERVERS.
//
// The kernel keeps no creator of a set. A server that starts as one user and works as another (Apache)
// gives its sets to that user; those that no living process has operated yet, or that a worker operated
// which ended since, name nobody that lives. The server is known by its shape: a process of the creating
// user with a child of the same program that runs as the owner.
#include <string.h>

#include "engine/ask/collector.h"

struct found {
    struct process_vec workers, parents; // of the asking that runs
    struct server_vec servers;
    uint64_t list_number, print; // as they were when it was asked last
};

static void *create(void)
{
    return mem_zero(1, sizeof(struct found));
}

static void destroy(void *self)
{
    struct found *f = self;

    vec_free(&f->workers);
    vec_free(&f->parents);
    vec_free(&f->servers);
    free(f);
}

static bool given_away(const struct semset *set)
{
    return set->o.uid != set->o.cuid;
}

enum { USERS_MAX = 64 }; // those beyond have no server here

struct users {
    uint32_t at[USERS_MAX];
    size_t n;
};

static bool has_user(const struct users *users, uint32_t uid)
{
    for (size_t i = 0; i < users->n; i++)
        if (users->at[i] == uid)
            return true;
    return false;
}

static struct users users_given(const struct snapshot *s)
{
    struct users users = {0};

    for (size_t i = 0; i < s->semsets.n && users.n < USERS_MAX; i++) {
        uint32_t uid = s->semsets.at[i].o.uid;
        if (given_away(&s->semsets.at[i]) && !has_user(&users, uid))
            users.at[users.n++] = uid;
    }
    return users;
}

// The users between whom sets went: 0 where none did.
static uint64_t fingerprint(const struct snapshot *s)
{
    uint64_t print = 0;

    for (size_t i = 0; i < s->semsets.n; i++)
        if (given_away(&s->semsets.at[i]))
            print |= UINT64_C(1) << (s->semsets.at[i].o.uid * 31 + s->semsets.at[i].o.cuid) % 64;
    return print;
}

static void ask_workers(struct found *f, const struct round *round)
{
    const struct source *source = round->source;
    const struct pid_entry_vec *list = &round->processes->list;
    const struct users users = users_given(round->tables);
    struct pid_vec pids = {0};
    uint32_t uid;

    for (size_t i = 0; source->owner && i < list->n; i++)
        if (source->owner(source->self, list->at[i].pid, &uid) == 0 && has_user(&users, uid))
            vec_push(&pids, list->at[i].pid);
    ask_processes(round->pool, &pids, &f->workers);
    vec_clear(&pids);
    for (size_t i = 0; i < f->workers.n; i++)
        if (f->workers.at[i].known & PROC_KNOWS_PARENT)
            pids_add(&pids, f->workers.at[i].parent);
    pids_settle(&pids);
    ask_processes(round->pool, &pids, &f->parents);
    vec_free(&pids);
}

static void pair(struct found *f, const struct process *worker, const struct process *parent)
{
    const unsigned all = PROC_KNOWS_COMM | PROC_KNOWS_UID | PROC_KNOWS_START;
    struct server server = {.pid = parent->pid,
                            .uid = parent->uid,
                            .worker_uid = worker->uid,
                            .start_time = parent->start_time};

    if (worker->parent != parent->pid || (worker->known & parent->known & all) != all ||
        worker->uid == parent->uid || strcmp(worker->comm, parent->comm) != 0)
        return;
    for (size_t i = 0; i < f->servers.n; i++)
        if (f->servers.at[i].pid == server.pid && f->servers.at[i].worker_uid == server.worker_uid)
            return;
    vec_push(&f->servers, server);
}

static void update(void *self, const struct round *round)
{
    struct found *f = self;
    uint64_t print = fingerprint(round->tables);

    if (!print) {
        vec_clear(&f->servers);
        f->print = 0;
        return;
    }
    if (process_list_update(round->processes, round->source) != 0)
        return; // those found before may still be there
    if (print == f->print && round->processes->number == f->list_number)
        return; // of these processes some may have ended: what they left is asked about with the next one
    ask_workers(f, round);
    vec_clear(&f->servers);
    for (size_t i = 0; i < f->workers.n; i++)
        for (size_t k = 0; k < f->parents.n; k++)
            pair(f, &f->workers.at[i], &f->parents.at[k]);
    f->print = print;
    f->list_number = round->processes->number;
}

static bool fill(const void *self, uint64_t need, struct snapshot *snapshot)
{
    const struct found *f = self;

    (void)need;
    vec_copy(&snapshot->servers, &f->servers);
    return true;
}

const struct collector servers_collector = {
    .name = "servers",
    .need = NEED_SERVERS,
    .create = create,
    .destroy = destroy,
    .update = update,
    .fill = fill,
};
