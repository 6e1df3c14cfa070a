#include "model/consequence/consequence.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/sum.h"
#include "model/identity/find_row.h"
#include "parts.h"

static void amount_add(struct amount *sum, const struct amount *one)
{
    sum->n += one->n;
    sum_add(&sum->bytes, one->bytes);
}

void impact_add(struct impact *sum, const struct impact *one)
{
    amount_add(&sum->now, &one->now);
    amount_add(&sum->later, &one->later);
    amount_add(&sum->let_go, &one->let_go);
    amount_add(&sum->pinned, &one->pinned);
    amount_add(&sum->kept, &one->kept);
    amount_add(&sum->lost, &one->lost);
    sum->memory += one->memory;
    sum->swap += one->swap;
    sum->woken += one->woken;
    sum->memory_unknown |= one->memory_unknown;
    sum->holders_unseen |= one->holders_unseen;
}

// --- owner, group, mode, size of a queue ---------------------------------------------------------

// ipc/msg.c msg_fits_inqueue: bytes and messages both have to stay within it.
static void say_room(struct draft *t, const struct queue *queue)
{
    uint64_t room = t->action->set.max_bytes;

    if (queue && queue->known & QUEUE_KNOWS_MAX)
        say(consequence_next(t), "Its size limit is {number} bytes now.", queue->max_bytes);
    if (room == 0)
        say(consequence_next(t), "With 0 nobody can send any more.");
    else if (queue && room < queue->bytes)
        say(consequence_next(t), "{number} bytes are queued: senders wait until there are fewer.",
            queue->bytes);
    // ipc/msg.c msgctl_down: only CAP_SYS_RESOURCE may go beyond msgmnb.
    say(consequence_next(t), "Blocked senders try again at once; what is queued stays. "
                             "More than msgmnb needs CAP_SYS_RESOURCE.");
}

static void say_set(struct draft *t)
{
    const struct action *a = t->action;
    char name[48];

    say(&t->question, "Change {text}: {change}?", identity_text(&a->target, name, sizeof name),
        change_of(a));
    const struct owned *o = consequence_object(t);
    if (!o)
        return;
    if (a->set.which & (SET_UID | SET_GID | SET_MODE))
        say(consequence_next(t),
            "Now: owner {user}, group {group}, mode {mode}. New users of it are checked against "
            "this; present ones {text}.",
            o->uid, o->gid, o->mode,
            kind_get(a->target.kind)->flags & TABLE_HELD ? "stay attached"
                                                         : "are checked at the next call");
    if (a->set.which & SET_MAX_BYTES)
        say_room(t, snapshot_queue(t->s, o->id));
    consequence_permission(t, o->uid, o->cuid, "CAP_SYS_ADMIN");
}

// --- locking -------------------------------------------------------------------------------------

// shmctl(2) SHM_LOCK: pages are not brought in by it. mm/mlock.c user_shm_lock: the caller's limit.
static void say_pinned(struct draft *t, const struct segment *segment)
{
    struct rlimit limit;
    bool root = (t->s->has & NEED_SYSTEM) && t->s->system.euid == 0;

    t->out->impact.pinned = (struct amount){1, segment->size};
    say(consequence_next(t),
        "{size} can no longer be swapped out, each page from when it is touched next.",
        segment->size);
    if (segment->known & SEG_KNOWS_SWAP && segment->swap)
        say(consequence_next(t),
            "{size} of it are swapped out now, and stay so until they are touched.", segment->swap);
    say(consequence_next(t), "It counts against RLIMIT_MEMLOCK (ulimit -l)");
    if (!root && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        say(&t->effect, ", which is {size} here{text}", limit.rlim_cur,
            limit.rlim_cur < segment->size ? ": too little" : "");
    say(&t->effect, ".");
}

static void say_lock(struct draft *t)
{
    bool lock = t->action->verb == ACTION_LOCK;
    const struct owned *o = consequence_object(t);

    say(&t->question, "{text} segment {number}", lock ? "Lock" : "Unlock", t->action->target.id);
    if (o)
        say(&t->question, " ({contents})", contents_of(o));
    say(&t->question, " {text} memory?", lock ? "in" : "from");
    if (!o)
        return;
    if (lock)
        say_pinned(t, snapshot_segment(t->s, o->id));
    else
        say(consequence_next(t), "Its pages may be swapped out again.");
    consequence_permission(t, o->uid, o->cuid, "CAP_IPC_LOCK");
}

// -------------------------------------------------------------------------------------------------

void consequence_among(const struct snapshot *s, const struct action *action,
                       const struct among *among, struct consequence *out)
{
    *out = (struct consequence){0};
    struct draft t = {.s = s,
                      .action = action,
                      .among = among,
                      .out = out,
                      .question = say_start(s, out->question, sizeof out->question),
                      .effect = say_start(s, out->effect, sizeof out->effect)};

    switch (action->verb) {
    case ACTION_REMOVE:
        consequence_remove(&t);
        break;
    case ACTION_SIGNAL:
        consequence_signal(&t);
        break;
    case ACTION_SET:
        say_set(&t);
        break;
    case ACTION_LOCK:
    case ACTION_UNLOCK:
        say_lock(&t);
        break;
    case ACTION_LIMIT:
        consequence_limit(&t);
        break;
    case ACTION_RESOLVE:
        break;
    }
}

struct among among_of(const struct snapshot *s, const struct action *actions, size_t n)
{
    struct pid_vec pids = {0};

    for (size_t i = 0; i < n; i++)
        if (actions[i].verb == ACTION_SIGNAL)
            pids_add(&pids, actions[i].target.pid);
    pids_settle(&pids);
    struct among among = {.held = held_of(s, &pids), .own = getpid()};
    vec_free(&pids);
    return among;
}

void among_free(struct among *among)
{
    vec_free(&among->held);
}

void consequence_of(const struct snapshot *s, const struct action *action, struct consequence *out)
{
    struct among among = among_of(s, action, 1);

    consequence_among(s, action, &among, out);
    among_free(&among);
}
