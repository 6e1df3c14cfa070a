// Which IPC namespaces there are: every process is asked once in which one it lives, and again in turn,
// since it may leave that; the oldest of each namespace sooner, since its end may be the namespace's.
#include <stdlib.h>

#include "base/clock.h"
#include "base/order.h"
#include "engine/ask/collector.h"

enum {
    TURN = 16, // updates until every process was asked again
    TURN_MIN = 8,
    TURN_MAX = 64,
    OLDEST_TURN = 4, // until the oldest of every namespace were
};
static const int64_t MOUNTS_EVERY = 10 * CLOCK_SECOND;

enum member_state { MEMBER_NEW, MEMBER_KNOWN, MEMBER_REFUSED, MEMBER_GONE };

struct member {
    struct pid_entry process;
    uint64_t inode, mount, start_ticks; // inodes of its IPC and its mount namespace
    uint8_t state;                      // enum member_state
    bool due;
};
VEC(member_vec, struct member);

struct fresh {
    size_t member;
    uint8_t state;
    uint64_t inode, mount, start_ticks;
};
VEC(fresh_vec, struct fresh);

struct namespaces {
    struct member_vec members;         // ordered by pid
    struct ipc_namespace_vec rows;     // ordered by inode
    struct pid_vec pids;               // of the rows
    struct mount_namespace_vec places; // ordered by inode
    struct inode_vec mounts;           // ascending
    struct fresh_vec fresh;
    size_t turn, oldest_turn;
    uint64_t list_number;
    int64_t mounts_ns;
    uint32_t unseen;   // members whose namespace is not known
    uint32_t unlisted; // processes that are not among them, at least
    bool mounts_unread;
    bool known, changed;
};

static void release(void *self)
{
    struct namespaces *n = self;

    vec_free(&n->members);
    vec_free(&n->rows);
    vec_free(&n->pids);
    vec_free(&n->places);
    vec_free(&n->mounts);
    vec_free(&n->fresh);
}

// --- which to ask -------------------------------------------------------------------------------

// Takes over the list of processes; those that were known stay so.
static void follow_list(struct namespaces *n, const struct process_list *list)
{
    struct member_vec now = {0};
    size_t k = 0;

    if (list->number == n->list_number)
        return;
    n->list_number = list->number;
    vec_reserve(&now, list->list.n);
    for (size_t i = 0; i < list->list.n; i++) {
        const struct pid_entry *entry = &list->list.at[i];
        while (k < n->members.n && n->members.at[k].process.pid < entry->pid)
            k++;
        if (k < n->members.n && n->members.at[k].process.pid == entry->pid &&
            n->members.at[k].process.instance == entry->instance)
            vec_push(&now, n->members.at[k]);
        else
            vec_push(&now, (struct member){.process = *entry});
    }
    vec_free(&n->members);
    n->members = now;
    n->changed = true;
}

static struct member *member_of(struct namespaces *n, int32_t pid)
{
    return vec_find(&n->members, process.pid, pid);
}

static void choose_oldest(struct namespaces *n, uint64_t shown)
{
    size_t turn = (n->rows.n + OLDEST_TURN - 1) / OLDEST_TURN;

    for (size_t i = 0; i < n->rows.n; i++) {
        bool in_turn = (i + n->rows.n - n->oldest_turn) % n->rows.n < turn;
        struct member *m =
            in_turn || n->rows.at[i].inode == shown ? member_of(n, n->rows.at[i].pid) : NULL;
        if (m)
            m->due = true;
    }
    n->oldest_turn = n->rows.n ? (n->oldest_turn + turn) % n->rows.n : 0;
}

static void choose(struct namespaces *n, const struct round *round)
{
    size_t all = n->members.n, turn = (all + TURN - 1) / TURN;
    bool full = round->effort == EFFORT_FULL;

    turn = turn > TURN_MAX ? TURN_MAX : turn < TURN_MIN ? TURN_MIN : turn;
    for (size_t i = 0; i < all; i++)
        n->members.at[i].due =
            n->members.at[i].state == MEMBER_NEW || (full && n->members.at[i].state != MEMBER_GONE);
    for (size_t i = 0; i < turn && i < all; i++) {
        struct member *m = &n->members.at[n->turn++ % all];
        m->due = m->state != MEMBER_GONE;
    }
    n->turn = all ? n->turn % all : 0;
    choose_oldest(n, round->want->ipc_namespace);
}

