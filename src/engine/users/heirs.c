// Processes that go on for the makers of objects: NEED_SERVERS. See model/apps/heirs.h.
//
// They are looked for once for each object that names nobody alive, and again while new processes may
// fit: of its users, with pids that follow. One was forked by a process that is gone where it executed no
// program since, and its parent now runs another program: init, or another child subreaper (prctl(2)).
#include <stdlib.h>
#include <string.h>

#include "engine/ask/collector.h"
#include "model/apps/heirs.h"

struct looked { // for heirs of an object
    enum kind_id kind;
    int32_t id;
    int64_t ctime;
};
VEC(looked_vec, struct looked);

struct heirs {
    struct left_vec left; // of this round
    struct looked_vec looked;
    struct process_vec children, parents; // of the asking that runs
    struct heir_vec heirs;
    uint64_t list_number;
};

static void *create(void)
{
    return mem_zero(1, sizeof(struct heirs));
}

static void destroy(void *self)
{
    struct heirs *h = self;

    vec_free(&h->left);
    vec_free(&h->looked);
    vec_free(&h->children);
    vec_free(&h->parents);
    vec_free(&h->heirs);
    free(h);
}

// --- whom to ask ----------------------------------------------------------------------------------

enum { USERS_MAX = 64 };

struct search { // for those that may have inherited an object not looked at yet
    int32_t *
        starts; // how many more objects ask for the pids from here on; of each in the list, and an end
    uint32_t users[USERS_MAX];
    size_t n_users;
    bool all_users; // there are more
};

static void add_user(struct search *search, uint32_t uid)
{
    for (size_t i = 0; i < search->n_users; i++)
        if (search->users[i] == uid)
            return;
    if (search->n_users == USERS_MAX)
        search->all_users = true;
    else
        search->users[search->n_users++] = uid;
}

static bool is_user(const struct search *search, const struct source *source, int32_t pid)
{
    uint32_t uid;

    if (search->all_users || !source->owner || source->owner(source->self, pid, &uid) < 0)
        return true;
    for (size_t i = 0; i < search->n_users; i++)
        if (search->users[i] == uid)
            return true;
    return false;
}

static size_t first_beyond(const struct pid_entry_vec *list, int64_t pid)
{
    size_t low = 0, high = list->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->at[middle].pid <= pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_left(struct search *search, const struct pid_entry_vec *list,
                     const struct left *left)
{
    search->starts[first_beyond(list, left->maker)]++;
    search->starts[first_beyond(list, (int64_t)left->maker + HEIRS_NEAR)]--;
    add_user(search, left->o->uid);
    add_user(search, left->o->cuid);
}

// Both lists are in the order of the tables.
static bool is_looked(const struct heirs *h, const struct owned *o, size_t *at)
{
    const struct looked *l = h->looked.at;

    while (*at < h->looked.n &&
           (l[*at].kind < o->kind || (l[*at].kind == o->kind && l[*at].id < o->id)))
        ++*at;
    return *at < h->looked.n && l[*at].kind == o->kind && l[*at].id == o->id &&
           l[*at].ctime == o->ctime;
}

static void choose(struct heirs *h, const struct round *round, struct pid_vec *out)
{
    const struct pid_entry_vec *list = &round->processes->list;
    bool changed = round->processes->number != h->list_number;
    struct search search = {.starts = mem_zero(list->n + 1, sizeof *search.starts)};
    struct looked_vec looked = {0};
    size_t at = 0;
    int32_t open = 0;

    for (size_t i = 0; i < h->left.n; i++) {
        const struct left *left = &h->left.at[i];
        bool may_come = changed && round->tables->time <= heirs_until(left) + 1;

        if (!is_looked(h, left->o, &at) || may_come)
            add_left(&search, list, left);
        vec_push(&looked, (struct looked){left->o->kind, left->o->id, left->o->ctime});
    }
    for (size_t i = 0; i < list->n; i++)
        if ((open += search.starts[i]) > 0 && is_user(&search, round->source, list->at[i].pid))
            vec_push(out, list->at[i].pid);
    for (size_t i = 0; i < h->heirs.n; i++)
        vec_push(out, h->heirs.at[i].pid); // whether they live
    pids_settle(out);
    free(search.starts);
    vec_free(&h->looked);
    h->looked = looked;
    h->list_number = round->processes->number;
}

// --- asking ---------------------------------------------------------------------------------------

static bool is_orphaned(const struct heirs *h, const struct process *child)
{
    const unsigned all = PROC_KNOWS_COMM | PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STAT;

    if ((child->known & all) != all || !child->forked)
        return false;
    for (size_t i = 0; i < h->parents.n; i++)
        if (h->parents.at[i].pid == child->parent)
            return strcmp(h->parents.at[i].comm, child->comm) != 0;
    return true; // its parent is not seen
}

static bool fits_any(const struct heirs *h, const struct heir *heir)
{
    for (size_t i = 0; i < h->left.n; i++)
        if (heir_fits(&h->left.at[i], heir))
            return true;
    return false;
}

static void ask_all(struct heirs *h, const struct round *round, struct pid_vec *pids)
{
    ask_processes(round->pool, pids, &h->children);
    vec_clear(pids);
    for (size_t i = 0; i < h->children.n; i++)
        if (h->children.at[i].forked && h->children.at[i].parent > 0)
            vec_push(pids, h->children.at[i].parent);
    pids_settle(pids);
    ask_processes(round->pool, pids, &h->parents);
    vec_clear(&h->heirs);
    for (size_t i = 0; i < h->children.n; i++) {
        const struct process *p = &h->children.at[i];
        const struct heir heir = {.pid = p->pid, .uid = p->uid, .start_time = p->start_time};

        if (is_orphaned(h, p) && fits_any(h, &heir))
            vec_push(&h->heirs, heir);
    }
}

static void update(void *self, const struct round *round)
{
    struct heirs *h = self;
    struct pid_vec pids = {0};

    vec_clear(&h->left);
    heirs_left(round->tables, &h->left);
    if (h->left.n > 0) {
        process_list_update(round->processes, round->source);
        choose(h, round, &pids);
        ask_all(h, round, &pids);
    } else {
        vec_clear(&h->looked);
        vec_clear(&h->heirs);
    }
    vec_clear(&h->left); // it points into this round's tables
    vec_free(&pids);
}

static bool fill(const void *self, uint64_t need, struct snapshot *snapshot)
{
    const struct heirs *h = self;

    (void)need;
    vec_copy(&snapshot->heirs, &h->heirs);
    return true;
}

const struct collector heirs_collector = {
    .name = "heirs",
    .need = NEED_SERVERS,
    .create = create,
    .destroy = destroy,
    .update = update,
    .fill = fill,
};
