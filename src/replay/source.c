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
#include "base/memory.h"
#include "base/moment.h"
#include "replay/document.h"
#include "replay/moves.h"
#include "replay/pipe.h"
#include "replay/player.h"

struct replay {
    struct player *player; // of a file; else:
    struct pipe_reader *pipe;
    int fd; // of the pipe, until it is listened to; -1
    bool follows;
    struct moves moves;
    struct damage damage;

    // The reading thread's, of a pipe.
    char *last; // the text of its last picture, to be shown again at the end
    size_t last_n;
    size_t too_long; // lines that were noted
    bool ended;

    pthread_mutex_t lock; // for `pipe` while it is not listened to
};

// --- a pipe --------------------------------------------------------------------------------------

static struct snapshot *pipe_line(struct replay *r, const char *line, size_t n,
                                  const struct want *want)
{
    struct document_report report;
    struct snapshot *s = document_show(line, n, &r->damage, want, &report);

    if (s)
        s->playback.live = true;
    else
        damage_leave_out(&r->damage, -1, report.note);
    return s;
}

static void note_too_long(struct replay *r, size_t n)
{
    while (r->too_long < n) {
        r->too_long++;
        damage_leave_out(&r->damage, -1, "its line is too long");
    }
}

// The last picture once more, of which the connection has ended.
static struct snapshot *pipe_end(struct replay *r, const struct pipe_state *state,
                                 const struct want *want)
{
    r->ended = true;
    if (state->error)
        damage_fail(&r->damage, state->error);
    else if (state->cut)
        damage_leave_out(&r->damage, -1, "the last one is cut off");
    if (!r->follows || !r->last)
        return NULL;
    struct snapshot *s = pipe_line(r, r->last, r->last_n, want);
    s->playback.ended = true;
    return s;
}

static void listen_to(void *self, void (*news)(void *arg), void *arg)
{
    struct replay *r = self;

    pthread_mutex_lock(&r->lock); // the sampler may ask for a picture at the same time
    if (!r->player && !r->pipe) {
        r->pipe = pipe_reader_new(r->fd, r->follows, news, arg);
        r->fd = -1;
    }
    pthread_mutex_unlock(&r->lock);
}

static struct snapshot *pipe_picture(struct replay *r, const struct want *want)
{
    struct pipe_state state;
    size_t n;
    char *line;

    if (!r->follows)
        listen_to(r, NULL, NULL);
    pthread_mutex_lock(&r->lock);
    bool listens = r->pipe;
    pthread_mutex_unlock(&r->lock);
    if (!listens) // it will be said when there is something
        return NULL;
    while ((line = pipe_reader_take(r->pipe, !r->follows, &n, &state))) {
        note_too_long(r, state.too_long);
        struct snapshot *s = pipe_line(r, line, n, want);
        if (s) {
            free(r->last);
            r->last = line;
            r->last_n = n;
            return s;
        }
        free(line);
    }
    note_too_long(r, state.too_long);
    return state.ended && !r->ended ? pipe_end(r, &state, want) : NULL;
}

// --- the seam ------------------------------------------------------------------------------------

static struct snapshot *picture(void *self, const struct want *want)
{
    struct replay *r = self;

    return r->player ? player_picture(r->player, want) : pipe_picture(r, want);
}

static void move_to(void *self, const struct move *move)
{
    struct replay *r = self;

    moves_add(&r->moves, move);
}

static void act(void *self, const struct action *action, struct outcome *outcome)
{
    (void)self;
    *outcome = (struct outcome){.action = *action, .error = -EROFS};
}

static void stop(void *self)
{
    struct replay *r = self;

    if (r->player)
        player_stop(r->player);
    else if (r->pipe)
        pipe_reader_stop(r->pipe);
}

static bool damage(void *self, char *line, size_t cap)
{
    return damage_text(&((struct replay *)self)->damage, line, cap);
}

static bool failed(void *self)
{
    return damage_failed(&((struct replay *)self)->damage);
}

static void release(void *self)
{
    replay_free(self);
}

struct source replay_seam(struct replay *r)
{
    return (struct source){.self = r,
                           .picture = picture,
                           .move = r->player ? move_to : NULL,
                           .listen = listen_to,
                           .stop = stop,
                           .piped = !r->player,
                           .damage = damage,
                           .failed = failed,
                           .free = release,
                           .act = act};
}

bool replay_ended(const struct replay *r)
{
    return r->ended;
}

bool replay_near(struct replay *r, int64_t time, bool back, int64_t *found)
{
    return r->player && player_near(r->player, time, back, found);
}

bool replay_times(struct replay *r, int64_t *first, int64_t *last)
{
    return r->player && player_times(r->player, first, last);
}

// --- opening -------------------------------------------------------------------------------------

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
    int64_t first = INT64_MIN, last = INT64_MAX, time, found;
    bool any = replay_times(r, &first, &last);

    if (!replay_moment(at, last, &time, why, cap))
        return false;
    if (any && time != INT64_MIN && time != INT64_MAX && !replay_near(r, time + 1, true, &found)) {
        char when[32];
        struct tm tm;
        strftime(when, sizeof when, "%F %T", localtime_r(&(time_t){(time_t)first}, &tm));
        snprintf(why, cap, "--at '%s': the recording begins at %s: that picture is shown", at,
                 when);
    }
    if (!r->player)
        snprintf(why, cap, "--at is of a file: a pipe has no other time than the present");
    else
        move_to(r, &(struct move){.to = MOVE_TIME, .time = time});
    return r->player;
}

static bool is_directory(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

// False: *why says what is wrong with it.
static bool open_path(struct replay *r, const char *path, char *why, size_t cap)
{
    int error = 0;
    struct tape *tape = tape_open(path, &error);
    const char *reader = tape ? tape_compressed(tape) : NULL;

    if (reader) {
        snprintf(why, cap, "--from '%s': it is compressed: %s %s | ipctop --from -", path, reader,
                 path);
        tape_free(tape);
        return false;
    }
    if (tape)
        r->player = player_new(tape, r->follows, &r->moves, &r->damage);
    if (error == EINVAL) { // no regular file
        // Of a FIFO that nothing writes to yet: fifo(7). It is read when poll(2) has something.
        r->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        error = r->fd < 0 ? errno : is_directory(r->fd) ? EISDIR : 0;
    }
    if (error)
        snprintf(why, cap, "--from '%s': %s", path, strerror(error));
    return !error;
}

struct replay *replay_new(const struct replay_options *o, char *why, size_t cap)
{
    struct replay *r = mem_zero(1, sizeof *r);

    pthread_mutex_init(&r->lock, NULL);
    moves_init(&r->moves);
    damage_init(&r->damage);
    r->follows = o->follows;
    r->fd = o->path ? -1 : o->fd;
    if ((!o->path || open_path(r, o->path, why, cap)) && (!o->at || begin_at(r, o->at, why, cap)))
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
    player_free(r->player);
    free(r->last);
    damage_clear(&r->damage);
    moves_clear(&r->moves);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
