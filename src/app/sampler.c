#include "app/sampler.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "app/actor.h"
#include "app/programs.h"
#include "app/names.h"
#include "app/picture.h"
#include "app/probers.h"
#include "app/scanner.h"
#include "app/waiting.h"
#include "model/triage.h"

#pragma weak triage_run // until it lands
#define SECOND INT64_C(1000000000)

enum { STACK = 256 * 1024 };

// A picture waits so long for what processes answer; then the tables go ahead.
static const int64_t AHEAD_NS = 15 * INT64_C(1000000);

struct sampler {
    struct source source;
    bool one_shot;
    int fd;
    pthread_t thread;
    bool started;
    struct probers *probers;
    struct actor *actor;

    // Shared with the owner, under the lock.
    pthread_mutex_t lock;
    pthread_cond_t wake, fresh; // for the thread; for who waits for a picture
    struct want want;
    int64_t interval;
    bool paused, refresh, quit;
    uint64_t asked, answered; // requests so far; the last one the newest complete picture answers
    struct snapshot *newest;  // published last
    bool taken;
    bool acted;               // by the actor: there are outcomes for the next picture
    struct outcome_vec outcomes;

    // The thread's own.
    struct census census;
    struct scanner *scanner;
    struct programs *programs;
    struct names names;
    struct waiting *waiting;
    struct snapshot *tables; // as read last
    struct want now;         // what they were read for
    int64_t read_ns, next;   // when; and the next tick
    struct mapping_vec focus_maps;
    struct want focus_want;  // whose they are
    uint64_t begun;          // the last request a round was begun for
    uint64_t number;
};

struct round { // one bringing up to date of all that is wanted
    struct want want;
    uint64_t asked;
    enum scan_effort effort;
    struct outcome_vec outcomes; // what its picture will show
};

static int64_t epoch_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

// --- tables, and pictures -----------------------------------------------------------------------

// What reading the wanted parts takes beyond them.
static struct want complete_want(struct want want)
{
    if (want.need & NEED_HOLDERS)
        want.need |= NEED_SEGMENTS | NEED_SYSTEM;
    if (want.need & NEED_WAITERS)
        want.need |= NEED_SEMSETS | NEED_SEM_WAITERS | NEED_QUEUES;
    if (want.need & NEED_COMMANDS)
        want.need |= NEED_PROCESSES;
    return want;
}

static bool want_same(const struct want *a, const struct want *b)
{
    return a->need == b->need && a->focused == b->focused &&
           (!a->focused || (identity_exact(&a->focus, &b->focus) && a->focus.pid == b->focus.pid));
}

static void mappings_free(struct mapping_vec *mappings)
{
    for (size_t i = 0; i < mappings->n; i++)
        free(mappings->at[i].path);
    vec_free(mappings);
}

static void read_tables(struct sampler *s, const struct want *want)
{
    struct snapshot *fresh = snapshot_new();

    s->now = *want;
    s->read_ns = monotonic_ns();
    if (s->source.read(s->source.self, want, fresh) != 0 && s->tables) {
        snapshot_unref(fresh); // what was read last is better than nothing, and says its time
        return;
    }
    fresh->time = epoch_s();
    fresh->time_ns = s->read_ns;
    snapshot_unref(s->tables);
    s->tables = fresh;
}

// Hands out a picture; with a round: the one that ends it.
static void publish(struct sampler *s, struct snapshot *picture, struct round *round)
{
    struct snapshot *old;
    uint64_t one = 1;

    picture->number = ++s->number;
    if (triage_run)
        triage_run(picture);
    pthread_mutex_lock(&s->lock);
    old = s->newest;
    s->newest = picture;
    s->taken = false;
    if (round) {
        s->answered = round->asked;
        for (size_t i = 0; i < round->outcomes.n; i++)
            vec_push(&s->outcomes, round->outcomes.at[i]);
        vec_clear(&round->outcomes);
    }
    pthread_cond_broadcast(&s->fresh);
    pthread_mutex_unlock(&s->lock);
    snapshot_unref(old);
    if (write(s->fd, &one, sizeof one) < 0) {
        // full: it is readable all the same
    }
}

static void publish_ahead(struct sampler *s)
{
    struct snapshot *picture = picture_of_tables(s->tables);

    if (s->newest) // only this thread replaces it
        picture_keep(picture, s->newest, s->now.need);
    picture_set_scan(picture, s->now.need & NEED_HOLDERS ? scanner_scan(s->scanner) : NULL,
                     scanner_running(s->scanner));
    publish(s, picture, NULL);
}

