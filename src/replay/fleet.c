#include "replay/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/line.h"
#include "base/memory.h"
#include "model/kinds/registry.h"
#include "model/table/recorded.h"
#include "replay/fleet_host.h"
#include "replay/fleet_moment.h"
#include "replay/gist.h"

enum { SOURCE_PART = 38 }; // of a name that is told apart by it

struct fleet {
    bool follows, files, pipes; // there are some
    size_t n;
    struct fleet_host at[FLEET_MAX];
    struct fleet_moment moment; // of files

    // The reading thread's.
    uint64_t place;           // host shown last; 0: all
    struct playback playback; // as it was shown last
};

// --- names ---------------------------------------------------------------------------------------

static bool is_taken(const struct fleet *f, const struct fleet_host *m, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (&f->at[i] != m && strcmp(f->at[i].host.name, name) == 0)
            return true;
    return false;
}

// The end of where it is read from: the beginning may be the same of all.
static const char *source_end(const struct fleet_host *m)
{
    const char *source = fleet_host_source(m);
    size_t n = strlen(source), from = n > SOURCE_PART ? n - SOURCE_PART : 0;

    while (from && from < n &&
           ((unsigned char)source[from] & 0xc0) == 0x80) // inside of a character
        from++;
    return source + from;
}

// Its own; where two have the same, with where it is read from, or its number.
static void name_host(struct fleet *f, struct fleet_host *m)
{
    const char *own = m->last ? m->last->system.hostname : "";
    char name[HOST_NAME];

    if (*own)
        snprintf(name, sizeof name, "%s", own);
    else
        snprintf(name, sizeof name, "%.*s", HOST_NAME - 1, fleet_host_source(m));
    if (*own && is_taken(f, m, name))
        snprintf(name, sizeof name, "%.*s (%s)", SOURCE_PART, own, source_end(m));
    if (is_taken(f, m, name))
        snprintf(name, sizeof name, "%.*s (%u)", SOURCE_PART, *own ? own : source_end(m),
                 m->host.number);
    snprintf(m->host.name, sizeof m->host.name, "%s", name);
}

static void name_changed(struct fleet *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct fleet_host *m = &f->at[i];
        if (!m->changed)
            continue;
        name_host(f, m);
        snprintf(m->last->playback.host_name, sizeof m->last->playback.host_name, "%s",
                 m->host.name);
    }
}

// --- the picture ---------------------------------------------------------------------------------

// What cannot be read, and which connections have ended.
static void note(struct fleet *f, struct playback *playback)
{
    struct line line = line_start(playback->note, sizeof playback->note);
    char damage[160];

    playback->ended = f->pipes && !f->files;
    for (size_t i = 0; i < f->n; i++)
        if (fleet_host_ended(&f->at[i]))
            line_add(&line, "%s%s",
                     line.n ? ", " : "the connection has ended: ", f->at[i].host.name);
        else
            playback->ended = false;
    for (size_t i = 0; i < f->n; i++)
        if (fleet_host_damage(&f->at[i], damage, sizeof damage))
            line_add(&line, "%s%s: %s", line.n ? "; " : "", f->at[i].host.name, damage);
}

static struct playback playback_now(struct fleet *f)
{
    struct playback playback = {.live = !f->files};
    int64_t ignored;

    playback.speed = moves_speed(&f->moment.moves);
    playback.place = !f->files || !f->follows                          ? PLACE_BETWEEN
                     : !fleet_moment_next(&f->moment, false, &ignored) ? PLACE_LAST
                     : !fleet_moment_next(&f->moment, true, &ignored)  ? PLACE_FIRST
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
    s->time = f->pipes || f->moment.now == INT64_MIN ? clock_epoch_s() : f->moment.now;
    snprintf(s->system.hostname, sizeof s->system.hostname, "%zu hosts", f->n);
    snprintf(r->version, sizeof r->version, "%s", VERSION);
    r->tables[kind_hosts.id].known = true;
    for (size_t i = 0; i < f->n; i++) {
        vec_push(&s->hosts, fleet_host_row(&f->at[i], f->moment.now));
        if (fleet_host_is_begun(&f->at[i], f->moment.now))
            vec_push(&s->others, snapshot_ref(f->at[i].last));
    }
    qsort(s->hosts.at, s->hosts.n, sizeof *s->hosts.at, gist_order);
    return s;
}

