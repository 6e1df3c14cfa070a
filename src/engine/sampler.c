#include "engine/sampler.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "engine/action_worker.h"
#include "engine/elsewhere.h"
#include "engine/refresh.h"

// A snapshot waits so long for what processes answer; then a partial one goes ahead.
static const int64_t PARTIAL_NS = 15 * CLOCK_MS;
// What was killed or removed may take its time to go: the next look after an action.
static const int64_t AFTER_ACTION_NS = CLOCK_SECOND / 4;

struct sampler {
    bool one_shot, started;
    int fd;
    pthread_t thread;
    struct prober_pool *pool;
    struct action_worker *actor;
    struct source source;
    // The thread's: of our own IPC namespace, of the other one that is wanted (NULL: none was yet), and
    // the one of them whose turn it is; what is known of the rest.
    struct refresh *here, *there, *refresh;
    uint64_t there_is;
    bool looks_elsewhere; // the tables have become a picture that is about to be published
    struct elsewhere *elsewhere;
    struct sampler_options options;

    pthread_mutex_t lock;       // for all that follows
    pthread_cond_t wake, fresh; // for the thread; for a caller that waits for a snapshot
    struct want want;
    int64_t interval, next; // the next tick, CLOCK_MONOTONIC
    bool paused, promptly, quit;
    bool acted;               // there are outcomes for the next picture
    uint64_t asked;           // requests so far;
    uint64_t begun, answered; // the last one a round was begun for, and ended for
    struct snapshot *newest;  // published last; replaced by the thread alone
    bool taken;
    uint64_t number;
    struct outcome_vec outcomes;
};

struct turn { // one bringing up to date of all that is wanted
    struct want want;
    uint64_t asked;
    enum effort effort;
    bool acted;
    struct outcome_vec outcomes; // what its picture will show
};

static bool want_same(const struct want *a, const struct want *b)
{
    return a->need == b->need && a->ipc_namespace == b->ipc_namespace &&
           a->in_sight == b->in_sight && a->orphan_age == b->orphan_age &&
           a->focused == b->focused && a->n_followed == b->n_followed &&
           memcmp(a->followed, b->followed, a->n_followed * sizeof *a->followed) == 0 &&
           (!a->focused || (identity_exact(&a->focus, &b->focus) && a->focus.pid == b->focus.pid));
}

// --- the thread ---------------------------------------------------------------------------------

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
static void meanwhile(void *arg)
{
    struct sampler *s = arg;
    int64_t now = clock_ns(), read_ns = refresh_state(s->refresh)->time_ns;

    if (s->one_shot)
        return;
    action_worker_watch(s->actor);
    if (s->looks_elsewhere)
        return;
    pthread_mutex_lock(&s->lock);
    // Another namespace than the one whose processes are being asked has to wait.
    uint64_t place = refresh_state(s->refresh)->want.ipc_namespace;
    struct want want = s->want.ipc_namespace == place ? s->want : refresh_state(s->refresh)->want;
    bool news = s->asked != s->begun && !want_same(&want, &refresh_state(s->refresh)->want);
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
    elsewhere_fill(s->elsewhere, snapshot);
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
    struct refresh *before = s->refresh;
    s->refresh = refresh_of(s, turn->want.ipc_namespace);
    bool all = turn->effort != EFFORT_AS_NEEDED || s->refresh != before;
    refresh_tables(s->refresh, &turn->want, all ? NULL : s->newest);
    size_t n_events;
    struct snapshot *snapshot = refresh_round(s->refresh, &turn->want, turn->effort,
                                              turn->outcomes.at, turn->outcomes.n, &n_events);
    s->looks_elsewhere = true;
    if (snapshot->has & NEED_NAMESPACES)
        elsewhere_update(s->elsewhere, snapshot, turn->effort);
    s->looks_elsewhere = false;
    if (s->options.happened && !s->one_shot)
        s->options.happened(s->options.acted_arg, snapshot, n_events);
    publish(s, snapshot, turn);
}

// With the lock held.
static void run_turn(struct sampler *s, struct turn *turn)
{
    begin_turn(s, turn);
    pthread_mutex_unlock(&s->lock);
    do_turn(s, turn);
    pthread_mutex_lock(&s->lock);
}

static void *sampler_main(void *arg)
{
    struct sampler *s = arg;
    struct turn turn = {0};

    thread_name("ipctop-sampler");
    pthread_mutex_lock(&s->lock);
    while (wait_for_work(s)) {
        run_turn(s, &turn);
        int64_t soon = clock_ns() + AFTER_ACTION_NS;
        if (turn.acted && s->next > soon)
            s->next = soon;
    }
    pthread_mutex_unlock(&s->lock);
    vec_free(&turn.outcomes);
    return NULL;
}

// --- the owner's side ---------------------------------------------------------------------------

