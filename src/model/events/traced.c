// Events by tracing: the process behind what the tables show, and what they do not show.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "model/kinds/registry.h"
#include "parts.h"

enum { TEXT = 320, WHO = 96, ROUNDS = 2 };

void traced_free(struct traced *t)
{
    t->resumed = t->deferred.n;
    traced_settle(t);
    vec_free(&t->pending);
    vec_free(&t->deferred);
}

// --- the traces of a snapshot -------------------------------------------------------------------

static int by_object(const void *pa, const void *pb)
{
    const struct trace *a = &((const struct pending *)pa)->trace;
    const struct trace *b = &((const struct pending *)pb)->trace;

    return order_by(a->kind, b->kind) ?: order_by(a->id, b->id) ?: order_by(a->time_ns, b->time_ns);
}

static void report(const struct snapshot *now, enum severity severity, const char *text,
                   struct event_vec *out)
{
    struct event head = event_at(now, EVENT_TRACING, severity);

    head.by = EVENT_BY_US;
    vec_push(out, event_worded(&head, now, "", text));
}

static void report_state(struct traced *t, const struct snapshot *now, struct event_vec *out)
{
    const struct trace_status *is = &now->tracing;
    char text[TEXT] = "", cost[32] = "a little";
    struct say x = say_start(now, text, sizeof text);

    if (is->after_ns > 0)
        snprintf(cost, sizeof cost, "%.0f ns", is->after_ns - is->before_ns);
    if (is->state == TRACE_ON)
        say(&x,
            "on: each system call of this machine takes {text} longer; 32-bit callers, removal by "
            "shm_rmid_forced and the end of a namespace stay unseen",
            cost);
    else if (is->state == TRACE_REFUSED)
        say(&x, "not possible: {text}", is->reason);
    else if (is->state == TRACE_ENDED)
        say(&x, "ended: {text}", is->reason);
    else
        say(&x, "off");
    if (is->state != TRACE_STARTING && (is->state != TRACE_OFF || t->state == TRACE_ON))
        report(now,
               is->state == TRACE_ON || is->state == TRACE_OFF ? SEVERITY_NOTICE : SEVERITY_WARNING,
               text, out);
}

void traced_add(struct traced *t, const struct snapshot *now, struct event_vec *out)
{
    const struct trace_status *is = &now->tracing;
    char text[TEXT];
    struct say x = say_start(now, text, sizeof text);

    if (is->state != t->state) {
        report_state(t, now, out);
        t->state = is->state;
        t->lost = 0;
    }
    if (is->lost > t->lost) {
        say(&x, "{number} calls left no record: they came too fast", is->lost - t->lost);
        report(now, SEVERITY_WARNING, text, out);
        t->lost = is->lost;
    }
    for (size_t i = 0; i < now->traces.n; i++)
        vec_push(&t->pending, (struct pending){.trace = now->traces.at[i]});
    vec_sort(&t->pending, by_object);
}

// The first of an object, *n of them.
static struct pending *of_object(const struct traced *t, enum kind_id kind, int32_t id, size_t *n)
{
    size_t low = vec_lower(&t->pending, p,
                           p->trace.kind < kind || (p->trace.kind == kind && p->trace.id < id));

    for (*n = 0; low + *n < t->pending.n; ++*n) {
        const struct trace *at = &t->pending.at[low + *n].trace;
        if (at->kind != kind || at->id != id)
            break;
    }
    return t->pending.at + low;
}

static struct pending *find(const struct traced *t, enum kind_id kind, int32_t id,
                            enum trace_what what, bool last)
{
    size_t n;
    struct pending *at = of_object(t, kind, id, &n), *found = NULL;

    for (size_t i = 0; i < n && (last || !found); i++)
        if (at[i].trace.what == what && !at[i].used)
            found = &at[i];
    return found;
}

