// Processes that go on for the makers of objects: NEED_SERVERS. See model/apps/heirs.h.
//
// They are looked for once for each object that names nobody alive, and again while new processes may
// fit: of its users, with pids that follow. One was forked by a process that is gone where it executed no
// program since, and its parent now runs another program: init, or another child subreaper (prctl(2)).
// One that does not answer may be one, of objects of its user: it is asked again each time.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/ask/collector.h"
#include "engine/users/family.h"
#include "model/apps/heirs.h"

struct looked { // for heirs of an object
    enum kind_id kind;
    int32_t id;
    int64_t ctime;
};
VEC(looked_vec, struct looked);

struct heirs {
    struct left_vec left; // of this round
    struct family family; // of the asking that runs
    // As they were at the last asking.
    struct looked_vec looked;
    struct heir_vec heirs;
    uint64_t list_number;
    int64_t time; // of the picture
    bool known;   // heirs were looked for of every object of the last round
};

static void release(void *self)
{
    struct heirs *h = self;

    vec_free(&h->left);
    vec_free(&h->looked);
    family_free(&h->family);
    vec_free(&h->heirs);
}

// --- whom to ask ----------------------------------------------------------------------------------

struct search { // for those that may have inherited an object not looked at yet
    int32_t *
        starts; // how many more objects ask for the pids from here on; of each in the list, and an end
    struct user_set users;
};

