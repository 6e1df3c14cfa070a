// Servers that gave sets away: NEED_SERVERS.
//
// The kernel keeps no creator of a set. A server that starts as one user and works as another (Apache)
// gives its sets to that user; those that no living process has operated yet, or that a worker operated
// which ended since, name nobody that lives. The server is known by its shape: a process of the creating
// user with a child of the same program that runs as the owner.
#include <string.h>

#include "engine/ask/collector.h"
#include "engine/users/family.h"

struct found {
    struct family family; // of the asking that runs: workers, and their parents
    struct server_vec servers;
    uint64_t list_number, print; // as they were when all were asked last
};

static void *create(void)
{
    return mem_zero(1, sizeof(struct found));
}

static void destroy(void *self)
{
    struct found *f = self;

    family_free(&f->family);
    vec_free(&f->servers);
    free(f);
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

static bool ask_workers(struct found *f, const struct round *round)
{
    const struct pid_entry_vec *list = &round->processes->list;
    const struct semset_vec *sets = &round->tables->semsets;
    struct user_set users = {0};
    struct pid_vec pids = {0};

    for (size_t i = 0; i < sets->n; i++)
        if (given_away(&sets->at[i]))
            user_set_add(&users, sets->at[i].o.uid);
    for (size_t i = 0; i < list->n; i++)
        if (user_set_has_owner(&users, round->source, list->at[i].pid))
            vec_push(&pids, list->at[i].pid);
    bool whole = family_ask(&f->family, round->pool, &pids);
    vec_free(&pids);
    return whole;
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

static void find_servers(struct found *f)
{
    const struct process_vec *workers = &f->family.children, *parents = &f->family.parents;

    vec_clear(&f->servers);
    for (size_t i = 0; i < workers->n; i++)
        for (size_t k = 0; k < parents->n; k++)
            pair(f, &workers->at[i], &parents->at[k]);
}

// Where not all could be asked, those found before may still be there: all are asked again next time.
static void update(void *self, const struct round *round)
{
    struct found *f = self;
    uint64_t print = fingerprint(round->tables);

    if (!print) {
        vec_clear(&f->servers);
        f->print = 0;
    } else if (
        process_list_update(round->processes, round->source) == 0 &&
        // of the same processes some may have ended: what they left is asked about with the next one
        (print != f->print || round->processes->number != f->list_number) &&
        ask_workers(f, round)) {
        find_servers(f);
        f->print = print;
        f->list_number = round->processes->number;
    }
}

static bool fill(const void *self, uint64_t need, struct snapshot *snapshot)
{
    const struct found *f = self;

    (void)need;
    vec_copy(&snapshot->servers, &f->servers);
    return fingerprint(snapshot) == f->print; // its sets may have been read since
}

const struct collector servers_collector = {
    .name = "servers",
    .need = NEED_SERVERS,
    .create = create,
    .destroy = destroy,
    .update = update,
    .fill = fill,
};