const struct trace *traced_find(struct traced *t, const struct change *c)
{
    const struct owned *o = owned_of(c->is ? c->is : c->was);
    struct pending *found = NULL;

    switch (c->what) {
    case EVENT_CREATED:
        found = find(t, c->kind, o->id, TRACE_GOT, false);
        break;
    case EVENT_REMOVED:
    case EVENT_MARKED:
        found = find(t, c->kind, o->id, TRACE_REMOVED, true);
        break;
    case EVENT_CHANGED:
        found = find(t, c->kind, o->id, TRACE_CHANGED, true);
        break;
    default:
        break;
    }
    if (found) {
        found->used = true;
        return &found->trace;
    }
    // A marked segment goes with its last attachment, by whatever ends that.
    if (c->what == EVENT_REMOVED && is_marked(c->kind, c->was))
        found = find(t, c->kind, o->id, TRACE_DETACHED, true);
    return found ? &found->trace : NULL;
}

bool traced_attachments(const struct traced *t, const struct owned *segment)
{
    size_t n;
    const struct pending *at = of_object(t, segment->kind, segment->id, &n);

    for (size_t i = 0; i < n; i++)
        if (at[i].trace.what == TRACE_ATTACHED || at[i].trace.what == TRACE_DETACHED)
            return true;
    return false;
}

// --- removals whose trace may still come --------------------------------------------------------

bool traced_defer(struct traced *t, const struct change *c)
{
    if (t->state != TRACE_ON || c->what != EVENT_REMOVED || c->trace)
        return false;
    if (is_marked(c->kind, c->was))
        return false; // no call names it
    vec_push(&t->deferred, *c);
    snapshot_ref((struct snapshot *)(uintptr_t)c->then);
    snapshot_ref((struct snapshot *)(uintptr_t)c->now);
    return true;
}

void traced_resume(struct traced *t, struct change_vec *out)
{
    t->resumed = t->deferred.n; // those of this round come behind them
    for (size_t i = 0; i < t->resumed; i++) {
        struct change c = t->deferred.at[i];
        c.trace = traced_find(t, &c);
        vec_push(out, c);
    }
}

void traced_settle(struct traced *t)
{
    for (size_t i = 0; i < t->resumed; i++) {
        snapshot_unref((struct snapshot *)(uintptr_t)t->deferred.at[i].then);
        snapshot_unref((struct snapshot *)(uintptr_t)t->deferred.at[i].now);
    }
    t->deferred.n -= t->resumed;
    if (t->deferred.n)
        memmove(t->deferred.at, t->deferred.at + t->resumed,
                t->deferred.n * sizeof *t->deferred.at);
    t->resumed = 0;
    vec_keep(&t->pending, p, !p->used && ++p->rounds < ROUNDS);
}

// --- what no table shows ------------------------------------------------------------------------

struct rest {                  // traces of one sort, by one process, of one object
    const struct trace *trace; // the last one
    uint64_t count;
};
VEC(rest_vec, struct rest);

static enum event_what what_of(const struct trace *t)
{
    switch (t->what) {
    case TRACE_GOT:
        return EVENT_CREATED;
    case TRACE_REMOVED:
        return EVENT_REMOVED;
    case TRACE_ATTACHED:
        return EVENT_ATTACHED;
    case TRACE_DETACHED:
        return EVENT_DETACHED;
    default:
        return EVENT_CHANGED;
    }
}

// there: the object still is.
static void say_rest(struct say *x, const struct rest *r, bool there)
{
    static const char *const ways[] = {[TRACE_BY_CALL] = "",
                                       [TRACE_BY_FORK] = " by fork",
                                       [TRACE_BY_EXEC] = " by exec",
                                       [TRACE_BY_EXIT] = " by exit"};
    const struct trace *t = r->trace;

    switch (t->what) {
    case TRACE_GOT:
        if (t->key)
            say(x, "key {key}", t->key);
        else
            say(x, "private");
        say(x, "; removed before the next refresh");
        break;
    case TRACE_REMOVED:
        say(x, "created since the last refresh{text}",
            there ? "; it goes with its last attachment" : "");
        break;
    case TRACE_CHANGED:
        say(x, "by IPC_SET");
        break;
    case TRACE_LOCKED:
        say(x, "locked in memory (SHM_LOCK)");
        break;
    case TRACE_UNLOCKED:
        say(x, "unlocked (SHM_UNLOCK)");
        break;
    case TRACE_VALUES:
        say(x, "values set by semctl");
        break;
    default:
        say(x, "{n attachment}{text}", r->count, ways[t->way]);
        return;
    }
    if (r->count > 1)
        say(x, ", {number} times", r->count);
}

