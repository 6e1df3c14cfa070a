// Removing: a segment goes when its last attachment goes, sets and queues go at once. shmctl(2),
// semctl(2), msgctl(2).
#include "parts.h"

#include "base/text.h"
#include "model/apps/labels.h"
#include "model/apps/postgres.h"
#include "model/kinds/find_row.h"
#include "model/kinds/registry.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

enum { NAMED_MAX = 4, NAME_WIDEST = 64 };

// The application, where it is one with a name: says more than a key does.
static bool ask_named(struct telling *t, const struct owned *o)
{
    char name[600];
    struct label label;
    size_t used;

    if (!label_of(t->s, t->action->target.kind, o, &label) || !label.title)
        return false;
    label_long(&label, name, sizeof name);
    size_t n = text_clip(name, NAME_WIDEST, &used);
    line_add(&t->question, "%.*s%s", (int)n, name, name[n] ? "…" : "");
    return true;
}

static void ask(struct telling *t, const struct owned *o)
{
    char name[48];

    line_add(&t->question, "Remove %s", identity_text(&t->action->target, name, sizeof name));
    if (!o) {
        line_add(&t->question, "?");
        return;
    }
    line_add(&t->question, " (");
    words_contents(&t->question, t->action->target.kind, o);
    line_add(&t->question, ", ");
    if (!ask_named(t, o)) {
        line_add(&t->question, "key 0x%08x, owner ", o->key);
        words_user(&t->question, t->s, o->uid);
    }
    line_add(&t->question, ")?");
}

// Somebody who made or uses the object runs: more than a `y` is asked for.
static void tell_running(struct telling *t, const char *role, int32_t pid, int64_t time)
{
    if (snapshot_pid_state(t->s, pid, time) != PID_ALIVE)
        return;
    line_add(&t->effect, " %s ", role);
    words_process(&t->effect, t->s, pid, time);
    line_add(&t->effect, " is running.");
    t->out->grave = true;
}

static const char *maker(const struct telling *t, const struct segment *g)
{
    struct label label;
    bool database = label_of(t->s, KIND_SEGMENT, g, &label) && label.database;

    return database ? "Its postmaster" : "Its creator";
}

static void tell_holders(struct telling *t, int32_t shmid, const char *lead)
{
    size_t n;

    if (!scan_holders(t->s->scan, shmid, &n)) {
        line_add(&t->effect, "%s is not known.", lead);
        return;
    }
    line_add(&t->effect, "%s: ", lead);
    words_holders(&t->effect, t->s, shmid, NAMED_MAX);
    line_add(&t->effect, ".");
}

static void tell_attached(struct telling *t, const struct segment *g)
{
    line_count(&t->effect, g->nattch, "attachment stays until it detaches",
               "attachments stay until they detach");
    line_add(&t->effect, "; nothing is freed now.");
    if (g->o.key != 0)
        line_add(&t->effect, " Its key finds it no more.");
    tell_running(t, maker(t, g), g->cpid, segment_birth(g));
    tell_holders(t, g->o.id, " Who holds it");
    t->out->grave = true; // whoever it is, it uses this memory
}

static void tell_dest(struct telling *t, const struct segment *g)
{
    line_add(&t->effect, "It is marked for removal already; this changes nothing. ");
    line_count(&t->effect, g->nattch, "attachment keeps its memory", "attachments keep its memory");
    line_add(&t->effect, ".");
    tell_holders(t, g->o.id, " Who holds it");
}

static void tell_unattached(struct telling *t, const struct segment *g)
{
    unsigned both = SEG_KNOWS_RSS | SEG_KNOWS_SWAP;

    line_add(&t->effect, "It vanishes at once, with its contents.");
    if ((g->known & both) == both) {
        line_add(&t->effect, " ");
        words_size(&t->effect, g->rss);
        line_add(&t->effect, " of memory and ");
        words_size(&t->effect, g->swap);
        line_add(&t->effect, " of swap are freed.");
    }
    tell_running(t, maker(t, g), g->cpid, segment_birth(g));
    bool known, orphan = segment_orphan(t->s, g, &known) && known;
    if (g->lpid != g->cpid && segment_last_use(g) > 0 && !orphan)
        tell_running(t, "Its last user", g->lpid, segment_last_use(g));
    if (snapshot_pid_state(t->s, g->cpid, segment_birth(g)) == PID_OUTSIDE)
        line_add(&t->effect, " Its creator is outside this PID namespace and may be running.");
}

