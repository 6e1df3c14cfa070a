#include "engine/databases.h"

#include <stdlib.h>

#include "base/clock.h"
#include "model/apps/postgres.h"
#include "model/text/words.h"

static const int64_t PACE_NS = 30 * CLOCK_SECOND, PACE_CHANGED_NS = 2 * CLOCK_SECOND;

enum { HOLDERS_MAX = 3, INSTANCES_MAX = 256, SERVERS_MAX = 64, OF_ONE_USER_MAX = 48 };

static void release(void *self)
{
    struct databases *d = self;

    vec_free(&d->known);
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    vec_copy(&snapshot->instances, &((const struct databases *)self)->known);
    return true;
}

// FNV-1a over what a change of servers shows in.
static uint64_t print_of(const struct snapshot *s)
{
    uint64_t print = 14695981039346656037u;

    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        uint64_t parts[] = {(uint32_t)g->o.id, g->o.key, (uint32_t)g->cpid};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            print = (print ^ parts[k]) * 1099511628211u;
    }
    return print;
}

// --- which processes to ask ---------------------------------------------------------------------

// Any user may give many processes that name: some of those asked are always others'.
static bool add_server(const struct snapshot *s, int32_t pid, struct asking *asking)
{
    const char *program = words_program(s, pid);
    size_t same_user = 0;

    if (!program || !postgres_program(program))
        return false;
    uint32_t uid = snapshot_process(s, pid)->uid;
    for (size_t i = 0; i < asking->probes.n; i++) {
        const struct probe *other = &asking->probes.at[i];
        if (other->what != PROBE_SERVER)
            continue;
        if (other->id == pid)
            return true;
        same_user += snapshot_process(s, (int32_t)other->id)->uid == uid;
    }
    if (asking->probes.n <= SERVERS_MAX && same_user < OF_ONE_USER_MAX)
        ask_add(asking, (struct probe){.what = PROBE_SERVER, .id = pid, .of = asking->probes.n});
    return true;
}

// A server's object has a key that its data directory is known by, and was not made by root, as whom no
// server runs (PostgreSQL, src/backend/main/main.c check_root()).
static bool may_be_a_servers(const struct owned *o, uint32_t key)
{
    return key && o->cuid != 0;
}

// Where nothing may be a server's, no place explains anything.
static bool any_servers(const struct snapshot *s)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment_account *account = scan_account(s->scan, s->segments.at[i].o.id);
        const struct owned *o = &s->segments.at[i].o;
        if (may_be_a_servers(o, o->key) || (account && may_be_a_servers(o, account->original_key)))
            return true;
    }
    for (size_t i = 0; i < s->semsets.n; i++)
        if (may_be_a_servers(&s->semsets.at[i].o, s->semsets.at[i].o.key))
            return true;
    return false;
}

// All processes of a server have the same working directory: the postmaster is asked, which made
// the segment, or some of those it left behind.
static void choose(const struct snapshot *s, struct asking *asking)
{
    if (any_servers(s))
        ask_add(asking, (struct probe){.what = PROBE_PLACES, .id = 0});
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        size_t n, found = 0;

        if (add_server(s, g->cpid, asking))
            continue;
        const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
        for (size_t k = 0; k < n && k < 64 && found < HOLDERS_MAX; k++)
            found += add_server(s, holders[k].pid, asking);
    }
}

// --- joining what they said ---------------------------------------------------------------------

// `arg` has those of each probe.
static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    ((struct instance_vec *)arg)[probe->of] = answer->instances;
    answer->instances = (struct instance_vec){0};
}

static void join(struct instance_vec *to, const struct instance *instance)
{
    for (size_t i = 0; i < to->n; i++)
        if (to->at[i].inode == instance->inode && to->at[i].device == instance->device)
            return;
    if (to->n < INSTANCES_MAX)
        vec_push(to, *instance);
}

// A directory seen once still explains the segment its server left behind.
static bool still_explains(const struct instance *instance, const struct snapshot *s)
{
    for (size_t i = 0; i < s->segments.n; i++)
        if (postgres_owns(instance, s, &s->segments.at[i]))
            return true;
    return false;
}

// Running servers before the usual places. False where one did not answer.
static bool join_answers(const struct asking *asking, struct instance_vec *answers,
                         struct instance_vec *fresh)
{
    bool complete = true;

    for (size_t i = asking->probes.n; i-- > 0;) {
        complete = complete && asking->asked[i] == ASKED_DONE;
        for (size_t k = 0; k < answers[i].n; k++)
            join(fresh, &answers[i].at[k]);
        vec_free(&answers[i]);
    }
    return complete;
}

static void update(void *self, const struct round *round)
{
    struct databases *d = self;
    const struct snapshot *s = round->tables;
    int64_t now = clock_ns(), since = now - d->asked_ns;
    uint64_t print = print_of(s);
    struct asking asking = {.take = take};
    struct instance_vec fresh = {0};

    if (round->effort != EFFORT_FULL && d->asked && since < PACE_NS &&
        (print == d->print || since < PACE_CHANGED_NS))
        return;
    choose(s, &asking);
    struct instance_vec *answers = mem_zero(asking.probes.n, sizeof *answers);
    asking.arg = answers;
    ask_each(round->pool, &asking);
    bool complete = join_answers(&asking, answers, &fresh);
    for (size_t i = 0; i < d->known.n; i++)
        if (!complete || still_explains(&d->known.at[i], s))
            join(&fresh, &d->known.at[i]);
    vec_free(&d->known);
    *d = (struct databases){.known = fresh, .print = print, .asked_ns = now, .asked = true};
    free(answers);
    ask_end(&asking);
}

const struct collector databases_collector = {
    .need = NEED_APPS,
    .size = sizeof(struct databases),
    .release = release,
    .update = update,
    .fill = fill,
};
