#include "model/events/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "model/kinds/registry.h"
#include "parts.h"

enum {
    FIRST = NO_KIND + 1
}; // kind of objects: the others of a picture go by the picture of its table

struct events {
    struct snapshot *seen[OBJECT_KINDS]; // the last picture that had the table
    struct event_log *log;
    uint64_t number;
    struct outcome_list {
        struct outcome *at;
        size_t n, cap;
    } outcomes;
    struct own_vec own;
    struct flow_vec flows;
    struct level_vec levels;
    struct stuck_vec stuck;
    struct login_vec logins;
    struct traced traced;
    struct change_vec changes; // of the update under way
    struct change_vec unsaid;  // what traces say better
    struct event_vec fresh;
    struct event_vec again; // instead of those of the same numbers
    struct batch batch;
};

struct events *events_new(void)
{
    return mem_zero(1, sizeof(struct events));
}

void events_free(struct events *e)
{
    if (!e)
        return;
    for (int k = FIRST; k < OBJECT_KINDS; k++)
        snapshot_unref(e->seen[k]);
    event_log_unref(e->log);
    vec_free(&e->outcomes);
    vec_free(&e->own);
    vec_free(&e->flows);
    vec_free(&e->levels);
    vec_free(&e->stuck);
    vec_free(&e->logins);
    traced_free(&e->traced);
    vec_free(&e->changes);
    vec_free(&e->unsaid);
    vec_free(&e->fresh);
    vec_free(&e->again);
    event_log_unref(e->batch.members);
    free(e);
}

void events_outcome(struct events *e, const struct outcome *outcome)
{
    vec_push(&e->outcomes, *outcome);
}

void events_keep(const struct events *e, struct snapshot *picture)
{
    picture->events = event_log_ref(e->log);
}

// --- objects ------------------------------------------------------------------------------------

// Ids carry a sequence number, so they are used again only after a while; a segment's creator
// differs even then.
static bool same_object(const struct kind *kind, const struct snapshot *then, const void *was,
                        const struct snapshot *now, const void *is)
{
    struct identity a, b;
    int64_t time;

    kind->identify(then, was, &a);
    kind->identify(now, is, &b);
    return identity_same(&a, &b) &&
           (!kind->maker || kind->maker(was, &time) == kind->maker(is, &time));
}

static void note(struct events *e, const struct change *change, enum event_what what)
{
    struct change noted = *change;
    struct identity object;

    noted.what = what;
    if (what == EVENT_REMOVED || what == EVENT_MARKED) {
        kind_get(noted.kind)->identify(noted.then, noted.was, &object);
        if (own_is(&e->own, &object))
            return;
    }
    noted.trace = traced_find(&e->traced, &noted);
    if (!traced_defer(&e->traced, &noted))
        vec_push(&e->changes, noted);
}

// The same object in both pictures.
static void compare(struct events *e, const struct change *same)
{
    const struct owned *was = owned_of(same->was);
    const struct owned *is = owned_of(same->is);
    const struct kind *kind = kind_get(same->kind);

    if (was->uid != is->uid || was->gid != is->gid || was->mode != is->mode)
        note(e, same, EVENT_CHANGED);
    if (kind->marked && !kind->marked(was) && kind->marked(is))
        note(e, same, EVENT_MARKED);
    if (kind->flags & TABLE_HELD)
        flow_note(&e->flows, same, traced_attachments(&e->traced, was) ? &e->unsaid : &e->changes);
}

// Both tables are ordered by id.
static void compare_tables(struct events *e, const struct kind *table, const struct snapshot *then,
                           const struct snapshot *now)
{
    const enum kind_id kind = table->id;
    size_t n = kind_count(table, then), m = kind_count(table, now), i = 0, k = 0;

    while (i < n || k < m) {
        struct change c = {.kind = kind, .then = then, .now = now};
        const void *was = i < n ? kind_at(table, then, i) : NULL;
        const void *is = k < m ? kind_at(table, now, k) : NULL;
        int64_t a = was ? owned_of(was)->id : INT64_MAX;
        int64_t b = is ? owned_of(is)->id : INT64_MAX;

        i += a <= b;
        k += b <= a;
        c.was = a <= b ? was : NULL;
        c.is = b <= a ? is : NULL;
        if (c.was && c.is && same_object(table, then, was, now, is)) {
            compare(e, &c);
            continue;
        }
        if (c.was)
            note(e, &(struct change){.kind = kind, .then = then, .now = now, .was = was},
                 EVENT_REMOVED);
        if (c.is)
            note(e, &(struct change){.kind = kind, .then = then, .now = now, .is = is},
                 EVENT_CREATED);
    }
}

static bool owns_any(const struct snapshot *s, uint32_t uid)
{
    const struct owned *o;

    for (int k = FIRST; k < OBJECT_KINDS; k++)
        for (size_t i = 0; (o = snapshot_object_at(s, (enum kind_id)k, i)); i++)
            if (o->uid == uid)
                return true;
    return false;
}

// logind removes what a user owns as the login ends, in the machine's own IPC namespace only.
static void explain(struct events *e, const struct snapshot *now)
{
    uint64_t all = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_SYSTEM;

    if ((now->has & all) != all || !now->system.host_namespace)
        return;
    for (size_t l = 0; l < e->logins.n; l++) {
        uint32_t uid = e->logins.at[l].uid;
        if (!logins_ended(&e->logins, uid) || owns_any(now, uid))
            continue;
        for (size_t i = 0; i < e->changes.n; i++) {
            struct change *c = &e->changes.at[i];
            if (c->what == EVENT_REMOVED && owned_of(c->was)->uid == uid)
                c->logout = true;
        }
    }
}