// While processes are asked, however long it takes: the tables go on, and another view that is
// opened gets its tables at once, the rest with the next round.
static void meanwhile(void *arg)
{
    struct sampler *s = arg;
    int64_t now = monotonic_ns();

    if (s->one_shot)
        return;
    actor_watch(s->actor);
    pthread_mutex_lock(&s->lock);
    struct want want = s->want;
    bool news = s->asked != s->begun && !want_same(&want, &s->now);
    bool tick = !s->paused && now >= s->next;
    if (news || tick)
        s->next = now + s->interval;
    pthread_mutex_unlock(&s->lock);
    if (news || tick) {
        read_tables(s, &want);
        publish_ahead(s);
    } else if (now - s->read_ns >= AHEAD_NS &&
               (!s->newest || s->newest->time_ns < s->tables->time_ns)) {
        publish_ahead(s);
    }
}

// --- what processes say -------------------------------------------------------------------------

static void take_maps(void *arg, unsigned worker, size_t index, struct answer *answer)
{
    struct sampler *s = arg;

    (void)worker;
    (void)index;
    mappings_free(&s->focus_maps);
    s->focus_maps = answer->mappings;
    answer->mappings = (struct mapping_vec){0};
}

// Every mapping of the process in focus; those read last stay while it does not answer.
static void read_maps(struct sampler *s, const struct want *want)
{
    uint8_t asked;

    if (s->focus_want.focus.pid != want->focus.pid ||
        (s->focus_want.need & NEED_ALL_MAPS) != (want->need & NEED_ALL_MAPS))
        mappings_free(&s->focus_maps);
    s->focus_want = *want;
    const struct probe probe = {want->need & NEED_ALL_MAPS ? PROBE_ALL_MAPS : PROBE_MAP_USE,
                                want->focus.pid};
    const struct batch batch = {
        .probes = &probe, .n = 1, .take = take_maps, .arg = s, .meanwhile = {meanwhile, s}};
    probers_run(s->probers, &batch, &asked);
}

static bool wants_maps(const struct want *want)
{
    return want->need & (NEED_MAP_USE | NEED_ALL_MAPS) && want->focused && want->focus.pid > 0;
}

// A picture of the newest tables and of everything that is known beside them.
static struct snapshot *compose(struct sampler *s, const struct want *want)
{
    struct snapshot *picture = picture_of_tables(s->tables);
    unsigned parts = NEED_WAITERS | NEED_PROCESSES | NEED_COMMANDS;

    if (want->need & NEED_HOLDERS)
        picture_set_scan(picture, scanner_scan(s->scanner), false);
    if (want->need & NEED_WAITERS)
        waiting_fill(s->waiting, picture);
    if (want->need & NEED_PROCESSES)
        programs_fill(s->programs, picture);
    if (wants_maps(want)) {
        picture_copy_maps(&picture->focus_maps, &s->focus_maps);
        parts |= NEED_MAP_USE | NEED_ALL_MAPS;
    }
    picture->has |= want->need & parts;
    return picture;
}

// Whom the tables, the holders and the waiters name.
static void update_programs(struct sampler *s, struct snapshot *tables, const struct round *round,
                           struct meanwhile m)
{
    // The tables of a round are nobody else's: they lend themselves to the question.
    if (round->want.need & NEED_HOLDERS && scanner_scan(s->scanner))
        tables->scan = scan_ref(scanner_scan(s->scanner));
    if (round->want.need & NEED_WAITERS)
        waiting_fill(s->waiting, tables);
    programs_update(s->programs, tables, &round->want, &s->census, round->effort == SCAN_FULLY, m);
}

// Asks the processes, in the order in which one answer names whom to ask next.
static struct snapshot *ask(struct sampler *s, const struct round *round)
{
    const struct want *want = &round->want;
    const struct meanwhile m = {meanwhile, s};
    struct snapshot *tables = snapshot_ref(s->tables); // newer ones may come meanwhile

    if (want->need & NEED_HOLDERS)
        scanner_update(s->scanner, tables, round->effort, m);
    if (want->need & NEED_WAITERS)
        waiting_update(s->waiting, tables, want, round->effort == SCAN_FULLY, m);
    if (wants_maps(want))
        read_maps(s, want);
    if (want->need & NEED_PROCESSES)
        update_programs(s, tables, round, m);
    snapshot_unref(tables);

