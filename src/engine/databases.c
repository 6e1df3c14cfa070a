#include "engine/databases.h"

#include "base/clock.h"
#include "model/apps/postgres.h"
#include "model/text/words.h"

static const int64_t PACE_NS = 30 * CLOCK_SECOND, PACE_CHANGED_NS = 2 * CLOCK_SECOND;

enum { HOLDERS_MAX = 3, INSTANCES_MAX = 256, SERVERS_MAX = 64, OF_ONE_USER_MAX = 48 };

void databases_free(struct instances *in)
{
    vec_free(&in->known);
}

void databases_fill(const struct instances *in, struct snapshot *picture)
{
    vec_copy(&picture->instances, &in->known);
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

// --- whom to ask --------------------------------------------------------------------------------

// Anybody may name many processes so: some of those asked are always others'.
static bool add_server(const struct snapshot *s, int32_t pid, struct probe_vec *probes)
{
    const char *program = words_program(s, pid);
    size_t same_user = 0;

    if (!program || !postgres_program(program))
        return false;
    uint32_t uid = snapshot_process(s, pid)->uid;
    for (size_t i = 0; i < probes->n; i++) {
        if (probes->at[i].what != PROBE_SERVER)
            continue;
        if (probes->at[i].id == pid)
            return true;
        same_user += snapshot_process(s, (int32_t)probes->at[i].id)->uid == uid;
    }
    if (probes->n <= SERVERS_MAX && same_user < OF_ONE_USER_MAX)
        vec_push(probes, (struct probe){PROBE_SERVER, pid});
    return true;
}

// A directory is known by a key: where nothing has one, no place explains anything.
static bool any_key(const struct snapshot *s)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment_account *account = scan_account(s->scan, s->segments.at[i].o.id);
        if (s->segments.at[i].o.key || (account && account->original_key))
            return true;
    }
    for (size_t i = 0; i < s->semsets.n; i++)
        if (s->semsets.at[i].o.key)
            return true;
    return false;
}

// All processes of a server have the same working directory: the postmaster is asked, which made
// the segment, or some of those it left behind.
static void choose(const struct snapshot *s, struct probe_vec *probes)
{
    if (any_key(s))
        vec_push(probes, (struct probe){PROBE_PLACES, 0});
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        size_t n, found = 0;

        if (add_server(s, g->cpid, probes))
            continue;
        const struct holder *holders = scan_holders(s->scan, g->o.id, &n);
        for (size_t k = 0; k < n && k < 64 && found < HOLDERS_MAX; k++)
            found += add_server(s, holders[k].pid, probes);
    }
}

// --- joining what they said ---------------------------------------------------------------------

static void take(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct instance_vec *answers = arg;

    (void)worker; // each index has a place of its own
    answers[index] = answer->instances;
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

void databases_update(struct instances *in, struct prober_pool *probers,
                      const struct snapshot *picture, bool all, struct meanwhile meanwhile)
{
    int64_t now = clock_ns(), since = now - in->asked_ns;
    uint64_t print = print_of(picture);
    struct probe_vec probes = {0};
    struct instance_vec fresh = {0};

    if (!all && in->asked && since < PACE_NS && (print == in->print || since < PACE_CHANGED_NS))
        return;
    choose(picture, &probes);
    uint8_t *asked = mem_zero(probes.n, 1);
    struct instance_vec *answers = mem_zero(probes.n, sizeof *answers);
    const struct batch batch = {
        .probes = probes.at, .n = probes.n, .take = take, .arg = answers, .meanwhile = meanwhile};
    bool complete = prober_pool_run(probers, &batch, asked);
    for (size_t i = probes.n; i-- > 0;) { // running servers before the usual places
        complete = complete && asked[i] == ASKED_DONE;
        for (size_t k = 0; k < answers[i].n; k++)
            join(&fresh, &answers[i].at[k]);
        vec_free(&answers[i]);
    }
    for (size_t i = 0; i < in->known.n; i++)
        if (!complete || still_explains(&in->known.at[i], picture))
            join(&fresh, &in->known.at[i]);
    vec_free(&in->known);
    *in = (struct instances){.known = fresh, .print = print, .asked_ns = now, .asked = true};
    free(answers);
    free(asked);
    vec_free(&probes);
}