// A host without a picture has one with nothing in it: all of it is unknown.
static struct snapshot *picture_of_one(struct fleet *f, struct fleet_host *m,
                                       const struct playback *playback)
{
    struct snapshot *s =
        fleet_host_is_begun(m, f->moment.now) ? snapshot_borrow(m->last) : snapshot_new();

    if (!s->recorded) {
        s->recorded = &recorded_new()->base;
        s->time = f->moment.now > 0 ? f->moment.now : clock_epoch_s();
    }
    s->time_ns = clock_ns();
    s->playback = *playback;
    s->playback.ended = fleet_host_ended(m);
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
    bool moved = f->files && fleet_moment_move(&f->moment, want);

    for (size_t i = 0; i < f->n; i++)
        if (!f->at[i].is_file)
            fleet_host_read(&f->at[i], want);
    name_changed(f);
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

    moves_add(&f->moment.moves, move);
}

static void listen_to(void *self, void (*news)(void *arg), void *arg)
{
    struct fleet *f = self;

    for (size_t i = 0; i < f->n; i++)
        if (!f->at[i].is_file)
            f->at[i].source.listen(f->at[i].replay, news, arg);
}

static void stop(void *self)
{
    struct fleet *f = self;

    for (size_t i = 0; i < f->n; i++)
        f->at[i].source.stop(f->at[i].replay);
}

static bool damage(void *self, char *line, size_t cap)
{
    struct fleet *f = self;
    struct line all = line_start(line, cap);
    char text[160];

    for (size_t i = 0; i < f->n; i++)
        if (fleet_host_damage(&f->at[i], text, sizeof text))
            line_add(&all, "%s'%s': %s", all.n ? "; " : "", fleet_host_source(&f->at[i]), text);
    return all.n > 0;
}

static bool failed(void *self)
{
    struct fleet *f = self;
    bool any = false;

    for (size_t i = 0; i < f->n; i++)
        any |= f->at[i].source.failed(f->at[i].replay);
    return any;
}

static void release(void *self)
{
    fleet_free(self);
}

struct source fleet_seam(struct fleet *f)
{
    struct source seam = f->at[0].source;

    seam.self = f;
    seam.picture = picture;
    seam.move = f->files ? move_to : NULL;
    seam.listen = listen_to;
    seam.stop = stop;
    seam.piped = f->pipes;
    seam.damage = damage;
    seam.failed = failed;
    seam.free = release;
    return seam;
}

static bool add_member(struct fleet *f, const struct replay_options *options, char *why, size_t cap)
{
    struct fleet_host *m = &f->at[f->n];

    if (!fleet_host_open(m, (uint32_t)f->n + 1, options, why, cap))
        return false;
    f->n++;
    name_host(f, m);
    f->files |= m->is_file;
    f->pipes |= !m->is_file;
    return true;
}

static bool begin_at(struct fleet *f, const char *at, char *why, size_t cap)
{
    int64_t time;

    if (!replay_moment(at, fleet_moment_last(&f->moment), &time, why, cap))
        return false;
    if (!f->files)
        snprintf(why, cap, "--at is of a file: a pipe has no other time than the present");
    else
        move_to(f, &(struct move){.to = MOVE_TIME, .time = time});
    return f->files;
}

struct fleet *fleet_new(const struct replay_options *hosts, size_t n, char *why, size_t cap)
{
    struct fleet *f = mem_zero(1, sizeof *f);
    bool opened = n <= FLEET_MAX;

    moves_init(&f->moment.moves);
    f->follows = f->moment.follows = hosts->follows;
    f->moment.now = INT64_MIN;
    f->moment.hosts = f->at;
    for (size_t i = 0; i < n && opened; i++)
        opened = add_member(f, &hosts[i], why, cap);
    f->moment.n = f->n;
    if (opened && (!hosts->at || begin_at(f, hosts->at, why, cap)))
        return f;
    fleet_free(f);
    return NULL;
}

void fleet_free(struct fleet *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++)
        fleet_host_close(&f->at[i]);
    moves_clear(&f->moment.moves);
    free(f);
}