static void add_left(struct search *search, const struct pid_entry_vec *list,
                     const struct left *left)
{
    int64_t last = (int64_t)left->maker + HEIRS_NEAR;
    // Workers of the same server may be older than the one that ended.
    int64_t first = (int64_t)left->maker - (left->used ? HEIRS_NEAR : 0);

    search->starts[vec_lower(list, entry, entry->pid <= first)]++;
    search->starts[vec_lower(list, entry, entry->pid <= last)]--;
    user_set_add(&search->users, left->o->uid);
    user_set_add(&search->users, left->o->cuid);
    search->users.all |=
        left->o->uid == 0 || left->o->cuid == 0; // its daemon may have become anybody
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

// Whether processes that fit may have come since the last asking.
static bool may_have_come(const struct heirs *h, const struct round *round, const struct left *left)
{
    return round->processes->number != h->list_number && h->time <= heirs_until(left) + 1;
}

static bool all_looked(const struct heirs *h, const struct round *round)
{
    size_t at = 0;

    for (size_t i = 0; i < h->left.n; i++)
        if (!is_looked(h, h->left.at[i].o, &at) || may_have_come(h, round, &h->left.at[i]))
            return false;
    return true;
}

static void choose(const struct heirs *h, const struct round *round, struct pid_vec *out)
{
    const struct pid_entry_vec *list = &round->processes->list;
    struct search search = {.starts = mem_zero(list->n + 1, sizeof *search.starts)};
    size_t at = 0;
    int32_t open = 0;

    for (size_t i = 0; i < h->left.n; i++) {
        const struct left *left = &h->left.at[i];

        if (!is_looked(h, left->o, &at) || may_have_come(h, round, left))
            add_left(&search, list, left);
    }
    for (size_t i = 0; i < list->n; i++)
        if ((open += search.starts[i]) > 0 &&
            user_set_has_owner(&search.users, round->source, list->at[i].pid))
            vec_push(out, list->at[i].pid);
    for (size_t i = 0; i < h->heirs.n; i++)
        if (!h->heirs.at[i].hidden)
            vec_push(out, h->heirs.at[i].pid); // whether they live, or answer now
    pids_settle(out);
    free(search.starts);
}

// --- asking ---------------------------------------------------------------------------------------

static bool is_known(const struct process *p)
{
    const unsigned all = PROC_KNOWS_COMM | PROC_KNOWS_UID | PROC_KNOWS_START | PROC_KNOWS_STAT;

    return (p->known & all) == all;
}

static bool is_orphaned(const struct heirs *h, const struct process *child)
{
    if (!is_known(child) || !child->forked)
        return false;
    for (size_t i = 0; i < h->family.parents.n; i++)
        if (h->family.parents.at[i].pid == child->parent && !h->family.parents.at[i].gone)
            return strcmp(h->family.parents.at[i].comm, child->comm) != 0;
    return true; // its parent is not seen
}

// Those fork themselves for every pipeline, and make nothing.
static bool is_shell(const char *comm)
{
    static const char *const names[] = {"bash", "sh",  "dash", "zsh",    "ksh",
                                        "mksh", "ash", "fish", "busybox"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(comm, names[i]) == 0)
            return true;
    return false;
}

static void add_fitting(struct heirs *h, struct heir heir)
{
    for (size_t i = 0; i < h->left.n; i++)
        if (heir_fits(&h->left.at[i], &heir)) {
            vec_push(&h->heirs, heir);
            return;
        }
}

static void note_worker(struct heir *heir, int64_t start_time)
{
    if (start_time > heir->workers[0]) {
        heir->workers[1] = heir->workers[0];
        heir->workers[0] = start_time;
    } else if (start_time > heir->workers[1]) {
        heir->workers[1] = start_time;
    }
}

// Those that have such children, and execute the same program.
static void find_forking(struct heirs *h)
{
    for (size_t i = 0; i < h->family.parents.n; i++) {
        const struct process *p = &h->family.parents.at[i];
        struct heir heir = {
            .pid = p->pid, .uid = p->uid, .start_time = p->start_time, .server = true};

        for (size_t k = 0; k < h->family.children.n; k++) {
            const struct process *child = &h->family.children.at[k];
            if (child->parent == p->pid && child->forked && strcmp(child->comm, p->comm) == 0)
                note_worker(&heir, child->start_time);
        }
        if (heir.workers[0] > 0 && !p->gone && is_known(p) && !is_shell(p->comm))
            add_fitting(h, heir);
    }
}

static void find_heirs(struct heirs *h, const struct source *source,
                       const struct process_list *list)
{
    vec_clear(&h->heirs);
    for (size_t i = 0; i < h->family.children.n; i++) {
        const struct process *p = &h->family.children.at[i];
        if (is_orphaned(h, p))
            add_fitting(h, (struct heir){.pid = p->pid,
                                         .uid = p->uid,
                                         .start_time = p->start_time,
                                         .session = p->session,
                                         .silent = pids_has(&h->family.silent_parents, p->parent)});
    }
    for (size_t i = 0; i < h->family.children.n; i++) {
        const struct process *p = &h->family.children.at[i];
        if (is_known(p) && p->threads > 1)
            add_fitting(h, (struct heir){.pid = p->pid,
                                         .uid = p->uid,
                                         .start_time = p->start_time,
                                         .server = true,
                                         .threads = true});
    }
    for (size_t i = 0; i < h->family.silent_children.n; i++) {
        struct heir heir = {.pid = h->family.silent_children.at[i], .silent = true};

        if (family_user(source, heir.pid, &heir.uid, &heir.any_user))
            add_fitting(h, heir);
    }
    find_forking(h);
    if (list->hidden)
        add_fitting(h, (struct heir){.uid = geteuid(), .silent = true, .hidden = true});
}

static void note_looked(struct heirs *h)
{
    vec_clear(&h->looked);
    for (size_t i = 0; i < h->left.n; i++) {
        const struct owned *o = h->left.at[i].o;
        vec_push(&h->looked, (struct looked){o->kind, o->id, o->ctime});
    }
}

static void update(void *self, const struct round *round)
{
    struct heirs *h = self;
    struct pid_vec pids = {0};

    vec_clear(&h->left);
    heirs_left(round->tables, &h->left);
    if (h->left.n == 0) {
        vec_clear(&h->looked);
        vec_clear(&h->heirs);
    } else if (process_list_update(round->processes, round->source) == 0) {
        choose(h, round, &pids);
        family_ask(&h->family, round->pool, &pids, true);
        find_heirs(h, round->source, round->processes);
        note_looked(h);
        h->list_number = round->processes->number;
        h->time = round->tables->time;
    }
    h->known = all_looked(h, round);
    vec_clear(&h->left); // it points into this round's tables
    vec_free(&pids);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct heirs *h = self;

    vec_copy(&snapshot->heirs, &h->heirs);
    snapshot->heirs_missing = !h->known;
    return true;
}

const struct collector heirs_collector = {
    .need = NEED_SERVERS,
    .size = sizeof(struct heirs),
    .release = release,
    .update = update,
    .fill = fill,
};
