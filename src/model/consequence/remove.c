// Removing: a segment goes when its last attachment goes, sets and queues go at once. shmctl(2),
// semctl(2), msgctl(2).
#include "parts.h"

#include "base/text.h"
#include "model/apps/groups.h"
#include "model/apps/heirs.h"
#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

enum { NAMED_MAX = 4, NAME_WIDEST = 64 };

static void ask(struct draft *t, const struct owned *o, const struct label *label)
{
    char name[48], app[600];
    size_t used;

    say(&t->question, "Remove {text}", identity_text(&t->action->target, name, sizeof name));
    if (o && label->title) { // says more than a key does
        label_long(label, app, sizeof app);
        size_t n = text_clip(app, NAME_WIDEST, &used);
        bool cut = app[n] != '\0';
        app[n] = '\0';
        say(&t->question, " ({contents}, {text}{text})", contents_of(o), app, cut ? "…" : "");
    } else if (o) {
        say(&t->question, " ({contents}, key {key}, owner {user})", contents_of(o), o->key, o->uid);
    }
    say(&t->question, "?");
}

// --- the numbers ---------------------------------------------------------------------------------

static void count_segment(struct draft *t, const struct segment *g)
{
    const unsigned both = SEG_KNOWS_RSS | SEG_KNOWS_SWAP;
    const struct segment_account *account = scan_account(t->s->scan, g->o.id);
    struct impact *impact = &t->out->impact;

    if (g->nattch > 0) {
        impact->later = (struct amount){1, g->size};
        impact->holders_unseen = !account || account->found < g->nattch;
        return;
    }
    impact->now = (struct amount){1, g->size};
    impact->memory_unknown = (g->known & both) != both;
    impact->memory = g->rss;
    impact->swap = g->swap;
}

static size_t seen_waiters(const struct draft *t, const struct owned *o)
{
    return words_waiters(NULL, t->s, o, CALLS_ALL, 0);
}

// The kernel counts the waiters on sets, stopped ones aside.
static void count_set(struct draft *t, const struct semset *set)
{
    uint64_t seen = seen_waiters(t, &set->o);
    bool counted = set->known & SET_KNOWS_WAITERS && set->waiters > seen;

    t->out->impact.woken = counted ? set->waiters : seen;
}

static void count_queue(struct draft *t, const struct queue *q)
{
    t->out->impact.lost = (struct amount){q->messages, q->bytes};
    t->out->impact.woken = seen_waiters(t, &q->o);
}

// --- the words -----------------------------------------------------------------------------------

// A process that has the pid and may be the one that is meant: what its start proves the clock decides.
static bool may_be_it(const struct draft *t, const struct owned *o, int32_t pid, int64_t time)
{
    const struct process *p = pid > 0 ? snapshot_process(t->s, pid) : NULL;

    return p && p->known & PROC_KNOWS_START && object_pid_state(t->s, o, pid, time) == PID_UNKNOWN;
}

// A process that made or uses the object runs, or may: more than a `y` is asked for.
static bool say_running(struct draft *t, const struct owned *o, const char *role, int32_t pid,
                        int64_t time)
{
    enum pid_state state = snapshot_pid_state(t->s, pid, time);

    if (state == PID_ALIVE)
        say(consequence_next(t), "{text} {process} is running.", role, process_at(pid, time));
    else if (!may_be_it(t, o, pid, time))
        return false;
    else if (state == PID_REUSED)
        say(consequence_next(t),
            "{text} {number} may be running: it is younger than this, unless the clock was set.",
            role, pid);
    else
        say(consequence_next(t),
            "{text} {number} may be running: the clock was set since, or another process has its "
            "number.",
            role, pid);
    t->out->grave = true;
    return true;
}

static void say_holders(struct draft *t, int32_t shmid)
{
    size_t n;

    if (scan_holders(t->s->scan, shmid, &n))
        say(consequence_next(t), "Its holders: {holders}.", holders_of(shmid, NAMED_MAX));
    else
        say(consequence_next(t), "Its holders are not known.");
}

static void say_attached(struct draft *t, const struct segment *g, const char *maker)
{
    say(consequence_next(t),
        "{n attachment stays until it detaches|attachments stay until they detach}; nothing is "
        "freed now.",
        g->nattch);
    if (g->o.key != 0)
        say(consequence_next(t), "Its key no longer finds it.");
    say_running(t, &g->o, maker, g->cpid, segment_birth(g));
    say_holders(t, g->o.id);
    t->out->grave = true; // any process that holds it uses this memory
}

static void say_dest(struct draft *t, const struct segment *g)
{
    say(consequence_next(t),
        "It is marked for removal already; this changes nothing. "
        "{n attachment keeps its memory|attachments keep its memory}.",
        g->nattch);
    say_holders(t, g->o.id);
}

static void say_unattached(struct draft *t, const struct segment *g, const char *maker)
{
    const struct impact *impact = &t->out->impact;

    say(consequence_next(t), "It vanishes at once, with its contents.");
    if (!impact->memory_unknown)
        say(consequence_next(t), "{size} of memory and {size} of swap are freed.", impact->memory,
            impact->swap);
    say_running(t, &g->o, maker, g->cpid, segment_birth(g));
    bool known, orphan = segment_orphan(t->s, g, &known) && known;
    if (g->lpid != g->cpid && segment_last_use(g) > 0 && !orphan)
        say_running(t, &g->o, "Its last user", g->lpid, segment_last_use(g));
    if (segment_creator(t->s, g) == PID_OUTSIDE)
        say(consequence_next(t), "Its creator is outside this PID namespace and may be running.");
}

