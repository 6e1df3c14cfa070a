#include "model/apps/groups.h"

#include "base/order.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

// ids: neighbours among the objects of the kind that exist; the kernel numbers objects in the order
// in which they are made (ipc/util.c ipc_idr_alloc). keys: how far apart they may be. A server that
// is started again at once makes neighbours, too: ids alone join what was made in the same moment.
//
// Where a server that has sets or queues alone is killed and started again within these seconds,
// the verdict on what the killed one left stays unknown. Nothing that the kernel keeps
// distinguishes it from sets that another process made for the running server, as ipcmk(1) in
// ExecStartPre= does: the server's processes, and all their ancestors, may have started later, and
// have the id from a file or an argument; a set that was operated only to initialize it looks like
// one that was used; and the two are alike in number and size.
enum { SECONDS_BY_KEY = 5, SECONDS_BY_ID = 2, IDS_NEAR = 16, KEYS_NEAR = 16, LOOKS_MAX = 32 };

// As many sets and queues as are compared with segments.
static const uint64_t PAIRS_MAX = 4 << 20;

struct member {
    struct owned *o;
    int64_t born;
    bool used;
    int32_t creator; // the kernel keeps those of segments alone; of others as note_makers() finds
    int32_t user;    // the last of a set or queue; 0: none, or not known
};
VEC(member_vec, struct member);

// --- in use --------------------------------------------------------------------------------------

static bool alive(const struct snapshot *s, int32_t pid, int64_t time)
{
    return pid > 0 && time > 0 && snapshot_pid_state(s, pid, time) == PID_ALIVE;
}

static bool segment_used(const struct snapshot *s, const struct segment *g)
{
    return g->nattch > 0 || alive(s, g->cpid, segment_birth(g)) ||
           alive(s, g->lpid, segment_last_use(g));
}

static bool set_used(const struct snapshot *s, const struct semset *set)
{
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);

    if (set->known & SET_KNOWS_WAITERS && set->waiters > 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID && alive(s, e[i].pid, semset_last_use(set)))
            return true;
    return false;
}

static bool queue_used(const struct snapshot *s, const struct queue *q)
{
    size_t waiters;

    snapshot_waiters(s, q->o.kind, q->o.id, &waiters);
    return waiters > 0 || alive(s, q->lspid, q->stime) || alive(s, q->lrpid, q->rtime);
}

// --- made together -------------------------------------------------------------------------------

static bool same_makers(const struct member *a, const struct member *b)
{
    return a->o->cuid == b->o->cuid && a->o->cgid == b->o->cgid && a->o->uid == b->o->uid;
}

static int64_t seconds_apart(const struct member *a, const struct member *b)
{
    return a->born > b->born ? a->born - b->born : b->born - a->born;
}

static bool keys_near(const struct owned *a, const struct owned *b)
{
    uint32_t apart = a->key > b->key ? a->key - b->key : b->key - a->key;

    if (a->key < 2 || b->key < 2)
        return false;
    return apart <= KEYS_NEAR || (apart & 0xffffff) == 0; // ftok(3): the same file, another letter
}

// Segments name the process that made them: what another one made is of no group, since a server
// that was killed and started again would hide what it left behind.
static bool other_creators(const struct member *a, const struct member *b)
{
    return a->creator > 0 && b->creator > 0 && a->creator != b->creator;
}

// A set's only time moves with SETVAL: where both ids and keys are next to each other, it does not
// count.
static bool together(const struct member *a, const struct member *b, bool ids_near)
{
    int64_t apart = seconds_apart(a, b);
    bool near = keys_near(a->o, b->o), same = a->creator > 0 && a->creator == b->creator;

    if (!same_makers(a, b) || other_creators(a, b) || (!ids_near && !near))
        return false;
    return apart <= (near || same ? SECONDS_BY_KEY : SECONDS_BY_ID) || (ids_near && near);
}

static void mark(struct member *one, const struct member *mate)
{
    one->o->grouped = true;
    one->o->mate_kind = mate->o->kind;
    one->o->mate = mate->o->id;
}

// The elements name several at times: the first that was operated, or set, speaks for them.
static int32_t set_user(const struct snapshot *s, const struct semset *set)
{
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);

    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID && e[i].pid > 0)
            return e[i].pid;
    return 0;
}