static void acted(void *arg)
{
    struct sampler *s = arg;

    pthread_mutex_lock(&s->lock);
    s->acted = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

static int64_t interval_ns(double seconds)
{
    double bounded = seconds < 0.01 ? 0.01 : seconds > 1e6 ? 1e6 : seconds;

    return (int64_t)(bounded * (double)CLOCK_SECOND);
}

struct sampler *sampler_new(const struct source *source, const struct sampler_options *options)
{
    struct sampler *s = mem_zero(1, sizeof *s);
    const struct prober_pool_options threads = {.threads = options->probers,
                                                .deadline_ms = options->deadline_ms,
                                                .max_left = options->max_left,
                                                .low_priority = !options->one_shot,
                                                .meanwhile = {meanwhile, s}};

    s->source = *source;
    s->one_shot = options->one_shot;
    s->interval = interval_ns(options->interval > 0 ? options->interval : 2);
    s->taken = true;
    s->fd = s->one_shot ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&s->lock, NULL);
    thread_cond_init(&s->wake);
    thread_cond_init(&s->fresh);
    s->pool = prober_pool_new(source, &threads);
    s->options = *options;
    s->actor = action_worker_new(source, options, acted, s);
    s->source = *source;
    s->refresh = s->here = refresh_new(source, s->pool, !s->one_shot);
    s->elsewhere = elsewhere_new(source, s->pool);
    if (s->one_shot) // the caller that collects waits anyway
        return s;
    s->started = thread_start(&s->thread, sampler_main, s) == 0;
    if (s->fd >= 0 && s->started)
        return s;
    sampler_free(s);
    return NULL;
}

size_t sampler_free(struct sampler *s)
{
    if (!s)
        return 0;
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    prober_pool_cancel(s->pool);
    if (s->started)
        pthread_join(s->thread, NULL);
    size_t left = action_worker_free(s->actor) + prober_pool_free(s->pool);
    refresh_free(s->here);
    refresh_free(s->there);
    elsewhere_free(s->elsewhere);
    snapshot_unref(s->newest);
    vec_free(&s->outcomes);
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    pthread_cond_destroy(&s->fresh);
    free(s);
    return left;
}

int sampler_fd(const struct sampler *s)
{
    return s->fd;
}

// With the lock held.
static void request(struct sampler *s)
{
    s->asked++;
    pthread_cond_signal(&s->wake);
}

void sampler_want(struct sampler *s, const struct want *want)
{
    struct want whole = refresh_complete(*want);

    pthread_mutex_lock(&s->lock);
    bool same = want_same(&s->want, &whole);
    s->want = whole;
    if (!same && !s->paused)
        request(s);
    pthread_mutex_unlock(&s->lock);
}

void sampler_interval(struct sampler *s, double seconds)
{
    pthread_mutex_lock(&s->lock);
    s->interval = interval_ns(seconds);
    request(s);
    pthread_mutex_unlock(&s->lock);
}

void sampler_refresh(struct sampler *s)
{
    pthread_mutex_lock(&s->lock);
    s->promptly = true;
    request(s);
    pthread_mutex_unlock(&s->lock);
}

void sampler_pause(struct sampler *s, bool paused)
{
    pthread_mutex_lock(&s->lock);
    if (s->paused && !paused)
        request(s);
    s->paused = paused;
    pthread_mutex_unlock(&s->lock);
}

struct snapshot *sampler_take(struct sampler *s)
{
    struct snapshot *newest = NULL;
    uint64_t count;

    pthread_mutex_lock(&s->lock);
    if (!s->taken && s->newest)
        newest = snapshot_ref(s->newest);
    s->taken = true;
    if (read(s->fd, &count, sizeof count) < 0) {
        // nothing was written since
    }
    pthread_mutex_unlock(&s->lock);
    return newest;
}

void sampler_move(struct sampler *s, const struct move *move)
{
    if (!s->source.move)
        return;
    s->source.move(s->source.self, move);
    sampler_refresh(s);
}

void sampler_act(struct sampler *s, const struct action *actions, size_t n)
{
    action_worker_push(s->actor, actions, n);
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->wake); // to watch it
    pthread_mutex_unlock(&s->lock);
}

void sampler_note(struct sampler *s, const struct outcome *outcomes, size_t n)
{
    action_worker_note(s->actor, outcomes, n);
}

void sampler_cancel(struct sampler *s)
{
    action_worker_cancel(s->actor);
}

bool sampler_outcomes(struct sampler *s, struct outcome_vec *out)
{
    pthread_mutex_lock(&s->lock);
    size_t n = s->outcomes.n;
    for (size_t i = 0; i < n; i++)
        vec_push(out, s->outcomes.at[i]);
    vec_clear(&s->outcomes);
    pthread_mutex_unlock(&s->lock);
    return n > 0;
}

struct snapshot *sampler_collect(struct sampler *s, const struct want *want)
{
    pthread_mutex_lock(&s->lock);
    s->want = refresh_complete(*want);
    s->promptly = true;
    request(s);
    uint64_t mine = s->asked;
    if (s->one_shot)
        run_turn(s, &(struct turn){0});
    while (s->answered < mine)
        pthread_cond_wait(&s->fresh, &s->lock);
    s->taken = true;
    struct snapshot *newest = s->newest ? snapshot_ref(s->newest) : NULL;
    pthread_mutex_unlock(&s->lock);
    return newest;
}