// PostgreSQL's interlock hangs on this segment, whatever process is attached.
static void say_database(struct draft *t, const struct segment *g, const struct label *label)
{
    if (postgres_interlocked(t->s, g, label->database))
        say(consequence_next(t),
            "Its postmaster {number} is gone but backends still work: without the segment a "
            "second server can start beside them and destroy the data. End them instead.",
            g->cpid);
    else if (segment_creator(t->s, g) == PID_ALIVE)
        say(consequence_next(t), "Without the segment nothing keeps a second server off its data.");
    else
        return;
    t->out->grave = true;
}

// The application that runs on the object, and the effect on it.
static void say_application(struct draft *t, const struct segment *g, const struct label *label)
{
    char name[600];

    if (!label->title)
        return;
    if (g && label->database) {
        say_database(t, g, label);
    } else if (label->pid && !t->out->grave) { // else a process was named
        label_long(label, name, sizeof name);
        say(consequence_next(t), "{text} runs on it: {process}.", name, process_at(label->pid, 0));
        t->out->grave = true;
    }
    if (label->tool)
        say(consequence_next(t), "{text}", label->tool);
}

// A server that is in use made it together with others, and may come back for it.
static void say_group(struct draft *t, const struct owned *o)
{
    const struct owned *mate = group_mate(t->s, o);
    char name[48];

    if (!mate)
        return;
    const struct identity identity = identity_of(mate);
    say(consequence_next(t), "It was made together with {text}, which is in use.",
        identity_text(&identity, name, sizeof name));
    t->out->grouped = !t->out->grave;
    t->out->grave = true;
}

// Its maker may have become a daemon, which has its id without having used it yet.
static void say_heir(struct draft *t, const struct heir *heir)
{
    if (!heir || t->out->grave)
        return;
    if (heir->hidden)
        say(consequence_next(t), "Processes of others are hidden (hidepid): one may need it.");
    else if (heir->silent)
        say(consequence_next(t),
            "Process {process} may need it: whether it was forked when that was new is not known.",
            process_at(heir->pid, 0));
    else if (heir->server)
        say(consequence_next(t),
            "Process {process} started before it was made, has {text}, and may need it.",
            process_at(heir->pid, 0), heir->threads ? "threads" : "children");
    else
        say(consequence_next(t),
            "Process {process} was forked when it was new, by one that is gone, and may need it.",
            process_at(heir->pid, 0));
    t->out->grave = true;
}

static void say_segment(struct draft *t, const struct segment *g, const struct label *label)
{
    const char *maker = label->database ? "Its postmaster" : "Its creator";

    count_segment(t, g);
    if (g->nattch == 0)
        say_unattached(t, g, maker);
    else if (g->flags & SEG_DEST)
        say_dest(t, g);
    else
        say_attached(t, g, maker);
    say_heir(t, segment_heir(t->s, g));
}

// `counted`: the kernel counts them, and that was read.
static void say_waiters(struct draft *t, const struct owned *o, bool counted)
{
    if (t->out->impact.woken > 0) {
        say(consequence_next(t), "{n task waiting on it gets|tasks waiting on it get} EIDRM",
            t->out->impact.woken);
        if (seen_waiters(t, o) > 0)
            say(&t->effect, ": {waiters}", waiters_on(o, CALLS_ALL, NAMED_MAX));
        say(&t->effect, ".");
        t->out->grave = true;
    } else if (!counted && (!(t->s->has & NEED_WAITERS) || t->s->waiters_unseen)) {
        say(consequence_next(t), "A task that waits on it gets EIDRM.");
    }
}

static void say_set(struct draft *t, const struct semset *set)
{
    int64_t last_use = semset_last_use(set);
    size_t n;
    const struct element *e = snapshot_elements(t->s, set, &n);

    count_set(t, set);
    say(consequence_next(t), "It vanishes at once.");
    say_waiters(t, &set->o, set->known & SET_KNOWS_WAITERS);
    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID &&
            say_running(t, &set->o, "Its last operator", e[i].pid, last_use))
            break; // one is enough to think again
    say_heir(t, semset_heir(t->s, set));
}

static void say_queue(struct draft *t, const struct queue *q)
{
    const struct amount *lost = &t->out->impact.lost;

    count_queue(t, q);
    say(consequence_next(t), "It vanishes at once");
    if (lost->n > 0)
        say(&t->effect, ", and {n message} of {size} with it", lost->n, lost->bytes);
    say(&t->effect, ".");
    say_waiters(t, &q->o, false);
    if (q->stime > 0)
        say_running(t, &q->o, "Its last sender", q->lspid, q->stime);
    if (q->rtime > 0 && q->lrpid != q->lspid)
        say_running(t, &q->o, "Its last receiver", q->lrpid, q->rtime);
    say_heir(t, queue_heir(t->s, q));
}

void consequence_remove(struct draft *t)
{
    enum kind_id kind = t->action->target.kind;
    struct label label = {0};

    if (t->action->shared.what) {
        consequence_unlink(t);
        return;
    }
    if (!kind_is_object(kind)) {
        say(&t->question, "Remove?");
        say(consequence_refusal(t), "Only segments, semaphore sets and queues can be removed.");
        return;
    }
    const struct owned *o = consequence_object(t);
    if (o && !label_of(t->s, o, &label))
        label = (struct label){0};
    ask(t, o, &label);
    if (!o)
        return;
    if (kind == KIND_SEGMENT)
        say_segment(t, (const struct segment *)o, &label);
    else if (kind == KIND_SEMSET)
        say_set(t, (const struct semset *)o);
    else
        say_queue(t, (const struct queue *)o);
    say_application(t, kind == KIND_SEGMENT ? (const struct segment *)o : NULL, &label);
    say_group(t, o);
    consequence_permission(t, o->uid, o->cuid, "CAP_SYS_ADMIN");
}
