// In a recording: to another picture.
#include <stdio.h>
#include <time.h>

#include "base/moment.h"
#include "base/text.h"
#include "engine/sampler.h"
#include "session/commands/groups.h"
#include "session/message.h"
#include "session/prompt/prompt.h"
#include "session/session.h"

// NULL: there is no way but this picture.
static const struct playback *playback(const struct session *s)
{
    const bool recorded = s->snapshot && s->snapshot->recorded;

    return recorded && !s->snapshot->playback.live ? &s->snapshot->playback : NULL;
}

// NULL, after saying why: nothing is recorded here.
static const struct playback *recording(struct session *s)
{
    const bool recorded = s->snapshot && s->snapshot->recorded;

    if (playback(s))
        return playback(s);
    session_say(s, SEVERITY_WARNING,
                recorded ? "pictures come as they are taken: there is no way back"
                         : "only in a recording: ipctop --from FILE");
    return NULL;
}

static void go(struct session *s, const struct move *move)
{
    s->message[0] = '\0';        // what it says is of the picture that is left
    s->refresh_once = s->frozen; // that picture is wanted all the same
    sampler_move(s->sampler, move);
}

static void go_by(struct session *s, int by)
{
    const struct playback *recorded = recording(s);

    if (recorded && recorded->place == (by > 0 ? PLACE_LAST : PLACE_FIRST))
        session_say(s, SEVERITY_NOTICE, "this is the %s picture", by > 0 ? "last" : "first");
    else if (recorded)
        go(s, &(struct move){.to = MOVE_BY, .by = by});
}

// A time without a date is one of the day that is shown.
static int64_t day_end(int64_t time)
{
    time_t now = (time_t)time;
    struct tm tm;

    if (!localtime_r(&now, &tm))
        return time;
    tm.tm_hour = 23;
    tm.tm_min = tm.tm_sec = 59;
    tm.tm_isdst = -1;
    return mktime(&tm);
}

static void time_done(struct session *s, bool accepted)
{
    struct prompt *p = &s->prompt;
    struct move move = {.to = MOVE_TIME};

    if (!accepted || !p->text[0] || !s->snapshot)
        return;
    if (!moment_parse(p->text, day_end(s->snapshot->time), &move.time)) {
        snprintf(p->error, sizeof p->error,
                 "a time as 03:12, 2026-11-28 03:12, first or last is needed");
        return;
    }
    go(s, &move);
}

static void run_time(struct session *s)
{
    if (recording(s))
        prompt_open(&s->prompt, PROMPT_LINE, time_done, "Go to time");
}

static void speed_done(struct session *s, bool accepted)
{
    struct prompt *p = &s->prompt;
    int64_t speed;

    if (!accepted)
        return;
    if (!text_parse_int(p->text[0] ? p->text : "1", 1, 100000, &speed)) {
        snprintf(p->error, sizeof p->error, "a number from 1 to 100000 is needed");
        return;
    }
    go(s, &(struct move){.to = MOVE_PLAY, .speed = (double)speed});
}

static void run_play(struct session *s)
{
    const struct playback *recorded = recording(s);

    if (!recorded)
        return;
    if (recorded->speed > 0) {
        go(s, &(struct move){.to = MOVE_PLAY});
        return;
    }
    prompt_open(&s->prompt, PROMPT_LINE, speed_done, "Playback speed (1: as recorded)");
}

// On the bar, of a recording.

static bool in_recording(struct session *s, const struct command *command)
{
    (void)command;
    return playback(s);
}

static const char *play_label(struct session *s)
{
    const struct playback *recorded = playback(s);

    return !recorded ? NULL : recorded->speed > 0 ? "Stop" : "Play";
}

// clang-format off
static const struct command commands[] = {
    {.name = "picture-next", .label = "Next", .works = in_recording, .keys = {'t'}, .run_by = go_by, .by = 1,
     .help = "the next picture"},
    {.name = "picture-previous", .label = "Previous", .works = in_recording, .keys = {'T'}, .run_by = go_by, .by = -1,
     .help = "the picture before"},
    {.name = "picture-time", .label = "Time", .works = in_recording, .keys = {'b'}, .run = run_time,
     .help = "go to a time: 03:12, 2026-11-28 03:12, first, last"},
    {.name = "play", .label_here = play_label, .keys = {'P'}, .run = run_play,
     .help = "play at so many times the speed; again: stop"},
};
// clang-format on

const struct command_group replay_commands = {"Recordings", commands,
                                              sizeof commands / sizeof *commands};