// PostgreSQL's interlock hangs on this segment, whoever is attached.
static void tell_database(struct telling *t, const struct segment *g, const struct label *label)
{
    if (postgres_interlocked(t->s, g, label->database)) {
        line_add(&t->effect,
                 " Its postmaster %d is gone but backends still work: without the "
                 "segment a second server can start beside them and destroy the data. End them "
                 "instead.",
                 g->cpid);
    } else if (snapshot_pid_state(t->s, g->cpid, segment_birth(g)) == PID_ALIVE) {
        line_add(&t->effect, " Without the segment nothing keeps a second server off its data.");
    } else {
        return;
    }
    t->out->grave = true;
}

// What runs on the object, and what comes of it.
static void tell_application(struct telling *t, const struct owned *o, const struct segment *g)
{
    struct label label;
    char name[600];

    if (!label_of(t->s, t->action->target.kind, o, &label) || !label.title)
        return;
    if (g && label.database) {
        tell_database(t, g, &label);
    } else if (label.pid && !t->out->grave) { // else somebody was named
        label_long(&label, name, sizeof name);
        line_add(&t->effect, " %s runs on it: ", name);
        words_process(&t->effect, t->s, label.pid, 0);
        line_add(&t->effect, ".");
        t->out->grave = true;
    }
    if (label.tool)
        line_add(&t->effect, " %s", label.tool);
}

static void tell_segment(struct telling *t, const struct segment *g)
{
    if (g->nattch == 0)
        tell_unattached(t, g);
    else if (g->flags & SEG_DEST)
        tell_dest(t, g);
    else
        tell_attached(t, g);
    tell_application(t, &g->o, g);
}

// Who is woken with EIDRM. `counted`: what the kernel counts, where it does and it was read.
static void tell_waiters(struct telling *t, enum kind_id kind, int32_t id, bool is_counted,
                         uint64_t counted)
{
    size_t seen = words_waiters(NULL, t->s, kind, id, CALLS_ALL, 0);
    uint64_t n = is_counted && counted > seen ? counted : seen;

    if (n > 0) {
        line_add(&t->effect, " ");
        line_count(&t->effect, n, "task waiting on it gets", "tasks waiting on it get");
        line_add(&t->effect, " EIDRM");
        if (seen > 0) {
            line_add(&t->effect, ": ");
            words_waiters(&t->effect, t->s, kind, id, CALLS_ALL, NAMED_MAX);
        }
        line_add(&t->effect, ".");
        t->out->grave = true;
    } else if (!is_counted && (!(t->s->has & NEED_WAITERS) || t->s->waiters_unseen)) {
        line_add(&t->effect, " Whoever waits on it gets EIDRM.");
    }
}

static void tell_set(struct telling *t, const struct semset *set)
{
    int64_t last_use = semset_last_use(set);
    size_t n;
    const struct element *e = snapshot_elements(t->s, set, &n);

    line_add(&t->effect, "It vanishes at once.");
    tell_waiters(t, KIND_SEMSET, set->o.id, set->known & SET_KNOWS_WAITERS, set->waiters);
    for (size_t i = 0; i < n; i++) {
        if (!(e[i].known & ELEMENT_KNOWS_PID) ||
            snapshot_pid_state(t->s, e[i].pid, last_use) != PID_ALIVE)
            continue;
        tell_running(t, "Its last operator", e[i].pid, last_use);
        break; // one is enough to think again
    }
    tell_application(t, &set->o, NULL);
}

static void tell_queue(struct telling *t, const struct queue *q)
{
    line_add(&t->effect, "It vanishes at once");
    if (q->messages > 0) {
        line_add(&t->effect, ", and ");
        line_count(&t->effect, q->messages, "message", NULL);
        line_add(&t->effect, " of ");
        words_size(&t->effect, q->bytes);
        line_add(&t->effect, " with it");
    }
    line_add(&t->effect, ".");
    tell_waiters(t, KIND_QUEUE, q->o.id, false, 0);
    if (q->stime > 0)
        tell_running(t, "Its last sender", q->lspid, q->stime);
    if (q->rtime > 0 && q->lrpid != q->lspid)
        tell_running(t, "Its last receiver", q->lrpid, q->rtime);
    tell_application(t, &q->o, NULL);
}

void consequence_remove(struct telling *t)
{
    enum kind_id kind = t->action->target.kind;

    if (!kind_is_object(kind)) {
        line_add(&t->question, "Remove?");
        consequence_refuse(t, "Only segments, semaphore sets and queues can be removed.");
        return;
    }
    const struct owned *o = consequence_object(t);
    ask(t, o);
    if (!o)
        return;
    if (kind == KIND_SEGMENT)
        tell_segment(t, (const struct segment *)o);
    else if (kind == KIND_SEMSET)
        tell_set(t, (const struct semset *)o);
    else
        tell_queue(t, (const struct queue *)o);
    consequence_permission(t, o->uid, o->cuid, "CAP_SYS_ADMIN");
}