// --- asking -------------------------------------------------------------------------------------

static void take(void *arg, const struct probe *probe, struct answer *answer)
{
    struct namespaces *n = arg;

    if (probe->what == PROBE_NAMESPACE_MOUNTS) {
        if (answer->error)
            return;
        n->mounts_unread = false;
        vec_free(&n->mounts);
        n->mounts = answer->inodes;
        answer->inodes = (struct inode_vec){0};
        return;
    }
    vec_push(&n->fresh,
             (struct fresh){.member = probe->of,
                            .state = answer_is_gone(answer) ? MEMBER_GONE
                                     : answer_is_refused(answer) || !answer->ipc_namespace
                                         ? MEMBER_REFUSED
                                         : MEMBER_KNOWN,
                            .inode = answer->ipc_namespace,
                            .mount = answer->mount_namespace,
                            .start_ticks = answer->process.start_ticks});
}

// Those who left a namespace may have been its last: all others are to be asked, too.
static bool doubt(struct namespaces *n, uint64_t inode)
{
    bool any = false;

    for (size_t i = 0; i < n->members.n; i++) {
        struct member *m = &n->members.at[i];
        if (m->state == MEMBER_KNOWN && m->inode == inode)
            any = m->due = true;
    }
    return any;
}

static bool is_oldest(const struct namespaces *n, const struct member *m)
{
    const struct ipc_namespace *row = namespace_find(&n->rows, m->inode);

    return row && row->pid == m->process.pid;
}

// True where others are to be asked because of the answers.
static bool adopt(struct namespaces *n)
{
    bool more = false;

    for (size_t i = 0; i < n->fresh.n; i++) {
        const struct fresh *fresh = &n->fresh.at[i];
        struct member *m = &n->members.at[fresh->member];
        bool left =
            m->state == MEMBER_KNOWN && (fresh->state != MEMBER_KNOWN || fresh->inode != m->inode);

        m->due = false;
        n->changed |=
            m->state != fresh->state || m->inode != fresh->inode || m->mount != fresh->mount;
        uint64_t before = m->inode;
        bool oldest = left && is_oldest(n, m);
        m->state = fresh->state;
        m->inode = fresh->state == MEMBER_KNOWN ? fresh->inode : 0;
        m->mount = fresh->state == MEMBER_KNOWN ? fresh->mount : 0;
        m->start_ticks = fresh->start_ticks;
        more |= oldest && doubt(n, before);
    }
    vec_clear(&n->fresh);
    return more;
}

// False: nothing more is to be asked.
static bool ask(struct namespaces *n, const struct round *round, bool mounts)
{
    struct asking asking = {.take = take, .arg = n};

    for (size_t i = 0; i < n->members.n; i++) {
        const struct member *m = &n->members.at[i];
        if (m->due)
            ask_add(&asking,
                    (struct probe){.what = PROBE_NAMESPACE, .id = m->process.pid, .of = i});
    }
    if (mounts) {
        n->mounts_unread = true; // until they are
        ask_add(&asking, (struct probe){.what = PROBE_NAMESPACE_MOUNTS, .id = 0});
        n->changed = true;
    }
    bool complete = ask_each(round->pool, &asking);
    for (size_t i = 0; i < n->members.n; i++)
        n->members.at[i].due = false;
    bool more = adopt(n);
    ask_end(&asking);
    return complete && more;
}

// --- the rows -----------------------------------------------------------------------------------

static int by_namespace(const void *a, const void *b)
{
    const struct member *x = *(const struct member *const *)a,
                        *y = *(const struct member *const *)b;

    return order_by_u64(x->inode, y->inode) ?: order_by_u64(x->start_ticks, y->start_ticks)
                                            ?: order_by(x->process.pid, y->process.pid);
}

