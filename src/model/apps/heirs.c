#include "model/apps/heirs.h"

#include "model/record/object_times.h"
#include "model/record/pid_state.h"

// HERITAGE: seconds from making objects to going to the background, where nothing else shows that a process
// did; of one that holds the memory and began a session, DAEMON_WITHIN. EARLY: start times of processes
// are computed from two clocks, those of objects from one of coarse grain. SERVER_WITHIN: from the start of
// a server to making what its workers use; without that bound every old process with children would be one.
enum { HERITAGE = 1, DAEMON_WITHIN = 5, EARLY = 1, SERVER_WITHIN = 30 };

// As many segments as are compared with an object.
static const uint64_t PAIRS_MAX = 4 << 20;

// A pid the object names. False: it may live.
static bool add_pid(const struct snapshot *s, struct left *left, int32_t pid, int64_t time)
{
    if (pid <= 0 || time <= 0)
        return true;
    if (!pid_state_ended(object_pid_state(s, left->o, pid, time)))
        return false;
    if (left->maker == 0 || pid < left->maker)
        left->maker = pid;
    return true;
}

// By how many seconds the clock was set since then.
static int64_t step_since(const struct clock_step *step, int64_t time)
{
    return step->by > 0 && time <= step->until ? step->by : 0;
}

static void note_steps(const struct snapshot *s, struct left *left)
{
    left->later = step_since(&s->system.forward, left->made);
    left->earlier = step_since(&s->system.back, left->made);
}

static bool segment_left(const struct snapshot *s, const struct segment *g, struct left *left)
{
    *left = (struct left){.o = &g->o, .made = segment_birth(g)};
    note_steps(s, left);
    return g->nattch == 0 && add_pid(s, left, g->cpid, left->made) && left->maker > 0;
}

static bool set_left(const struct snapshot *s, const struct semset *set, struct left *left)
{
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);

    *left = (struct left){.o = &set->o, .made = set->o.ctime, .used = set->otime > 0};
    if (set->otime > 0 && set->otime < left->made)
        left->made = set->otime;
    note_steps(s, left);
    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID && (i == 0 || e[i].pid != e[i - 1].pid) &&
            !add_pid(s, left, e[i].pid, semset_last_use(set)))
            return false;
    return left->maker > 0;
}

static bool queue_left(const struct snapshot *s, const struct queue *q, struct left *left)
{
    *left = (struct left){.o = &q->o, .made = q->o.ctime, .used = q->rtime > 0};
    if (q->rtime > 0 && q->rtime <= q->stime) // and no receiver after the last sender
        left->receiver = q->lrpid;
    note_steps(s, left);
    return add_pid(s, left, q->lspid, q->stime) && add_pid(s, left, q->lrpid, q->rtime) &&
           left->maker > 0;
}

void heirs_left(const struct snapshot *s, struct left_vec *out)
{
    struct left left;

    for (size_t i = 0; i < s->segments.n; i++)
        if (segment_left(s, &s->segments.at[i], &left))
            vec_push(out, left);
    for (size_t i = 0; i < s->semsets.n; i++)
        if (set_left(s, &s->semsets.at[i], &left))
            vec_push(out, left);
    for (size_t i = 0; i < s->queues.n; i++)
        if (queue_left(s, &s->queues.at[i], &left))
            vec_push(out, left);
}

int64_t heirs_until(const struct left *left)
{
    return left->made + DAEMON_WITHIN;
}

static bool is_users(const struct owned *o, uint32_t uid)
{
    return uid == o->uid || uid == o->cuid;
}

// Whether a process that shows this start may have started no earlier, or no later, than then.
static bool not_before(const struct left *left, int64_t start, int64_t then)
{
    return then - start <= left->earlier;
}

static bool not_after(const struct left *left, int64_t start, int64_t then)
{
    return start - then <= left->later;
}

// Where the clock was set, perhaps before this program started, times prove nothing; but the process that
// daemon(3) forks, which begins a session, has the very next pid. Of a server that is started again the
// next pid is that of the program itself.
static bool began_next_session(const struct left *left, const struct heir *heir)
{
    return heir->session == left->maker + 1;
}

static bool forked_when_new(const struct left *left, const struct heir *heir, int64_t within)
{
    int32_t after = heir->pid - left->maker;

    return after > 0 && after <= HEIRS_NEAR &&
           (heir->start_time <= 0 || began_next_session(left, heir) ||
            (not_before(left, heir->start_time, left->made - EARLY) &&
             not_after(left, heir->start_time, left->made + within)));
}

