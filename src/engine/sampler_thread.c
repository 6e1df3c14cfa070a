#include "sampler_parts.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

// A snapshot waits so long for what processes answer; then a partial one goes ahead.
static const int64_t PARTIAL_NS = 15 * CLOCK_MS;
// What was killed or removed may take its time to go: the next look after an action.
static const int64_t AFTER_ACTION_NS = CLOCK_SECOND / 4;

bool sampler_same_want(const struct want *a, const struct want *b)
{
    return a->need == b->need && a->ipc_namespace == b->ipc_namespace && a->others == b->others &&
           a->in_sight == b->in_sight && a->orphan_age == b->orphan_age &&
           a->focused == b->focused && a->n_followed == b->n_followed &&
           memcmp(a->followed, b->followed, a->n_followed * sizeof *a->followed) == 0 &&
           (!a->focused || (identity_exact(&a->focus, &b->focus) && a->focus.pid == b->focus.pid));
}

// With the lock held.
static void end_turn(struct sampler *s, struct turn *turn)
{
    s->answered = turn->asked;
    for (size_t i = 0; i < turn->outcomes.n; i++)
        vec_push(&s->outcomes, turn->outcomes.at[i]);
    vec_clear(&turn->outcomes);
    pthread_cond_broadcast(&s->fresh);
}

// Hands out a snapshot; with a turn: the one that ends it.
static void publish(struct sampler *s, struct snapshot *snapshot, struct turn *turn)
{
    struct snapshot *old;
    uint64_t one = 1;

    pthread_mutex_lock(&s->lock);
    snapshot->number = ++s->number;
    old = s->newest;
    s->newest = snapshot;
    s->taken = false;
    if (turn)
        end_turn(s, turn);
    pthread_mutex_unlock(&s->lock);
    snapshot_unref(old);
    if (!s->one_shot && write(s->fd, &one, sizeof one) < 0) {
        // full: it is readable all the same
    }
}

// While processes are asked, however long it takes: the tables go on, and another view that is
// opened gets its tables at once, the rest with the next turn.
void sampler_meanwhile(void *arg)
{
    struct sampler *s = arg;
    int64_t now = clock_ns(), read_ns = refresh_state(s->refresh)->time_ns;

    if (s->one_shot)
        return;
    action_worker_watch(s->actor);
    if (s->looks_elsewhere || s->options.whole)
        return;
    pthread_mutex_lock(&s->lock);
    // Another namespace than the one whose processes are being asked has to wait.
    uint64_t place = refresh_state(s->refresh)->want.ipc_namespace;
    struct want want = s->want.ipc_namespace == place ? s->want : refresh_state(s->refresh)->want;
    bool news = s->asked != s->begun && !sampler_same_want(&want, &refresh_state(s->refresh)->want);
    bool due = news || (!s->paused && now >= s->next);
    bool partial = now - read_ns >= PARTIAL_NS && (!s->newest || s->newest->time_ns < read_ns);
    if (due)
        s->next = now + s->interval;
    pthread_mutex_unlock(&s->lock);
    if (due)
        refresh_tables(s->refresh, &want, s->newest);
    if (!due && !partial)
        return;
    struct snapshot *snapshot = refresh_partial(s->refresh);
    elsewhere_fill(s->elsewhere, refresh_state(s->refresh)->want.others, snapshot);
    publish(s, snapshot, NULL);
}

static bool is_due(const struct sampler *s, int64_t now)
{
    if (s->quit || s->acted || s->asked != s->begun)
        return true;
    return !s->one_shot && !s->paused && s->want.need && now >= s->next;
}

// Waits for something to do, with the lock held. False: it is the end.
static bool wait_for_work(struct sampler *s)
{
    for (;;) {
        pthread_mutex_unlock(&s->lock);
        int64_t until = action_worker_watch(s->actor); // takes our lock to report
        pthread_mutex_lock(&s->lock);
        if (is_due(s, clock_ns()))
            return !s->quit;
        if (!s->one_shot && !s->paused && s->want.need && s->next < until)
            until = s->next;
        thread_wait(&s->wake, &s->lock, until);
    }
}

// What is known of one namespace says nothing of another: each has its own collectors. Our own are kept.
static struct refresh *refresh_of(struct sampler *s, uint64_t ipc_namespace)
{
    if (!ipc_namespace)
        return s->here;
    if (s->there && s->there_is == ipc_namespace)
        return s->there;
    refresh_free(s->there);
    s->there = refresh_new(&s->source, s->pool, !s->one_shot);
    s->there_is = ipc_namespace;
    return s->there;
}

// With the lock held.
static void begin_turn(struct sampler *s, struct turn *turn)
{
    turn->want = s->want;
    turn->asked = s->begun = s->asked;
    turn->acted = s->acted;
    turn->effort = s->one_shot || s->acted || s->options.thorough ? EFFORT_FULL
                   : s->promptly                                  ? EFFORT_PROMPT
                                                                  : EFFORT_AS_NEEDED;
    s->acted = s->promptly = false;
    s->next = clock_ns() + s->interval;
}

// Of a recording: whole, or there is none.
static void play_turn(struct sampler *s, struct turn *turn)
{
    struct snapshot *snapshot = s->source.picture(s->source.self, &turn->want);

    if (snapshot) {
        publish(s, snapshot, turn);
        return;
    }
    pthread_mutex_lock(&s->lock);
    if (s->one_shot) { // the last one is not handed out again
        snapshot_unref(s->newest);
        s->newest = NULL;
    }
    end_turn(s, turn);
    pthread_mutex_unlock(&s->lock);
}

static void do_turn(struct sampler *s, struct turn *turn)
{
    if (s->source.picture) {
        play_turn(s, turn);
        return;
    }
    if (turn->acted)
        action_worker_outcomes(s->actor, &turn->outcomes);
    s->refresh = refresh_of(s, turn->want.ipc_namespace);
    bool all = turn->effort != EFFORT_AS_NEEDED;
    refresh_tables(s->refresh, &turn->want, all ? NULL : s->newest);
    struct snapshot *snapshot = refresh_round(s->refresh, &turn->want, turn->effort);
    struct action_vec begun = {0};
    action_worker_begun(s->actor, &begun);
    size_t n_events = refresh_derive(s->refresh, snapshot, &turn->outcomes, &begun);
    vec_free(&begun);
    s->looks_elsewhere = true;
    if (snapshot->has & NEED_NAMESPACES)
        elsewhere_update(s->elsewhere, turn->want.others, snapshot, turn->effort);
    s->looks_elsewhere = false;
    if (s->options.happened && !s->one_shot)
        s->options.happened(s->options.acted_arg, snapshot, n_events);
    publish(s, snapshot, turn);
}

// With the lock held.
void sampler_turn(struct sampler *s, struct turn *turn)
{
    begin_turn(s, turn);
    pthread_mutex_unlock(&s->lock);
    do_turn(s, turn);
    pthread_mutex_lock(&s->lock);
}

void *sampler_main(void *arg)
{
    struct sampler *s = arg;
    struct turn turn = {0};

    thread_name("ipctop-sampler");
    pthread_mutex_lock(&s->lock);
    while (wait_for_work(s)) {
        sampler_turn(s, &turn);
        int64_t soon = clock_ns() + AFTER_ACTION_NS;
        if (turn.acted && s->next > soon)
            s->next = soon;
    }
    pthread_mutex_unlock(&s->lock);
    vec_free(&turn.outcomes);
    return NULL;
}
