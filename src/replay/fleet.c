#include "replay/fleet.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/line.h"
#include "base/moment.h"
#include "model/kinds/registry.h"
#include "model/table/recorded.h"
#include "replay/gist.h"

struct fleet_host {
    struct replay *replay;
    struct source source;
    const char *path;      // NULL: standard input
    bool empty;            // a file that had no picture when it was opened
    bool is_file, changed; // its picture is another one than that shown last
    struct snapshot *last; // its last picture; NULL: none yet
    int64_t came_ns;       // CLOCK_MONOTONIC
    struct host host;      // as of that picture
};

struct fleet {
    bool follows, files, pipes; // there are some
    size_t n;
    struct fleet_host at[FLEET_MAX];

    // The reading thread's.
    bool begun;
    int64_t now;                    // the moment shown of files
    int64_t played_ns, played_from; // CLOCK_MONOTONIC when that moment was due
    uint64_t place;                 // host shown last; 0: all
    struct playback playback;       // as it was shown last

    pthread_mutex_t lock; // for all that follows
    struct move to;
    bool moves;
    double speed;
};

// --- the pictures of each ------------------------------------------------------------------------

static const char *source_of(const struct fleet_host *m)
{
    return m->path ? m->path : "standard input";
}

static bool is_taken(const struct fleet *f, const struct fleet_host *m, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (&f->at[i] != m && strcmp(f->at[i].host.name, name) == 0)
            return true;
    return false;
}

// Its own; where two have the same, with where it is read from.
static void name_host(struct fleet *f, struct fleet_host *m)
{
    const char *own = m->last ? m->last->system.hostname : "", *source = source_of(m);
    char name[HOST_NAME];

    if (!*own)
        snprintf(name, sizeof name, "%.*s", HOST_NAME - 1, source);
    else if (is_taken(f, m, own))
        snprintf(name, sizeof name, "%.*s (%.*s)", 38, own, 38, source);
    else
        snprintf(name, sizeof name, "%s", own);
    snprintf(m->host.name, sizeof m->host.name, "%s", name);
}

static bool is_begun(const struct fleet *f, const struct fleet_host *m)
{
    return m->last && (!m->is_file || m->last->time <= f->now);
}

// Reads on; may wait where all are wanted.
static void read_member(struct fleet *f, size_t i, const struct want *want)
{
    struct fleet_host *m = &f->at[i];
    struct snapshot *s = m->source.picture(m->source.self, want);

    if (!s)
        return;
    if (!m->last || !s->playback.ended)
        m->came_ns = clock_ns();
    snapshot_unref(m->last);
    m->last = s;
    m->changed = true;
    name_host(f, m);
    s->playback.host = m->host.number;
    snprintf(s->playback.host_name, sizeof s->playback.host_name, "%s", m->host.name);
    gist_of(s, &m->host);
}

// --- the moment ----------------------------------------------------------------------------------

// The next one at which a file has another picture. False: none has.
static bool next_moment(struct fleet *f, bool back, int64_t *moment)
{
    bool any = false;
    int64_t time;

    for (size_t i = 0; i < f->n; i++) {
        if (!f->at[i].is_file || !replay_near(f->at[i].replay, f->now, back, &time))
            continue;
        if (!any || (back ? time > *moment : time < *moment))
            *moment = time;
        any = true;
    }
    return any;
}

static void go_to(struct fleet *f, int64_t moment, const struct want *want)
{
    f->now = moment;
    for (size_t i = 0; i < f->n; i++) {
        struct fleet_host *m = &f->at[i];
        if (!m->is_file)
            continue;
        m->source.move(m->source.self, &(struct move){.to = MOVE_TIME, .time = moment});
        read_member(f, i, want);
    }
}

struct bounds { // of the pictures of all files
    int64_t first, last;
    int64_t begin; // of the file that begins last: from then on there is one of each
};

static struct bounds bounds_of(struct fleet *f)
{
    struct bounds b = {.first = INT64_MAX, .last = INT64_MIN, .begin = INT64_MIN};

    for (size_t i = 0; i < f->n; i++) {
        int64_t first, last;
        if (!f->at[i].is_file || !replay_times(f->at[i].replay, &first, &last))
            continue;
        b.first = first < b.first ? first : b.first;
        b.begin = first > b.begin ? first : b.begin;
        b.last = last > b.last ? last : b.last;
    }
    return b;
}

static int64_t within(struct fleet *f, int64_t moment)
{
    const struct bounds b = bounds_of(f);

    if (moment == INT64_MIN)
        return b.begin;
    return moment > b.last ? b.last : moment < b.first ? b.first : moment;
}

static bool step(struct fleet *f, int by, const struct want *want)
{
    int64_t before = f->now, moment;

    for (int i = 0; i < abs(by) && next_moment(f, by < 0, &moment); i++)
        f->now = moment;
    moment = f->now;
    f->now = before;
    if (moment != before)
        go_to(f, moment, want);
    return moment != before;
}