// --- putting it into words ----------------------------------------------------------------------

static int change_order(const void *pa, const void *pb)
{
    const struct change *a = pa, *b = pb;

    return order_by(a->what, b->what)
               ?: order_by(a->kind, b->kind)
               ?: order_by(owned_of(a->is ? a->is : a->was)->id, owned_of(b->is ? b->is : b->was)->id);
}

static void report_changes(struct events *e)
{
    struct change_vec *all = &e->changes;
    size_t end;

    vec_sort(all, change_order);
    for (size_t first = 0; first < all->n; first = end) {
        for (end = first + 1; end < all->n && all->at[end].what == all->at[first].what &&
                              all->at[end].kind == all->at[first].kind;)
            end++;
        if (end - first > EVENTS_EACH)
            vec_push(&e->fresh, event_of_many(&all->at[first], end - first));
        for (size_t i = first; end - first <= EVENTS_EACH && i < end; i++)
            vec_push(&e->fresh, event_of_change(&all->at[i]));
    }
    vec_clear(all);
}

static void report_batch(struct events *e, const struct snapshot *now)
{
    struct event *event = batch_report(&e->batch, now);

    if (event && e->batch.reported)
        vec_push(&e->again, event);
    else if (event)
        vec_push(&e->fresh, event);
    e->batch.reported |= event != NULL;
}

static void report_outcome(struct events *e, const struct outcome *o, const struct snapshot *now)
{
    if (!o->action.batch) {
        vec_push(&e->fresh, event_of_outcome(o, now));
    } else {
        if (e->batch.number != o->action.batch)
            report_batch(e, now);
        batch_add(&e->batch, o, event_of_outcome(o, now), &e->number);
    }
    if (o->action.verb == ACTION_REMOVE && o->state == OUTCOME_DONE)
        own_add(&e->own, &o->action.target);
    if (o->action.verb == ACTION_LIMIT && o->state == OUTCOME_DONE)
        levels_own(&e->levels, &o->action);
}

static void report_outcomes(struct events *e, const struct snapshot *now)
{
    for (size_t i = 0; i < e->outcomes.n; i++)
        report_outcome(e, &e->outcomes.at[i], now);
    report_batch(e, now);
    own_settle(&e->own);
    vec_clear(&e->outcomes);
}

static void compare_pictures(struct events *e, struct snapshot *now, const struct source *source)
{
    logins_watch(&e->logins, e->seen[FIRST], now, source);
    traced_add(&e->traced, now, &e->fresh);
    traced_resume(&e->traced, &e->changes);
    for (int k = FIRST; k < OBJECT_KINDS; k++)
        if (e->seen[k] && kind_is_known(kind_get((enum kind_id)k), now))
            compare_tables(e, kind_get((enum kind_id)k), e->seen[k], now);
    if (now->has & NEED_SEGMENTS)
        flow_sweep(&e->flows, now, now->tracing.state == TRACE_ON ? &e->unsaid : &e->changes);
    explain(e, now);
    report_changes(e);
    traced_rest(&e->traced, e->seen[FIRST], now, &e->fresh);
    traced_settle(&e->traced);
    vec_clear(&e->unsaid);
    if (now->has & NEED_LIMITS)
        levels_watch(&e->levels, now, &e->fresh);
    if (now->has & NEED_PROCESSES)
        stuck_watch(&e->stuck, now, &e->fresh);
}

static int64_t moment(const struct event *event)
{
    return event->time * 1000 + (event->millis < 0 ? 999 : event->millis);
}

// As they happened, as far as that is known. Few are out of their order.
static void events_order(struct event_vec *events)
{
    for (size_t i = 1; i < events->n; i++) {
        struct event *one = events->at[i];
        size_t to = i;
        for (; to > 0 && moment(events->at[to - 1]) > moment(one); to--)
            events->at[to] = events->at[to - 1];
        events->at[to] = one;
    }
}

void events_begun(struct events *e, const struct action *action)
{
    if (action->verb == ACTION_REMOVE)
        own_add(&e->own, &action->target);
}

size_t events_update(struct events *e, struct snapshot *picture, const struct source *source)
{
    report_outcomes(e, picture);
    compare_pictures(e, picture, source);
    for (int k = FIRST; k < OBJECT_KINDS; k++) {
        if (!kind_is_known(kind_get((enum kind_id)k), picture))
            continue;
        snapshot_unref(e->seen[k]);
        e->seen[k] = snapshot_ref(picture);
    }
    size_t n = e->fresh.n;
    if (picture->tracing.state == TRACE_ON && n > 1)
        events_order(&e->fresh);
    for (size_t i = 0; i < n; i++)
        if (!e->fresh.at[i]->number)
            e->fresh.at[i]->number = ++e->number;
    if (n || e->again.n) {
        struct event_log *more = event_log_more(e->log, &e->fresh);
        event_log_unref(e->log);
        e->log = more;
        vec_clear(&e->fresh);
        for (size_t i = 0; i < e->again.n; i++)
            event_log_replace(more, e->again.at[i]);
        vec_clear(&e->again);
    }
    events_keep(e, picture);
    return n < EVENTS_MAX ? n : EVENTS_MAX;
}
