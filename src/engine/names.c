#include "engine/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static const int64_t KEEP_NS = 300 * CLOCK_SECOND;

VEC(id_vec, uint32_t);

void names_free(struct names *names)
{
    vec_free(&names->users);
    vec_free(&names->groups);
}

static int id_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static int named_order(const void *a, const void *b)
{
    return id_order(&((const struct named *)a)->id, &((const struct named *)b)->id);
}

static void add(struct id_vec *ids, uint32_t id)
{
    if (ids->n && ids->at[ids->n - 1] == id) // as so often
        return;
    vec_push(ids, id);
}

static void add_owned(const struct owned *o, struct id_vec *users, struct id_vec *groups)
{
    add(users, o->uid);
    if (o->cuid != o->uid)
        add(users, o->cuid);
    add(groups, o->gid);
    if (o->cgid != o->gid)
        add(groups, o->cgid);
}

static void collect(const struct snapshot *s, struct id_vec *users, struct id_vec *groups)
{
    if (s->has & NEED_SYSTEM)
        add(users, s->system.euid);
    for (size_t i = 0; i < s->segments.n; i++)
        add_owned(&s->segments.at[i].o, users, groups);
    for (size_t i = 0; i < s->semsets.n; i++)
        add_owned(&s->semsets.at[i].o, users, groups);
    for (size_t i = 0; i < s->queues.n; i++)
        add_owned(&s->queues.at[i].o, users, groups);
    for (size_t i = 0; i < s->processes.n; i++)
        if (s->processes.at[i].known & PROC_KNOWS_UID)
            add(users, s->processes.at[i].uid);
    for (size_t i = 0; i < s->limits.n; i++)
        if (s->limits.at[i].known & LIMIT_KNOWS_TOP)
            add(users, s->limits.at[i].top_uid);
    for (size_t i = 0; i < s->waiters.n; i++)
        add(users, s->waiters.at[i].uid);
}

// Appends a question for every id that is not known.
static void ask_for(struct id_vec *ids, const struct named_vec *known, enum probe_what what,
                    struct probe_vec *out)
{
    size_t k = 0;

    if (ids->n > 1)
        qsort(ids->at, ids->n, sizeof *ids->at, id_order);
    for (size_t i = 0; i < ids->n; i++) {
        while (k < known->n && known->at[k].id < ids->at[i])
            k++;
        if ((k == known->n || known->at[k].id != ids->at[i]) &&
            (i == 0 || ids->at[i - 1] != ids->at[i]))
            vec_push(out, (struct probe){what, ids->at[i]});
    }
}

struct errand {
    struct names *names;
    const struct probe *probes;
};

static void take(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct errand *errand = arg;
    const struct probe *probe = &errand->probes[index];
    struct named named = {.id = (uint32_t)probe->id};

    (void)worker; // there is one
    if (!answer->error)
        memcpy(named.name, answer->named.name, sizeof named.name);
    vec_push(probe->what == PROBE_USER ? &errand->names->users : &errand->names->groups, named);
}

static bool service_stuck(struct prober_pool *probers)
{
    struct probe_vec stuck = {0};
    bool found = false;

    prober_pool_stuck(probers, &stuck);
    for (size_t i = 0; i < stuck.n; i++)
        found |= stuck.at[i].what == PROBE_USER || stuck.at[i].what == PROBE_GROUP;
    vec_free(&stuck);
    return found;
}

void names_update(struct names *names, struct prober_pool *probers, const struct snapshot *snapshot,
                  struct meanwhile meanwhile)
{
    struct id_vec users = {0}, groups = {0};
    struct probe_vec probes = {0};
    int64_t now = clock_ns();

    if (service_stuck(probers))
        return;
    if (now - names->asked_ns > KEEP_NS) { // accounts come and go
        vec_clear(&names->users);
        vec_clear(&names->groups);
        names->asked_ns = now;
    }
    collect(snapshot, &users, &groups);
    ask_for(&users, &names->users, PROBE_USER, &probes);
    ask_for(&groups, &names->groups, PROBE_GROUP, &probes);
    if (probes.n) {
        uint8_t *asked = mem_alloc(probes.n);
        struct errand errand = {names, probes.at};
        const struct batch batch = {.probes = probes.at,
                                    .n = probes.n,
                                    .one_by_one = true,
                                    .take = take,
                                    .arg = &errand,
                                    .meanwhile = meanwhile};
        prober_pool_run(probers, &batch, asked);
        free(asked);
        if (names->users.n > 1)
            qsort(names->users.at, names->users.n, sizeof *names->users.at, named_order);
        if (names->groups.n > 1)
            qsort(names->groups.at, names->groups.n, sizeof *names->groups.at, named_order);
    }
    vec_free(&users);
    vec_free(&groups);
    vec_free(&probes);
}

static void fill(const struct named_vec *from, struct named_vec *to)
{
    for (size_t i = 0; i < from->n; i++)
        if (from->at[i].name[0])
            vec_push(to, from->at[i]);
}

void names_fill(const struct names *names, struct snapshot *snapshot)
{
    fill(&names->users, &snapshot->users);
    fill(&names->groups, &snapshot->groups);
    const char *user = snapshot_user(snapshot, snapshot->system.euid);
    if (user && snapshot->has & NEED_SYSTEM)
        snprintf(snapshot->system.user, sizeof snapshot->system.user, "%s", user);
}
