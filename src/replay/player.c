#include "replay/player.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "replay/document.h"
#include "replay/past.h"

struct player {
    struct tape *tape;
    struct past *past; // where it is followed; else NULL
    struct moves *moves;
    struct damage *damage;

    bool shown;       // there was a picture:
    struct span here; // its line
    int64_t now;      // its time
    int place;        // as it was shown

    int64_t barren_after,
        barren_end;        // no picture comes after that offset, of a tape that ended there
    int64_t barren_before; // nor any before that one; -1: not known
    int64_t played_ns;     // CLOCK_MONOTONIC when the picture of `played_time` was due
    int64_t played_time;
};

// --- lines ---------------------------------------------------------------------------------------

// Of a file that is followed the last line may still be written.
static bool next_line(struct player *p, int64_t from, struct span *line)
{
    bool barren = from >= p->barren_after && tape_end(p->tape) == p->barren_end;

    return !barren && tape_next(p->tape, from, line) &&
           !(p->past && tape_is_unfinished(p->tape, line));
}

static bool previous_line(struct player *p, int64_t before, struct span *line)
{
    return before > p->barren_before && tape_previous(p->tape, before, line);
}

// The last one at or before a time; the first one where all are later.
static bool find_line(struct player *p, int64_t time, struct span *line)
{
    int64_t at;
    bool any = tape_find(p->tape, time, line);

    if (!any || !p->past || !tape_is_unfinished(p->tape, line))
        return any;
    while ((any = tape_previous(p->tape, line->start, line)) && !tape_time(p->tape, line, &at))
        continue;
    return any;
}

static int place_of(struct player *p)
{
    struct span other;

    return !next_line(p, p->here.end, &other)         ? PLACE_LAST
           : !previous_line(p, p->here.start, &other) ? PLACE_FIRST
                                                      : PLACE_BETWEEN;
}

static void note_unread(struct player *p, struct snapshot *s)
{
    struct span line;

    if (tape_error(p->tape)) {
        damage_fail(p->damage, tape_error(p->tape));
        damage_text(p->damage, s->playback.note, sizeof s->playback.note);
    } else if (!s->playback.note[0] && p->place == PLACE_LAST &&
               tape_next(p->tape, p->here.end, &line) && tape_is_open(p->tape, &line)) {
        snprintf(s->playback.note, sizeof s->playback.note,
                 "the last picture is cut off, or is being written");
    }
}

static struct snapshot *picture_at(struct player *p, const struct span *line,
                                   const struct want *want)
{
    size_t n = 0;
    char *text = tape_text(p->tape, line, &n);

    if (!text && tape_error(p->tape)) {
        damage_fail(p->damage, tape_error(p->tape));
        return NULL;
    }
    struct document_report report;
    struct snapshot *s = document_show(text, n, p->damage, want, &report);
    free(text);
    if (!s && !(p->past && tape_is_open(p->tape, line))) // what is still written is not damaged yet
        damage_leave_out(p->damage, line->start, report.note);
    if (!s)
        return NULL;
    if (p->past)
        past_add(p->past, p->tape, line, s);
    p->here = *line;
    p->shown = true;
    p->now = s->time;
    s->playback.speed = moves_speed(p->moves);
    if (p->past) {
        p->place = s->playback.place = place_of(p);
        note_unread(p, s);
    }
    return s;
}

// The next picture from a line on, over what is damaged; back: the one before it.
static struct snapshot *picture_from(struct player *p, struct span line, bool back,
                                     const struct want *want)
{
    int64_t begin = line.start, end = line.end;

    for (;;) {
        struct snapshot *s = picture_at(p, &line, want);
        if (s)
            return s;
        if (back ? !previous_line(p, line.start, &line) : !next_line(p, line.end, &line))
            break;
    }
    if (tape_error(p->tape))
        damage_fail(p->damage, tape_error(p->tape));
    else if (back)
        p->barren_before = end + 1;
    else {
        p->barren_after = begin - 1;
        p->barren_end = tape_end(p->tape);
    }
    return NULL;
}

// --- ways to go ----------------------------------------------------------------------------------

// The picture of now, with how it is played.
static struct snapshot *stay(struct player *p, const struct want *want)
{
    struct span line = p->here;

    if (line.start < tape_begin(p->tape) && !tape_next(p->tape, tape_begin(p->tape), &line))
        return NULL;
    return picture_from(p, line, false, want);
}

