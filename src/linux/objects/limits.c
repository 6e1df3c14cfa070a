#include "linux/objects/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/sum.h"
#include "linux/process/proc_file.h"
#include "model/consequence/outcomes.h"
#include "model/record/limit_spec.h"

enum { SEM_FIELDS = 4 };

static const char *below_proc(const struct limit_spec *spec)
{
    return spec->path + strlen("/proc/");
}

static int read_fields(const char *proc, const struct limit_spec *spec, uint64_t fields[SEM_FIELDS],
                       size_t *n)
{
    char text[256];
    ssize_t len = proc_file_read(text, sizeof text, proc, "%s", below_proc(spec));

    *n = 0;
    if (len < 0)
        return (int)len;
    *n = proc_file_numbers(text, fields, SEM_FIELDS);
    return *n > spec->field ? 0 : -EPROTO;
}

// --- by calls ------------------------------------------------------------------------------------

struct called { // what shmctl(2), semctl(2) and msgctl(2) show with IPC_INFO
    bool knows_shm, knows_sem, knows_msg;
    struct shminfo shm;
    struct seminfo sem;
    struct msginfo msg;
};

static void call(struct called *c)
{
    union semun_of_ours { // semctl(2): the caller defines it
        int val;
        struct seminfo *info;
    } argument = {.info = &c->sem};
    void *of_shm = &c->shm, *of_msg = &c->msg; // the calls' prototypes know their first use only

    *c = (struct called){0};
    c->knows_shm = shmctl(0, IPC_INFO, of_shm) >= 0;
    c->knows_sem = semctl(0, 0, IPC_INFO, argument) >= 0;
    c->knows_msg = msgctl(0, IPC_INFO, of_msg) >= 0;
}

static bool called_value(const struct called *c, const char *name, uint64_t *value)
{
    const struct {
        const char *name;
        uint64_t value;
        bool known;
    } all[] = {
        {"shmmni", c->shm.shmmni, c->knows_shm},
        {"shmall", c->shm.shmall, c->knows_shm},
        {"shmmax", c->shm.shmmax, c->knows_shm},
        {"semmni", (uint64_t)c->sem.semmni, c->knows_sem},
        {"semmns", (uint64_t)c->sem.semmns, c->knows_sem},
        {"semmsl", (uint64_t)c->sem.semmsl, c->knows_sem},
        {"semopm", (uint64_t)c->sem.semopm, c->knows_sem},
        {"msgmni", (uint64_t)c->msg.msgmni, c->knows_msg},
        {"msgmax", (uint64_t)c->msg.msgmax, c->knows_msg},
        {"msgmnb", (uint64_t)c->msg.msgmnb, c->knows_msg},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].known && strcmp(all[i].name, name) == 0) {
            *value = all[i].value;
            return true;
        }
    return false;
}

static bool read_value(const char *proc, const struct called *called, const struct limit_spec *spec,
                       uint64_t *value)
{
    uint64_t fields[SEM_FIELDS];
    size_t n;

    if (called && called_value(called, spec->name, value))
        return true;
    if (read_fields(proc, spec, fields, &n) < 0)
        return false;
    *value = fields[spec->field];
    return true;
}

// --- use ----------------------------------------------------------------------------------------

struct share { // what one user takes
    uint32_t uid;
    uint64_t used;
};
VEC(share_vec, struct share);

static void add_share(struct share_vec *shares, uint32_t uid, uint64_t used)
{
    size_t lo = vec_lower(shares, share, share->uid < uid);

    if (lo == shares->n || shares->at[lo].uid != uid)
        vec_insert(shares, lo, (struct share){.uid = uid});
    sum_add(&shares->at[lo].used, used);
}

// Those with a bound of their own go by how much of it they take.
static bool is_fuller(uint64_t use, uint64_t own, const struct limit *than)
{
    if (own && than->own)
        return (double)use / (double)own > (double)than->used / (double)than->own;
    return use > than->used;
}

