#include "ui/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "controller/controller.h"
#include "controller/want.h"
#include "session/commands/save.h"
#include "session/current.h"
#include "session/message.h"
#include "store/file_writer.h"
#include "ui/draw.h"
#include "ui/terminal/keys.h"
#include "ui/terminal/screen.h"
#include "ui/terminal/signals.h"

enum { TERMINAL, SAMPLER, SIGNALS, WRITER, SOURCES };

struct loop {
    struct session *session;
    struct canvas canvas;
    enum scheme scheme; // the terminal shows
    unsigned asked;     // the serial of the question that was shown last
    bool dirty;         // what stands on the screen is not what it should be
    int ended;          // 0, or the signal that ended it
    long ticks;         // left to go; 0: without end
    int64_t tick_ns;    // of the picture that was counted last
};

static bool is_question(const struct session *s)
{
    return s->prompt.type == PROMPT_CONFIRM;
}

static void draw(struct loop *l)
{
    int w, h;

    screen_size(&w, &h);
    canvas_resize(&l->canvas, w, h);
    l->canvas.ascii = screen_ascii();
    if (l->scheme != l->session->scheme) {
        l->scheme = l->session->scheme;
        screen_scheme(l->scheme);
    }
    draw_session(&l->canvas, l->session);
    screen_show(&l->canvas);
    l->dirty = false;
    if (is_question(l->session) && l->session->prompt.serial != l->asked) {
        l->asked = l->session->prompt.serial;
        screen_question_shown();
    }
}

// The sampler itself detects whether anything in it is new.
static void tell_wants(struct loop *l)
{
    struct want want;

    session_want(l->session, &want);
    sampler_want(l->session->sampler, &want);
}

// What was typed before a question stood on the screen does not answer it.
static void drop_keys(void)
{
    struct key_event event;

    while (screen_key(&event))
        ;
}

static void take_keys(struct loop *l)
{
    struct session *s = l->session;
    struct key_event event;
    bool any = false;

    while (!s->quit && !s->suspend && screen_key(&event)) {
        unsigned serial = s->prompt.serial;

        any = true;
        if (is_question(s) && event.key != K_ESC && screen_question_unread())
            continue;
        if (event.key == K_MOUSE)
            draw_mouse(&l->canvas, s, &event);
        session_key(s, &event);
        if (is_question(s) && s->prompt.serial != serial)
            drop_keys();
    }
    l->dirty |= any;
    if (!any && screen_hung_up())
        l->ended = SIGHUP;
}

static void take_signals(struct loop *l)
{
    int number;

    while ((number = signals_next()) != 0) {
        switch (number) {
        case SIGWINCH:
            screen_resize();
            l->dirty = true;
            break;
        case SIGTSTP:
            l->session->suspend = true;
            break;
        case SIGCONT:
            screen_resume();
            l->dirty = true;
            break;
        default:
            l->ended = number;
            return;
        }
    }
}

// A tick may bring several pictures: the tables, then the holders. It is over with the last.
static void count_tick(struct loop *l, const struct snapshot *snapshot)
{
    int64_t interval = (int64_t)(l->session->interval * CLOCK_SECOND);

    if (!l->ticks || snapshot->partial ||
        (l->tick_ns && snapshot->time_ns - l->tick_ns < interval * 9 / 10))
        return;
    l->tick_ns = snapshot->time_ns;
    if (--l->ticks == 0)
        l->session->quit = true;
}

static void take_pictures(struct loop *l)
{
    struct session *s = l->session;
    struct outcome_vec outcomes = {0};
    struct snapshot *snapshot = sampler_take(s->sampler);

    if (snapshot) {
        snapshot_ref(snapshot); // counting reads it after the session may have thrown it away
        session_adopt(s, snapshot);
        count_tick(l, snapshot);
        snapshot_unref(snapshot);
        l->dirty = true;
    }
    if (sampler_outcomes(s->sampler, &outcomes)) {
        unsigned serial = s->prompt.serial;

        session_outcomes(s, &outcomes); // a name that was looked up leads to a question
        if (is_question(s) && s->prompt.serial != serial)
            drop_keys();
        l->dirty = true;
    }
    vec_free(&outcomes);
    session_check_audit(s);
}

static void take_written(struct loop *l)
{
    unsigned serial = l->session->prompt.serial;

    save_results(l->session);
    if (l->session->prompt.serial != serial)
        drop_keys();
    l->dirty = true;
}

// Does what keys asked of the loop; says how long to sleep at most, in milliseconds.
static int settle(struct loop *l)
{
    struct session *s = l->session;
    bool said = s->message[0];
    int64_t fades, now = clock_ns(), expires = session_expire(s, now);

    l->dirty |= said && !s->message[0];
    l->dirty |= session_expire_changes(s, now, &fades);
    if (s->suspend) {
        s->suspend = false;
        screen_suspend();
        l->dirty = true;
    }
    if (s->redraw) {
        s->redraw = false;
        screen_redraw();
        l->dirty = true;
    }
    tell_wants(l);
    if (l->dirty)
        draw(l);
    if (!expires || (fades && fades < expires))
        expires = fades;
    if (!expires)
        return -1;
    int64_t ms = (expires - now) / CLOCK_MS + 1;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

static void turn(struct loop *l)
{
    // clang-format off
    struct pollfd fds[SOURCES] = {
        [TERMINAL] = {.fd = STDIN_FILENO, .events = POLLIN},
        [SAMPLER] = {.fd = sampler_fd(l->session->sampler), .events = POLLIN},
        [SIGNALS] = {.fd = signals_fd(), .events = POLLIN},
        [WRITER] = {.fd = -1, .events = POLLIN},
    };
    // clang-format on

    // A result waits while a prompt is open.
    if (l->session->options.writer && l->session->prompt.type == PROMPT_NONE)
        fds[WRITER].fd = file_writer_fd(l->session->options.writer);
    int sleep = settle(l);
    l->ended = signals_caught();
    if (l->ended)
        return;
    if (poll(fds, SOURCES, sleep) < 0) {
        if (errno != EINTR)
            l->ended = SIGHUP;
        return;
    }
    if (fds[SIGNALS].revents)
        take_signals(l);
    if (!l->ended && fds[TERMINAL].revents)
        take_keys(l);
    if (!l->ended && fds[SAMPLER].revents)
        take_pictures(l);
    if (!l->ended && fds[WRITER].revents)
        take_written(l);
}

int loop_run(struct session *session, long ticks)
{
    struct loop l = {.session = session, .dirty = true, .ticks = ticks, .scheme = session->scheme};

    session->has_colors = screen_color();
    while (!session->quit && !l.ended)
        turn(&l);
    if (l.ended)
        screen_rescue(); // the terminal may be gone, or not reading
    else
        screen_stop();
    if (!l.ended)
        l.ended = signals_caught(); // while it was stopped
    signals_last();
    canvas_free(&l.canvas);
    return l.ended ? 128 + l.ended : 0;
}