static bool play(struct fleet *f, double speed, const struct want *want)
{
    double passed = (double)(clock_ns() - f->played_ns) / (double)CLOCK_SECOND * speed;
    double moment = (double)f->played_from + passed;
    int64_t next;

    if (!next_moment(f, false, &next) || (double)next > moment)
        return false;
    go_to(f, within(f, moment < (double)INT64_MAX / 2 ? (int64_t)moment : INT64_MAX), want);
    return true;
}

// Whether another moment, or another way of playing, is shown.
static bool move_files(struct fleet *f, const struct want *want)
{
    pthread_mutex_lock(&f->lock);
    struct move to = f->to;
    bool moves = f->moves;
    double speed = f->speed;
    f->moves = false;
    pthread_mutex_unlock(&f->lock);
    bool news = moves || !f->begun;

    if (moves && to.to == MOVE_TIME)
        go_to(f, within(f, to.time), want);
    else if (!f->begun)
        go_to(f, within(f, INT64_MIN), want);
    else if (moves && to.to == MOVE_BY)
        step(f, to.by, want);
    else if (speed > 0 && !moves)
        news = play(f, speed, want);
    else if (!f->follows)
        news = step(f, 1, want);
    if (moves) {
        f->played_ns = clock_ns();
        f->played_from = f->now;
    }
    return news;
}

// --- the picture ---------------------------------------------------------------------------------

static struct host host_now(const struct fleet *f, const struct fleet_host *m)
{
    struct host host = m->host;

    if (!is_begun(f, m))
        host = (struct host){.number = host.number, .source = host.source, .age = -1};
    else
        host.age = m->is_file ? f->now - m->last->time : (clock_ns() - m->came_ns) / CLOCK_SECOND;
    snprintf(host.name, sizeof host.name, "%s", m->host.name);
    host.state = !m->is_file && replay_ended(m->replay) ? HOST_ENDED
                 : !is_begun(f, m)                      ? HOST_WAITING
                 : m->is_file                           ? HOST_RECORDED
                                                        : HOST_LIVE;
    return host;
}

// False: all of it could be read.
static bool damage_of(const struct fleet_host *m, char *line, size_t cap)
{
    if (m->empty && !m->last)
        snprintf(line, cap, "there is no picture in it");
    return (m->empty && !m->last) || replay_damage(m->replay, line, cap);
}

// What cannot be read, and which connections have ended.
static void note(struct fleet *f, struct playback *playback)
{
    struct line line = line_start(playback->note, sizeof playback->note);
    char damage[160];

    playback->ended = f->pipes && !f->files;
    for (size_t i = 0; i < f->n; i++)
        if (!f->at[i].is_file && replay_ended(f->at[i].replay))
            line_add(&line, "%s%s",
                     line.n ? ", " : "the connection has ended: ", f->at[i].host.name);
        else
            playback->ended = false;
    for (size_t i = 0; i < f->n; i++)
        if (damage_of(&f->at[i], damage, sizeof damage))
            line_add(&line, "%s%s: %s", line.n ? "; " : "", f->at[i].host.name, damage);
}

static struct playback playback_now(struct fleet *f)
{
    struct playback playback = {.live = !f->files};
    int64_t ignored;

    pthread_mutex_lock(&f->lock);
    playback.speed = f->speed;
    pthread_mutex_unlock(&f->lock);
    playback.place = !f->files || !f->follows           ? PLACE_BETWEEN
                     : !next_moment(f, false, &ignored) ? PLACE_LAST
                     : !next_moment(f, true, &ignored)  ? PLACE_FIRST
                                                        : PLACE_BETWEEN;
    note(f, &playback);
    return playback;
}

static struct snapshot *picture_of_all(struct fleet *f, const struct playback *playback)
{
    struct snapshot *s = snapshot_new();
    struct recorded *r = recorded_new();

    s->recorded = &r->base;
    s->playback = *playback;
    s->time_ns = clock_ns();
    s->time = f->pipes || f->now == INT64_MIN ? clock_epoch_s() : f->now;
    snprintf(s->system.hostname, sizeof s->system.hostname, "%zu hosts", f->n);
    snprintf(r->version, sizeof r->version, "%s", VERSION);
    r->tables[kind_hosts.id].known = true;
    for (size_t i = 0; i < f->n; i++) {
        vec_push(&s->hosts, host_now(f, &f->at[i]));
        if (is_begun(f, &f->at[i]))
            vec_push(&s->others, snapshot_ref(f->at[i].last));
    }
    qsort(s->hosts.at, s->hosts.n, sizeof *s->hosts.at, gist_order);
    return s;
}

// A host without a picture has one with nothing in it: all of it is unknown.
static struct snapshot *picture_of_one(struct fleet *f, struct fleet_host *m,
                                       const struct playback *playback)
{
    struct snapshot *s = is_begun(f, m) ? snapshot_borrow(m->last) : snapshot_new();

    if (!s->recorded) {
        s->recorded = &recorded_new()->base;
        s->time = f->now > 0 ? f->now : clock_epoch_s();
    }
    s->time_ns = clock_ns();
    s->playback = *playback;
    s->playback.ended = !m->is_file && replay_ended(m->replay);
    s->entered = m->host.number;
    return s;
}