static void add_kinds(struct snapshot *s, struct member_vec *all)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        struct segment *g = &s->segments.at[i];
        vec_push(all, (struct member){&g->o, segment_birth(g), segment_used(s, g), g->cpid, 0});
    }
    for (size_t i = 0; i < s->semsets.n; i++) {
        struct semset *set = &s->semsets.at[i];
        int64_t born = set->otime > 0 && set->otime < set->o.ctime ? set->otime : set->o.ctime;
        vec_push(all, (struct member){&set->o, born, set_used(s, set), 0, set_user(s, set)});
    }
    for (size_t i = 0; i < s->queues.n; i++) {
        struct queue *q = &s->queues.at[i];
        int32_t user = q->stime > 0 ? q->lspid : q->rtime > 0 ? q->lrpid : 0;
        vec_push(all, (struct member){&q->o, q->o.ctime, queue_used(s, q), 0, user});
    }
}

// Of those in order, an object belongs to the nearest one in use on either side, up to `most` places away.
static void mark_near(struct member_vec *all, size_t most, bool by_id)
{
    for (size_t i = 0; i < all->n; i++) {
        struct member *m = &all->at[i];
        bool alone = !m->used && !m->o->grouped && (by_id || m->o->key > 1);

        for (size_t d = 1; alone && !m->o->grouped && d <= most; d++) {
            const struct member *sides[] = {i >= d ? m - d : NULL, i + d < all->n ? m + d : NULL};

            for (size_t k = 0; k < 2 && !m->o->grouped; k++)
                if (sides[k] && sides[k]->used && together(m, sides[k], by_id) &&
                    (!by_id || sides[k]->o->kind == m->o->kind))
                    mark(m, sides[k]);
        }
    }
}

static int by_key(const void *a, const void *b)
{
    return order_by(((const struct member *)a)->o->key, ((const struct member *)b)->o->key);
}

static int by_file(const void *a, const void *b) // as ftok(3) makes keys
{
    uint32_t x = ((const struct member *)a)->o->key, y = ((const struct member *)b)->o->key;

    return order_by(x << 8, y << 8) ?: order_by(x, y);
}

// Its own process made the segment, too, at the same time, and for others. A segment made later, or without
// a key, may be what a worker of a server made for itself, which uses the server's sets.
static bool is_makers(const struct member *m, const struct member *g)
{
    return g->creator == m->user && same_makers(m, g) && g->o->key > 1 &&
           seconds_apart(m, g) <= SECONDS_BY_ID;
}

// The last user of a set or queue is taken for its maker where it made a segment with it: what other
// processes made is of another group, as of two servers started at the same time.
static void note_makers(struct member_vec *all, size_t segments)
{
    for (size_t i = segments; i < all->n; i++) {
        struct member *m = &all->at[i];

        for (size_t k = 0; k < segments && !m->creator && m->user > 0; k++)
            if (is_makers(m, &all->at[k]))
                m->creator = m->user;
    }
}

// A server that lives, and had children which ended: one of those may have used the set or queue last.
static bool is_parents(const struct snapshot *s, const struct member *m, const struct member *g)
{
    const struct process *p = snapshot_process(s, g->creator);

    return seconds_apart(m, g) <= SECONDS_BY_ID && m->user > g->creator && p && !p->gone &&
           p->reaped && snapshot_pid_state(s, g->creator, g->born) == PID_ALIVE;
}

// A set or queue has no creator, but its last user has: where that one made a segment, too, which others
// use, they may need both.
static void mark_by_maker(const struct snapshot *s, struct member_vec *all, size_t segments)
{
    for (size_t i = segments; i < all->n; i++) {
        struct member *m = &all->at[i];

        for (size_t k = 0; k < segments && !m->used && !m->o->grouped && m->user > 0; k++) {
            const struct member *g = &all->at[k];

            if (g->used && same_makers(m, g) && (g->creator == m->user || is_parents(s, m, g)))
                mark(m, g);
        }
    }
}

void groups_mark(struct snapshot *snapshot)
{
    struct member_vec all = {0};

    add_kinds(snapshot, &all);
    for (size_t i = 0; i < all.n; i++)
        all.at[i].o->grouped = false;
    size_t segments = snapshot->segments.n; // they stand first
    bool few = (uint64_t)segments * (all.n - segments) <= PAIRS_MAX;
    if (few)
        note_makers(&all, segments);
    mark_near(&all, IDS_NEAR, true); // the tables stand one after the other, ordered by id
    if (few)
        mark_by_maker(snapshot, &all, segments);
    vec_sort(&all, by_key);
    mark_near(&all, LOOKS_MAX, false);
    vec_sort(&all, by_file);
    mark_near(&all, LOOKS_MAX, false);
    vec_free(&all);
}

const struct owned *group_mate(const struct snapshot *s, const struct owned *o)
{
    return o->grouped ? snapshot_owned(s, o->mate_kind, o->mate) : NULL;
}