static void count_use(const struct snapshot *s, const struct limit_spec *spec,
                      struct share_vec *shares, struct limit *limit)
{
    const struct owned *o;
    uint64_t top = 0;

    if (!limit_spec_counted(spec, s))
        return;
    vec_clear(shares);
    limit->known |= LIMIT_KNOWS_USED;
    for (size_t i = 0; (o = snapshot_object_at(s, spec->kind, i)); i++) {
        uint64_t use = spec->use(o);
        if (spec->shared) {
            sum_add(&limit->used, use);
            add_share(shares, o->uid, use);
            continue;
        }
        uint64_t own = spec->own ? spec->own(o) : 0;
        if (is_fuller(use, own, limit)) {
            limit->used = use;
            limit->own = own;
            limit->top_uid = o->uid;
            limit->known |= LIMIT_KNOWS_TOP;
        }
    }
    for (size_t i = 0; i < shares->n; i++)
        if (shares->at[i].used > top) {
            top = shares->at[i].used;
            limit->top_uid = shares->at[i].uid;
            limit->known |= LIMIT_KNOWS_TOP;
        }
}

void limits_read(const char *proc, bool by_calls, struct snapshot *s)
{
    struct share_vec shares = {0};
    struct called called;

    if (by_calls)
        call(&called);
    vec_clear(&s->limits);
    for (size_t i = 0; i < LIMIT_SPECS; i++) {
        const struct limit_spec *spec = &limit_specs[i];
        struct limit limit = {
            .name = spec->name, .meaning = spec->meaning, .path = spec->path, .unit = spec->unit};
        if (read_value(proc, by_calls ? &called : NULL, spec, &limit.limit))
            limit.known |= LIMIT_KNOWS_LIMIT;
        count_use(s, spec, &shares, &limit);
        vec_push(&s->limits, limit);
    }
    vec_free(&shares);
}

// --- writing ------------------------------------------------------------------------------------

static enum outcome_code code_of(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return OUTCOME_LIMIT_NOT_PERMITTED;
    case EROFS:
        return OUTCOME_LIMIT_READ_ONLY;
    case EINVAL:
    case ERANGE:
        return OUTCOME_LIMIT_NOT_ACCEPTED;
    default:
        return OUTCOME_LIMIT_ERROR;
    }
}

static int write_fields(const char *proc, const struct limit_spec *spec, const uint64_t *fields,
                        size_t n)
{
    char text[128];
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%" PRIu64, i ? "\t" : "", fields[i]);
    snprintf(text + len, sizeof text - len, "\n");
    return proc_file_write(text, proc, "%s", below_proc(spec));
}

void limits_act(const char *proc, const struct action *action, struct outcome *outcome)
{
    const struct limit_spec *spec = limit_spec_find(action->limit.name);
    uint64_t fields[SEM_FIELDS], before = 0, wanted = action->limit.value;
    size_t n;

    *outcome = outcome_of(action, OUTCOME_NO_SUCH_LIMIT, 0);
    if (!spec)
        return;
    if (spec->fixed) {
        outcome_become(outcome, OUTCOME_LIMIT_READ_ONLY, EROFS);
        return;
    }
    int error = read_fields(proc, spec, fields, &n);
    if (!error) {
        before = fields[spec->field];
        fields[spec->field] = wanted;
        error = write_fields(proc, spec, fields, n);
    }
    if (!error)
        error = read_fields(proc, spec, fields, &n);
    if (error) {
        outcome_become(outcome, code_of(-error), -error);
    } else if (fields[spec->field] != wanted) { // kernels before 4.x clamp instead of refusing
        outcome_become(outcome, OUTCOME_LIMIT_CLAMPED, EINVAL);
        outcome->facts.number = fields[spec->field];
    } else {
        outcome_become(outcome, OUTCOME_LIMIT_SET, 0);
        outcome->facts.number = before;
    }
}