static bool by_root(const struct owned *o)
{
    return o->uid == 0 || o->cuid == 0;
}

// Those were forked after it made the object: one that is clearly younger, or a pool of them. A single
// child as old as the object may be what made it.
static bool has_workers(const struct left *left, const struct heir *heir)
{
    return heir->workers[0] > left->made + EARLY ||
           (heir->workers[1] > 0 && not_before(left, heir->workers[1], left->made - EARLY));
}

// The kernel gives a set or queue the effective user of who makes it.
static bool served_by(const struct left *left, const struct heir *heir)
{
    bool before = heir->threads ? heir->pid < left->receiver : heir->pid < left->maker;

    return left->used && heir->uid == left->o->cuid && before &&
           (heir->threads || has_workers(left, heir)) &&
           not_after(left, heir->start_time, left->made + EARLY) &&
           not_before(left, heir->start_time, left->made - SERVER_WITHIN);
}

bool heir_fits(const struct left *left, const struct heir *heir)
{
    bool daemon = heir->session > left->maker;

    if (heir->hidden)
        return left->o->uid != heir->uid || left->o->cuid != heir->uid;
    if (heir->server)
        return served_by(left, heir);
    return (heir->any_user || is_users(left->o, heir->uid) || (daemon && by_root(left->o))) &&
           forked_when_new(left, heir, daemon ? DAEMON_WITHIN : HERITAGE);
}

// fork(2) attaches the child: the segment was attached last when that process started, and not by that
// one but by its creator or one in between, as daemon(3) has it (mm/mmap.c dup_mmap(), ipc/shm.c
// shm_open()).
static bool inherited(const struct segment *g, const struct heir *heir)
{
    return heir->pid > g->cpid && heir->pid - g->cpid <= HEIRS_NEAR && g->lpid >= g->cpid &&
           g->lpid < heir->pid && g->atime > 0 && heir->start_time >= g->atime - EARLY &&
           heir->start_time <= g->atime + HERITAGE;
}

bool segment_is_daemons(const struct snapshot *s, const struct segment *segment, int32_t pid)
{
    const unsigned all = PROC_KNOWS_STAT | PROC_KNOWS_START | PROC_KNOWS_UID;
    const struct owned *o = &segment->o;
    const struct left left = {.o = o, .maker = segment->cpid, .made = segment_birth(segment)};
    const struct process *p = snapshot_process(s, pid);

    if (!p || (p->known & all) != all || !p->forked || p->session <= segment->cpid)
        return false;
    const struct heir heir = {
        .pid = p->pid, .uid = p->uid, .start_time = p->start_time, .session = p->session};
    return (is_users(o, p->uid) || by_root(o)) &&
           (forked_when_new(&left, &heir, DAEMON_WITHIN) || inherited(segment, &heir));
}

// Segments name the process that made them: one that ended, and left nobody attached, made what was made
// together with them, too.
static bool maker_known(const struct snapshot *s, const struct left *left)
{
    const struct owned *o = left->o;

    if ((uint64_t)s->segments.n * s->semsets.n > PAIRS_MAX ||
        (uint64_t)s->segments.n * s->queues.n > PAIRS_MAX)
        return false;
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        int64_t apart = segment_birth(g) - left->made;

        if (g->nattch == 0 && g->o.cuid == o->cuid && g->o.uid == o->uid &&
            g->cpid <= left->maker && apart <= EARLY && apart >= -EARLY &&
            pid_state_ended(segment_creator(s, g)))
            return true;
    }
    return false;
}

static const struct heir *heir_of(const struct snapshot *s, const struct left *left)
{
    const struct heir *silent = NULL;

    for (size_t i = 0; i < s->heirs.n; i++) {
        const struct heir *heir = &s->heirs.at[i];
        if ((silent && heir->silent) || !heir_fits(left, heir) ||
            (heir->server && maker_known(s, left)))
            continue;
        if (!heir->silent)
            return heir;
        silent = heir;
    }
    return silent;
}

const struct heir *segment_heir(const struct snapshot *s, const struct segment *segment)
{
    struct left left;

    return s->heirs.n > 0 && segment_left(s, segment, &left) ? heir_of(s, &left) : NULL;
}

const struct heir *semset_heir(const struct snapshot *s, const struct semset *set)
{
    struct left left;

    return s->heirs.n > 0 && set_left(s, set, &left) ? heir_of(s, &left) : NULL;
}

const struct heir *queue_heir(const struct snapshot *s, const struct queue *queue)
{
    struct left left;

    return s->heirs.n > 0 && queue_left(s, queue, &left) ? heir_of(s, &left) : NULL;
}