static bool is_same(const struct playback *a, const struct playback *b)
{
    return a->live == b->live && a->ended == b->ended && a->speed == b->speed &&
           a->place == b->place && strcmp(a->note, b->note) == 0;
}

// Whether there is anything new to be shown of what is wanted.
static bool is_news(struct fleet *f, uint64_t place, const struct playback *playback, bool moved)
{
    bool otherwise = place != f->place || !is_same(playback, &f->playback);
    bool news = moved || (f->follows && otherwise), any = f->follows;

    for (size_t i = 0; i < f->n; i++) {
        news |= f->at[i].changed && (!place || f->at[i].host.number == place);
        any |= f->at[i].last != NULL;
    }
    return any && (news || (f->follows && f->pipes && !place)); // the ages of their pictures grow
}

static struct snapshot *picture(void *self, const struct want *want)
{
    struct fleet *f = self;
    uint64_t place = want->ipc_namespace <= f->n ? want->ipc_namespace : 0;
    bool moved = f->files && move_files(f, want);

    for (size_t i = 0; i < f->n; i++)
        if (!f->at[i].is_file)
            read_member(f, i, want);
    f->begun = true;
    struct playback playback = playback_now(f);
    if (!is_news(f, place, &playback, moved))
        return NULL;
    for (size_t i = 0; i < f->n; i++)
        f->at[i].changed = false;
    f->place = place;
    f->playback = playback;
    return place ? picture_of_one(f, &f->at[place - 1], &playback) : picture_of_all(f, &playback);
}

// --- the seam ------------------------------------------------------------------------------------

static void move_to(void *self, const struct move *move)
{
    struct fleet *f = self;

    pthread_mutex_lock(&f->lock);
    replay_add_move(&f->to, &f->moves, &f->speed, move);
    pthread_mutex_unlock(&f->lock);
}

struct source fleet_seam(struct fleet *f)
{
    struct source seam = f->at[0].source;

    seam.self = f;
    seam.picture = picture;
    seam.move = f->files ? move_to : NULL;
    return seam;
}

void fleet_listen(struct fleet *f, void (*news)(void *arg), void *arg)
{
    for (size_t i = 0; i < f->n; i++)
        if (!f->at[i].is_file)
            replay_listen(f->at[i].replay, news, arg);
}

void fleet_stop(struct fleet *f)
{
    for (size_t i = 0; i < f->n; i++)
        replay_stop(f->at[i].replay);
}

bool fleet_damage(struct fleet *f, char *line, size_t cap)
{
    struct line all = line_start(line, cap);
    char damage[160];

    for (size_t i = 0; i < f->n; i++)
        if (damage_of(&f->at[i], damage, sizeof damage))
            line_add(&all, "%s'%s': %s", all.n ? "; " : "", source_of(&f->at[i]), damage);
    return all.n > 0;
}

static bool add_member(struct fleet *f, const struct replay_options *options, char *why, size_t cap)
{
    struct fleet_host *m = &f->at[f->n];
    struct replay_options alone = *options;

    alone.at = NULL;
    m->replay = replay_new(&alone, why, cap);
    if (!m->replay)
        return false;
    m->source = replay_seam(m->replay);
    m->path = options->path;
    m->is_file = !replay_is_pipe(m->replay);
    int64_t first, last;
    m->empty = m->is_file && !replay_times(m->replay, &first, &last);
    m->host = (struct host){.number = (uint32_t)++f->n, .source = source_of(m)};
    name_host(f, m);
    f->files |= m->is_file;
    f->pipes |= !m->is_file;
    return true;
}

static bool begin_at(struct fleet *f, const char *at, char *why, size_t cap)
{
    int64_t moment;

    if (!replay_moment(at, bounds_of(f).last, &moment, why, cap))
        return false;
    if (!f->files)
        snprintf(why, cap, "--at is of a file: a pipe has no other time than the present");
    else
        move_to(f, &(struct move){.to = MOVE_TIME, .time = moment});
    return f->files;
}

struct fleet *fleet_new(const struct replay_options *hosts, size_t n, char *why, size_t cap)
{
    struct fleet *f = mem_zero(1, sizeof *f);
    bool opened = n <= FLEET_MAX;

    pthread_mutex_init(&f->lock, NULL);
    f->now = INT64_MIN;
    f->follows = hosts->follows;
    for (size_t i = 0; i < n && opened; i++)
        opened = add_member(f, &hosts[i], why, cap);
    if (opened && (!hosts->at || begin_at(f, hosts->at, why, cap)))
        return f;
    fleet_free(f);
    return NULL;
}

void fleet_free(struct fleet *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++) {
        snapshot_unref(f->at[i].last);
        replay_free(f->at[i].replay);
    }
    pthread_mutex_destroy(&f->lock);
    free(f);
}