static void add_mounts(struct namespaces *n)
{
    for (size_t i = 0; i < n->mounts.n; i++) {
        size_t low = vec_lower(&n->rows, row, row->inode < n->mounts.at[i]);
        if (!namespace_find(&n->rows, n->mounts.at[i]))
            vec_insert(&n->rows, low, (struct ipc_namespace){.inode = n->mounts.at[i]});
    }
}

static int by_mount(const void *a, const void *b)
{
    const struct mount_namespace *x = a, *y = b;

    return order_by_u64(x->inode, y->inode) ?: order_by_u64(x->start_ticks, y->start_ticks)
                                            ?: order_by(x->pid, y->pid);
}

// The oldest process of each mount namespace; in which of them processes of the IPC namespace shown live.
static void build_places(struct namespaces *n, uint64_t shown)
{
    struct mount_namespace_vec *places = &n->places;
    size_t kept = 0;

    vec_clear(places);
    for (size_t i = 0; i < n->members.n; i++) {
        const struct member *m = &n->members.at[i];
        if (m->mount)
            vec_push(places, (struct mount_namespace){.inode = m->mount,
                                                      .pid = m->process.pid,
                                                      .start_ticks = m->start_ticks,
                                                      .shown = shown && m->inode == shown});
    }
    vec_sort(places, by_mount);
    for (size_t i = 0; i < places->n; i++) {
        if (!kept || places->at[kept - 1].inode != places->at[i].inode)
            places->at[kept++] = places->at[i];
        places->at[kept - 1].shown |= places->at[i].shown;
    }
    places->n = kept;
}

static void build(struct namespaces *n, uint64_t shown)
{
    const struct member **ordered = mem_alloc(n->members.n * sizeof *ordered);
    size_t found = 0;

    vec_clear(&n->rows);
    vec_clear(&n->pids);
    n->unseen = 0;
    for (size_t i = 0; i < n->members.n; i++) {
        n->unseen +=
            n->members.at[i].state == MEMBER_REFUSED || n->members.at[i].state == MEMBER_NEW;
        if (n->members.at[i].state == MEMBER_KNOWN)
            ordered[found++] = &n->members.at[i];
    }
    if (found)
        qsort(ordered, found, sizeof *ordered, by_namespace);
    for (size_t i = 0; i < found; i++) {
        const struct member *m = ordered[i];
        if (!n->rows.n || n->rows.at[n->rows.n - 1].inode != m->inode)
            vec_push(&n->rows, (struct ipc_namespace){.inode = m->inode,
                                                      .pid = m->process.pid,
                                                      .first = (uint32_t)i,
                                                      .start_ticks = m->start_ticks});
        n->rows.at[n->rows.n - 1].processes++;
        vec_push(&n->pids, m->process.pid);
    }
    add_mounts(n);
    build_places(n, shown);
    free(ordered);
    n->changed = false;
}

static void update(void *self, const struct round *round)
{
    struct namespaces *n = self;
    int64_t now = clock_ns();
    bool mounts =
        !n->mounts_ns || round->effort == EFFORT_FULL || now - n->mounts_ns >= MOUNTS_EVERY;

    process_list_update(round->processes, round->source);
    n->unlisted = process_list_unseen(round->processes);
    follow_list(n, round->processes);
    choose(n, round);
    if (mounts)
        n->mounts_ns = now;
    if (ask(n, round, mounts))
        ask(n, round, false);
    if (n->changed)
        build(n, round->want->ipc_namespace);
    n->known = n->members.n > 0;
}

static bool fill(const void *self, struct snapshot *snapshot)
{
    const struct namespaces *n = self;

    if (n->known)
        vec_copy(&snapshot->namespaces, &n->rows);
    vec_copy(&snapshot->namespace_pids, &n->pids);
    vec_copy(&snapshot->mounts, &n->places);
    snapshot->namespaces_unseen = n->unseen + n->unlisted + n->mounts_unread;
    return n->known;
}

const struct collector namespaces_collector = {
    .need = NEED_NAMESPACES | NEED_SHM_PLACES,
    .size = sizeof(struct namespaces),
    .release = release,
    .update = update,
    .fill = fill,
};