static struct snapshot *first_picture(struct player *p, const struct want *want)
{
    struct span line;

    return next_line(p, tape_begin(p->tape), &line) ? picture_from(p, line, false, want) : NULL;
}

static struct snapshot *step(struct player *p, int by, const struct want *want)
{
    struct span line = p->here, next;
    bool back = by < 0, any = false;

    for (int i = 0; i < abs(by); i++) {
        if (back ? !previous_line(p, line.start, &next) : !next_line(p, line.end, &next))
            break;
        line = next;
        any = true;
    }
    struct snapshot *s = any ? picture_from(p, line, back, want) : NULL;
    return s || !p->past ? s : stay(p, want); // which has the reason
}

static struct snapshot *go_to(struct player *p, int64_t time, const struct want *want)
{
    struct span line;

    if (!find_line(p, time, &line))
        return NULL;
    if (p->shown && line.start == p->here.start)
        return NULL;                                        // there already
    struct snapshot *s = picture_from(p, line, true, want); // at or before it
    if (!s)
        s = picture_from(p, line, false, want);
    if (s && time != INT64_MIN && s->time > time)
        snprintf(s->playback.note, sizeof s->playback.note, "it begins here: nothing is of before");
    return s;
}

// As many pictures on as time went by, times the speed.
static struct snapshot *play(struct player *p, double speed, const struct want *want)
{
    int64_t now = clock_ns();
    double passed = (double)(now - p->played_ns) / (double)CLOCK_SECOND * speed;
    struct span line = p->here, next;
    int64_t time;
    bool any = false;

    while (next_line(p, line.end, &next)) {
        if (tape_time(p->tape, &next, &time) && (double)(time - p->played_time) > passed)
            break;
        line = next;
        any = true;
    }
    return any ? picture_from(p, line, false, want) : NULL;
}

static struct snapshot *go(struct player *p, const struct way *way, const struct want *want)
{
    switch (way->to) {
    case WAY_BEGIN:
        return first_picture(p, want);
    case WAY_TIME:
        return go_to(p, way->time, want);
    case WAY_STEPS:
        return step(p, way->by, want);
    case WAY_PLAY:
        return play(p, way->speed, want);
    case WAY_STAY:
        break;
    }
    return way->moved ? stay(p, want) : NULL;
}

struct snapshot *player_picture(struct player *p, const struct want *want)
{
    const struct way way = moves_take(p->moves, p->shown, p->past);

    if (p->past)
        tape_measure(p->tape);
    struct snapshot *s = go(p, &way, want);
    if (!s && p->past && p->shown && place_of(p) != p->place) // it has grown
        s = stay(p, want);
    if (!s && tape_error(p->tape))
        damage_fail(p->damage, tape_error(p->tape));
    if (way.moved) {
        p->played_ns = clock_ns();
        p->played_time = p->now;
    }
    return s;
}

// --- times ---------------------------------------------------------------------------------------

bool player_near(struct player *p, int64_t time, bool back, int64_t *found)
{
    struct span line;
    int64_t at;

    if (back && time == INT64_MIN) // no picture has been shown
        return false;
    if (p->past)
        tape_measure(p->tape);
    // Its last picture at or before that time; the first one where all are later.
    bool any = find_line(p, back ? time - 1 : time, &line) && tape_time(p->tape, &line, &at);

    if (!any || (back && at >= time))
        return false;
    while (!back && any && at <= time) {
        any = next_line(p, line.end, &line);
        if (any)
            tape_time(p->tape, &line, &at); // of a damaged line it stays
    }
    *found = at;
    return any;
}

bool player_times(struct player *p, int64_t *first, int64_t *last)
{
    struct span line;
    bool any = find_line(p, INT64_MIN, &line) && tape_time(p->tape, &line, first);

    return any && find_line(p, INT64_MAX, &line) && tape_time(p->tape, &line, last);
}

// -------------------------------------------------------------------------------------------------

struct player *player_new(struct tape *tape, bool follows, struct moves *moves,
                          struct damage *damage)
{
    struct player *p = mem_zero(1, sizeof *p);

    *p = (struct player){
        .tape = tape, .moves = moves, .damage = damage, .barren_end = -1, .barren_before = -1};
    if (follows)
        p->past = past_new();
    return p;
}

void player_stop(struct player *p)
{
    tape_stop(p->tape);
}

void player_free(struct player *p)
{
    if (!p)
        return;
    tape_free(p->tape);
    past_free(p->past);
    free(p);
}
