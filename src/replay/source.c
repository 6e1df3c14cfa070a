#include "replay/source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/moment.h"
#include "replay/document.h"
#include "replay/past.h"
#include "replay/pipe.h"
#include "replay/tape.h"

enum { REASON = 200 };

struct replay {
    struct tape *tape; // with:
    struct past *past;
    // else:
    struct pipe_reader *pipe;
    int fd; // of the pipe, until it is listened to; -1
    bool follows;

    // The reading thread's.
    struct span here; // line of the picture shown last
    bool shown;       // there was one
    char *last;       // of a pipe: its text, to be shown again at the end
    size_t last_n;
    bool told_end;
    int64_t played_ns; // CLOCK_MONOTONIC when the picture of `played_time` was due
    int64_t played_time;
    int64_t now; // time of the picture shown last

    pthread_mutex_t lock; // for all that follows
    struct move to;
    bool moves;
    double speed;
    size_t damaged;
    char reason[REASON]; // of the first
};

static void note_damage(struct replay *r, const char *reason, bool counts)
{
    pthread_mutex_lock(&r->lock);
    if (!r->reason[0])
        snprintf(r->reason, sizeof r->reason, "%s", reason);
    r->damaged += counts;
    pthread_mutex_unlock(&r->lock);
}

bool replay_damage(struct replay *r, char *line, size_t cap)
{
    pthread_mutex_lock(&r->lock);
    bool any = r->reason[0] != '\0';
    if (r->damaged)
        snprintf(line, cap, "%zu picture%s left out; the first: %s", r->damaged,
                 r->damaged == 1 ? " is" : "s are", r->reason);
    else if (any)
        snprintf(line, cap, "%s", r->reason);
    pthread_mutex_unlock(&r->lock);
    return any;
}

// NULL where the line is no picture, which is noted.
static struct snapshot *read_picture(struct replay *r, const char *text, size_t n,
                                     const struct want *want)
{
    struct document_report report = {0};
    struct snapshot *s = text ? document_read(text, n, &report) : NULL;

    if (!text)
        snprintf(report.note, sizeof report.note, "it is too long, or cannot be read");
    if (report.note[0])
        note_damage(r, report.note, !s);
    if (!s)
        return NULL;
    s->orphan_age = want->orphan_age;
    s->playback.live = r->pipe != NULL;
    pthread_mutex_lock(&r->lock);
    s->playback.speed = r->speed;
    pthread_mutex_unlock(&r->lock);
    replay_damage(r, s->playback.note, sizeof s->playback.note);
    r->now = s->time;
    return s;
}

// --- a file --------------------------------------------------------------------------------------

static struct snapshot *picture_at(struct replay *r, const struct span *line,
                                   const struct want *want)
{
    size_t n = 0;
    char *text = tape_text(r->tape, line, &n);
    struct snapshot *s = read_picture(r, text, n, want);
    struct span other;

    free(text);
    if (!s)
        return NULL;
    if (r->follows)
        past_add(r->past, r->tape, line, s);
    r->here = *line;
    r->shown = true;
    s->playback.place = !tape_next(r->tape, line->end, &other)         ? PLACE_LAST
                        : !tape_previous(r->tape, line->start, &other) ? PLACE_FIRST
                                                                       : PLACE_BETWEEN;
    return s;
}

// The next picture from a line on, over what is damaged; back: the one before it.
static struct snapshot *picture_from(struct replay *r, struct span line, bool back,
                                     const struct want *want)
{
    for (;;) {
        struct snapshot *s = picture_at(r, &line, want);
        if (s)
            return s;
        if (back ? !tape_previous(r->tape, line.start, &line)
                 : !tape_next(r->tape, line.end, &line))
            return NULL;
    }
}

static struct snapshot *step(struct replay *r, int by, const struct want *want)
{
    struct span line = r->here, next;
    bool back = by < 0, any = false;

    for (int i = 0; i < abs(by); i++) {
        if (back ? !tape_previous(r->tape, line.start, &next)
                 : !tape_next(r->tape, line.end, &next))
            break;
        line = next;
        any = true;
    }
    return any ? picture_from(r, line, back, want) : NULL;
}

static struct snapshot *go_to(struct replay *r, int64_t time, const struct want *want)
{
    struct span line;