static struct event *event_of_rest(const struct rest *r, const struct snapshot *now)
{
    char who[WHO] = "", text[TEXT] = "";
    struct say by = say_start(now, who, sizeof who), x = say_start(now, text, sizeof text);
    const struct owned *o = snapshot_owned(now, r->trace->kind, r->trace->id);
    struct event head = {.what = what_of(r->trace),
                         .about = {.kind = r->trace->kind, .id = r->trace->id}};

    if (o) {
        head.about = identity_of(o);
        if (r->trace->what == TRACE_REMOVED)
            head.what = EVENT_MARKED;
    }
    actor_head(&head, r->trace);
    actor_say(&by, &r->trace->by);
    say_rest(&x, r, o != NULL);
    return event_worded(&head, now, who, text);
}

// Too many of one sort: in one event.
static struct event *event_of_crowd(const struct rest *all, size_t n, const struct snapshot *now)
{
    char text[TEXT] = "";
    struct say x = say_start(now, text, sizeof text);
    struct event head = {
        .what = what_of(all[0].trace), .about = {.kind = all[0].trace->kind}, .several = true};
    uint64_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += all[i].count;
    actor_head(&head, all[n - 1].trace);
    head.by = EVENT_BY_NOBODY;
    head.pid = 0;
    head.uid = UINT32_MAX;
    say(&x, "{number} times, by {number} processes", count, n);
    return event_worded(&head, now, "", text);
}

static bool is_rest(const struct pending *p, const struct traced *t, const struct snapshot *then,
                    const struct snapshot *now)
{
    const struct trace *at = &p->trace;
    bool was = then && snapshot_owned(then, at->kind, at->id);
    bool is = snapshot_owned(now, at->kind, at->id) != NULL;

    switch (at->what) {
    case TRACE_GOT: // else it was found, or is in a table
        return !was && !is && find(t, at->kind, at->id, TRACE_REMOVED, false);
    case TRACE_REMOVED: // where it is there, it is marked since it was made
        return !was && (is || then);
    default:
        return true;
    }
}

static bool is_one(const struct rest *r, const struct trace *t)
{
    return r->trace->kind == t->kind && r->trace->id == t->id && r->trace->what == t->what &&
           r->trace->way == t->way && r->trace->by.outer_pid == t->by.outer_pid &&
           r->trace->by.start_ns == t->by.start_ns;
}

static int by_what(const void *pa, const void *pb)
{
    const struct trace *a = ((const struct rest *)pa)->trace, *b = ((const struct rest *)pb)->trace;

    return order_by(a->kind, b->kind)
               ?: order_by(what_of(a), what_of(b))
               ?: order_by(a->time_ns, b->time_ns);
}

void traced_rest(struct traced *t, const struct snapshot *then, const struct snapshot *now,
                 struct event_vec *out)
{
    struct rest_vec all = {0};
    size_t end;

    for (size_t i = 0; i < t->pending.n; i++) {
        struct pending *p = &t->pending.at[i];
        const struct trace *at = &p->trace;
        struct rest *last = all.n ? &all.at[all.n - 1] : NULL;
        if (p->used || !is_rest(p, t, then, now))
            continue;
        p->shown = true;
        if (last && is_one(last, at) && at->what != TRACE_ATTACHED && at->what != TRACE_DETACHED) {
            last->count += at->count; // of attachments, each second stands for itself
            last->trace = at;
        } else {
            vec_push(&all, (struct rest){at, at->count});
        }
    }
    for (size_t i = 0; i < t->pending.n; i++) // not before: a creation looks for its removal
        t->pending.at[i].used |= t->pending.at[i].shown;
    vec_sort(&all, by_what);
    for (size_t first = 0; first < all.n; first = end) {
        for (end = first + 1; end < all.n && all.at[end].trace->kind == all.at[first].trace->kind &&
                              what_of(all.at[end].trace) == what_of(all.at[first].trace);)
            end++;
        if (end - first > EVENTS_EACH)
            vec_push(out, event_of_crowd(&all.at[first], end - first, now));
        for (size_t i = first; end - first <= EVENTS_EACH && i < end; i++)
            vec_push(out, event_of_rest(&all.at[i], now));
    }
    vec_free(&all);
}
