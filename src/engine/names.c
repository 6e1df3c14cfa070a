// Names of users and groups, asked for once and kept for five minutes: the name service may be slow,
// or not answer. One at a time, and not while an earlier question is without an answer.
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/order.h"
#include "engine/ask/collector.h"
#include "model/kinds/registry.h"

static const int64_t KEEP_NS = 300 * CLOCK_SECOND;

VEC(id_vec, uint32_t);

struct names {
    struct named_vec users, groups;             // ordered by id; an empty name: there is none
    struct named_vec fresh_users, fresh_groups; // of the answers that come in
    int64_t asked_ns;
};

static void release(void *self)
{
    struct names *names = self;

    vec_free(&names->users);
    vec_free(&names->groups);
    vec_free(&names->fresh_users);
    vec_free(&names->fresh_groups);
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

static void add_actor(const struct actor *by, struct id_vec *users)
{
    add(users, by->uid);
    if (by->euid != by->uid)
        add(users, by->euid);
    if (by->login_uid != UINT32_MAX && by->login_uid != by->uid)
        add(users, by->login_uid);
}

static void add_owners(const struct snapshot *s, const struct kind *kind, struct id_vec *users)
{
    for (size_t i = 0; kind->owner && i < kind_count(kind, s); i++) {
        uint32_t uid = kind->owner(kind_at(kind, s, i));
        if (uid != UINT32_MAX)
            add(users, uid);
    }
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
    for (int id = TABLE_KINDS; id < KINDS; id++)
        add_owners(s, kind_get((enum kind_id)id), users);
    for (size_t i = 0; i < s->traces.n; i++)
        add_actor(&s->traces.at[i].by, users);
    for (size_t i = 0; i < s->limits.n; i++)
        if (s->limits.at[i].known & LIMIT_KNOWS_TOP)
            add(users, s->limits.at[i].top_uid);
    for (size_t i = 0; i < s->waiters.n; i++)
        add(users, s->waiters.at[i].uid);
}

// Leaves those that are not known, each once, ascending.
static void keep_unknown(struct id_vec *ids, const struct named_vec *known)
{
    size_t k = 0, kept = 0;

    vec_sort(ids, order_u32);
    for (size_t i = 0; i < ids->n; i++) {
        uint32_t id = ids->at[i];
        while (k < known->n && known->at[k].id < id)
            k++;
        if ((k == known->n || known->at[k].id != id) && (!kept || ids->at[kept - 1] != id))
            ids->at[kept++] = id;
    }
    ids->n = kept;
}

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct names *names = arg;
    struct named named = {.id = (uint32_t)probe->id};

    if (!answer->error)
        memcpy(named.name, answer->named.name, sizeof named.name);
    vec_push(probe->what == PROBE_USER ? &names->fresh_users : &names->fresh_groups, named);
}

static void add_fresh(struct named_vec *known, struct named_vec *fresh)
{
    for (size_t i = 0; i < fresh->n; i++)
        vec_push(known, fresh->at[i]);
    vec_sort(known, order_u32);
    vec_clear(fresh);
}

// Appends a question for every id that is not known. What a file of this machine names needs none, and so
// no thread that asks it: that costs more than all else of a short run.
static void ask_for(struct id_vec *ids, struct named_vec *known, enum probe_what what,
                    const struct source *source, struct asking *asking)
{
    struct named_vec local = {0};

    keep_unknown(ids, known);
    if (source->local_names && ids->n) {
        source->local_names(source->self, what, ids->at, ids->n, &local);
        add_fresh(known, &local);
        vec_free(&local);
        keep_unknown(ids, known);
    }
    for (size_t i = 0; i < ids->n; i++)
        ask_add(asking, (struct probe){.what = what, .id = ids->at[i]});
}

static bool service_stuck(struct prober_pool *pool)
{
    struct probe_vec stuck = {0};
    bool found = false;

    prober_pool_stuck(pool, &stuck);
    for (size_t i = 0; i < stuck.n; i++)
        found |= stuck.at[i].what == PROBE_USER || stuck.at[i].what == PROBE_GROUP;
    vec_free(&stuck);
    return found;
}

static void update(void *self, const struct round *round)
{
    struct names *names = self;
    struct id_vec users = {0}, groups = {0};
    struct asking asking = {.take = take, .arg = names, .one_by_one = true};
    int64_t now = clock_ns();

    if (service_stuck(round->pool))
        return;
    if (now - names->asked_ns > KEEP_NS) { // accounts come and go
        vec_clear(&names->users);
        vec_clear(&names->groups);
        names->asked_ns = now;
    }
    collect(round->tables, &users, &groups);
    ask_for(&users, &names->users, PROBE_USER, round->source, &asking);
    ask_for(&groups, &names->groups, PROBE_GROUP, round->source, &asking);
    ask_each(round->pool, &asking);
    add_fresh(&names->users, &names->fresh_users);
    add_fresh(&names->groups, &names->fresh_groups);
    vec_free(&users);
    vec_free(&groups);
    ask_end(&asking);
}

static void fill_names(const struct named_vec *from, struct named_vec *to)
{
    vec_clear(to);
    for (size_t i = 0; i < from->n; i++)
        if (from->at[i].name[0])
            vec_push(to, from->at[i]);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct names *names = self;

    fill_names(&names->users, &snapshot->users);
    fill_names(&names->groups, &snapshot->groups);
    const char *user = snapshot_user(snapshot, snapshot->system.euid);
    if (user && snapshot->has & NEED_SYSTEM)
        snprintf(snapshot->system.user, sizeof snapshot->system.user, "%s", user);
    return true;
}

const struct collector names_collector = {
    .need = NEED_NAMES,
    .size = sizeof(struct names),
    .release = release,
    .update = update,
    .fill = fill,
};