    if (!tape_find(r->tape, time, &line))
        return NULL;
    if (r->shown && line.start == r->here.start)
        return NULL;                                        // there already
    struct snapshot *s = picture_from(r, line, true, want); // at or before it
    if (!s)
        s = picture_from(r, line, false, want);
    if (s && time != INT64_MIN && s->time > time)
        snprintf(s->playback.note, sizeof s->playback.note, "it begins here: nothing is of before");
    return s;
}

// As many pictures on as time went by, times the speed.
static struct snapshot *play(struct replay *r, double speed, const struct want *want)
{
    int64_t now = clock_ns();
    double passed = (double)(now - r->played_ns) / (double)CLOCK_SECOND * speed;
    struct span line = r->here, next;
    int64_t time;
    bool any = false;

    while (tape_next(r->tape, line.end, &next)) {
        if (tape_time(r->tape, &next, &time) && (double)(time - r->played_time) > passed)
            break;
        line = next;
        any = true;
    }
    return any ? picture_from(r, line, false, want) : NULL;
}

static struct snapshot *first_picture(struct replay *r, const struct want *want)
{
    struct span line;

    return tape_next(r->tape, 0, &line) ? picture_from(r, line, false, want) : NULL;
}

static struct snapshot *file_picture(struct replay *r, const struct want *want)
{
    pthread_mutex_lock(&r->lock);
    struct move to = r->to;
    bool moves = r->moves;
    double speed = r->speed;
    r->moves = false;
    pthread_mutex_unlock(&r->lock);
    struct snapshot *s = NULL;

    if (moves && to.to == MOVE_TIME)
        s = go_to(r, to.time, want);
    else if (!r->shown)
        s = first_picture(r, want);
    else if (moves && to.to == MOVE_BY)
        s = step(r, to.by, want);
    else if (speed > 0 && !moves)
        s = play(r, speed, want);
    else if (!r->follows)
        s = step(r, 1, want);
    else if (moves) // how it is played has changed: that is shown
        s = picture_at(r, &r->here, want);
    if (moves) {
        r->played_ns = clock_ns();
        r->played_time = r->now;
    }
    return s;
}

// --- a pipe --------------------------------------------------------------------------------------

static struct snapshot *pipe_picture(struct replay *r, const struct want *want)
{
    size_t n, cut;
    bool ended = false;
    char *line;

    if (!r->follows)
        replay_listen(r, NULL, NULL);
    pthread_mutex_lock(&r->lock);
    bool listens = r->pipe;
    pthread_mutex_unlock(&r->lock);
    if (!listens) // it will be said when there is something
        return NULL;
    while ((line = pipe_reader_take(r->pipe, !r->follows, &n, &ended, &cut))) {
        struct snapshot *s = read_picture(r, line, n, want);
        if (s) {
            free(r->last);
            r->last = line;
            r->last_n = n;
            return s;
        }
        free(line);
    }
    if (!ended || r->told_end)
        return NULL;
    r->told_end = true;
    if (cut)
        note_damage(r, "the last one is cut off", true);
    if (!r->follows || !r->last)
        return NULL;
    struct snapshot *s = read_picture(r, r->last, r->last_n, want);
    s->playback.ended = true;
    return s;
}

// --- the seam ------------------------------------------------------------------------------------

static struct snapshot *picture(void *self, const struct want *want)
{
    struct replay *r = self;

    return r->tape ? file_picture(r, want) : pipe_picture(r, want);
}

void replay_add_move(struct move *to, bool *moves, double *speed, const struct move *move)
{
    // Steps asked for in the meantime add up.
    int before = *moves && to->to == MOVE_BY && move->to == MOVE_BY ? to->by : 0;

    *to = *move;
    to->by += before;
    *moves = true;
    if (move->to == MOVE_PLAY)
        *speed = move->speed;
    else if (move->to == MOVE_BY)
        *speed = 0;
}

static void move_to(void *self, const struct move *move)
{
    struct replay *r = self;

    pthread_mutex_lock(&r->lock);
    replay_add_move(&r->to, &r->moves, &r->speed, move);
    pthread_mutex_unlock(&r->lock);
}

static void act(void *self, const struct action *action, struct outcome *outcome)
{
    (void)self;
    *outcome = (struct outcome){.action = *action, .error = -EROFS};
}

static struct prober *no_prober(void *self)
{
    (void)self;
    return NULL;
}

static void no_prober_free(void *self, struct prober *prober)
{
    (void)self;
    (void)prober;
}