    struct snapshot *picture = compose(s, want);
    if (!(want->need & NEED_NAMES))
        return picture;
    names_update(&s->names, s->probers, picture, m);
    if (picture->time_ns != s->tables->time_ns) {
        snapshot_unref(picture);
        picture = compose(s, want);
    }
    names_fill(&s->names, picture);
    picture->has |= NEED_NAMES;
    return picture;
}

// --- the thread ---------------------------------------------------------------------------------

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
        int64_t until = actor_watch(s->actor); // takes our lock to report
        pthread_mutex_lock(&s->lock);
        if (is_due(s, monotonic_ns()))
            return !s->quit;
        if (!s->one_shot && !s->paused && s->want.need && s->next < until)
            until = s->next;
        if (until == INT64_MAX) {
            pthread_cond_wait(&s->wake, &s->lock);
            continue;
        }
        struct timespec ts = {until / SECOND, until % SECOND};
        pthread_cond_timedwait(&s->wake, &s->lock, &ts);
    }
}

static void do_round(struct sampler *s, struct round *round, bool acted)
{
    int64_t start = monotonic_ns();

    if (acted)
        actor_outcomes(s->actor, &round->outcomes);
    read_tables(s, &round->want);
    struct snapshot *picture = ask(s, round);
    publish(s, picture, round);
    // What was killed or removed may take its time to go.
    if (acted && s->next > start + SECOND / 4)
        s->next = start + SECOND / 4;
}

static void *sampler_main(void *arg)
{
    struct sampler *s = arg;
    struct round round = {0};

    pthread_mutex_lock(&s->lock);
    while (wait_for_work(s)) {
        bool acted = s->acted;
        round.want = s->want;
        round.asked = s->begun = s->asked;
        round.effort = s->one_shot || acted ? SCAN_FULLY : s->refresh ? SCAN_PROMPTLY
                                                                      : SCAN_AS_NEEDED;
        s->acted = s->refresh = false;
        s->next = monotonic_ns() + s->interval;
        pthread_mutex_unlock(&s->lock);
        do_round(s, &round, acted);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    vec_free(&round.outcomes);
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

static void init_locks(struct sampler *s)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &monotonic);
    pthread_cond_init(&s->fresh, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static int64_t interval_ns(double seconds)
{
    return (int64_t)((seconds < 0.01 ? 0.01 : seconds > 1e6 ? 1e6 : seconds) * (double)SECOND);
}

struct sampler *sampler_new(const struct source *source, const struct sampler_options *options)
{
    const struct probers_options threads = {.threads = options->probers,
                                            .deadline_ms = options->deadline_ms,
                                            .max_left = options->max_left};
    struct sampler *s = mem_zero(1, sizeof *s);
    pthread_attr_t attr;
    sigset_t all, old;

#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2); // our threads allocate little; an arena each would cost memory
#endif
    s->source = *source;
    s->one_shot = options->one_shot;
    s->interval = interval_ns(options->interval > 0 ? options->interval : 2);
    s->taken = true;
    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    init_locks(s);
    s->probers = probers_new(source, &threads);
    s->actor = actor_new(source, acted, s);
    s->scanner = scanner_new(source, s->probers, &s->census);
    s->programs = programs_new(s->probers);
    s->waiting = waiting_new(source, s->probers, &s->census);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    sigfillset(&all); // signals are the main thread's
    pthread_sigmask(SIG_SETMASK, &all, &old);
    s->started = pthread_create(&s->thread, &attr, sampler_main, s) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
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
    probers_cancel(s->probers);
    if (s->started)
        pthread_join(s->thread, NULL);
    size_t left = actor_free(s->actor) + probers_free(s->probers);
    scanner_free(s->scanner);
    programs_free(s->programs);
    waiting_free(s->waiting);
    names_free(&s->names);
    census_free(&s->census);
    mappings_free(&s->focus_maps);
    snapshot_unref(s->tables);
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
    struct want whole = complete_want(*want);

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
    s->refresh = true;
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

void sampler_act(struct sampler *s, const struct action *actions, size_t n)
{
    actor_push(s->actor, actions, n);
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->wake); // to watch it
    pthread_mutex_unlock(&s->lock);
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
    s->want = complete_want(*want);
    s->refresh = true;
    request(s);
    uint64_t mine = s->asked;
    while (s->answered < mine)
        pthread_cond_wait(&s->fresh, &s->lock);
    s->taken = true;
    struct snapshot *newest = snapshot_ref(s->newest);
    pthread_mutex_unlock(&s->lock);
    return newest;
}