struct source replay_seam(struct replay *r)
{
    return (struct source){.self = r,
                           .picture = picture,
                           .move = r->tape ? move_to : NULL,
                           .prober_new = no_prober,
                           .prober_free = no_prober_free,
                           .act = act};
}

void replay_listen(struct replay *r, void (*news)(void *arg), void *arg)
{
    pthread_mutex_lock(&r->lock); // the sampler may ask for a picture at the same time
    if (!r->tape && !r->pipe) {
        r->pipe = pipe_reader_new(r->fd, r->follows, news, arg);
        r->fd = -1;
    }
    pthread_mutex_unlock(&r->lock);
}

void replay_stop(struct replay *r)
{
    if (r->pipe)
        pipe_reader_stop(r->pipe);
}

bool replay_is_pipe(const struct replay *r)
{
    return !r->tape;
}

bool replay_ended(const struct replay *r)
{
    return r->told_end;
}

bool replay_near(struct replay *r, int64_t time, bool back, int64_t *found)
{
    struct span line;
    int64_t at;

    if (back && time == INT64_MIN) // no picture has been shown
        return false;
    // Its last picture at or before that time; the first one where all are later.
    bool any = r->tape && tape_find(r->tape, back ? time - 1 : time, &line) &&
               tape_time(r->tape, &line, &at);

    if (!any || (back && at >= time))
        return false;
    while (!back && any && at <= time) {
        any = tape_next(r->tape, line.end, &line);
        if (any)
            tape_time(r->tape, &line, &at); // of a damaged line it stays
    }
    *found = at;
    return any;
}

bool replay_times(struct replay *r, int64_t *first, int64_t *last)
{
    struct span line;
    bool any = r->tape && tape_find(r->tape, INT64_MIN, &line) && tape_time(r->tape, &line, first);

    return any && tape_find(r->tape, INT64_MAX, &line) && tape_time(r->tape, &line, last);
}

bool replay_moment(const char *at, int64_t until, int64_t *time, char *why, size_t cap)
{
    bool none = until == INT64_MAX || until == INT64_MIN;

    if (moment_parse(at, none ? clock_epoch_s() : until, time))
        return true;
    snprintf(why, cap, "--at '%s': " MOMENT_FORMS " is needed", at);
    return false;
}

// Where to begin. False: *why says what is wrong with it.
static bool begin_at(struct replay *r, const char *at, char *why, size_t cap)
{
    int64_t first = INT64_MIN, last = INT64_MAX, time;

    replay_times(r, &first, &last);
    if (!replay_moment(at, last, &time, why, cap))
        return false;
    if (r->tape && time != INT64_MIN && time < first) {
        char when[32];
        struct tm tm;
        strftime(when, sizeof when, "%F %T", localtime_r(&(time_t){(time_t)first}, &tm));
        snprintf(why, cap, "--at '%s': the recording begins at %s: that picture is shown", at,
                 when);
    }
    if (!r->tape)
        snprintf(why, cap, "--at is of a file: a pipe has no other time than the present");
    else
        move_to(r, &(struct move){.to = MOVE_TIME, .time = time});
    return r->moves;
}

static bool is_directory(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

struct replay *replay_new(const struct replay_options *o, char *why, size_t cap)
{
    struct replay *r = mem_zero(1, sizeof *r);
    int error = 0;

    pthread_mutex_init(&r->lock, NULL);
    r->follows = o->follows;
    r->fd = o->path ? -1 : o->fd;
    if (o->path)
        r->tape = tape_open(o->path, &error);
    if (error == EINVAL) { // no regular file
        // Of a FIFO that nothing writes to yet: fifo(7). It is read when poll(2) has something.
        r->fd = open(o->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        error = r->fd < 0 ? errno : is_directory(r->fd) ? EISDIR : 0;
    }
    if (r->tape && r->follows)
        r->past = past_new();
    if (error)
        snprintf(why, cap, "--from '%s': %s", o->path, strerror(error));
    if (!error && (!o->at || begin_at(r, o->at, why, cap)))
        return r;
    replay_free(r);
    return NULL;
}

void replay_free(struct replay *r)
{
    if (!r)
        return;
    pipe_reader_free(r->pipe);
    if (r->fd >= 0)
        close(r->fd);
    tape_free(r->tape);
    past_free(r->past);
    free(r->last);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
