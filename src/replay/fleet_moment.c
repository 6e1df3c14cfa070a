#include "replay/fleet_moment.h"

#include <stdlib.h>

#include "base/clock.h"

static bool next_after(const struct fleet_moment *m, int64_t from, bool back, int64_t *next)
{
    bool any = false;
    int64_t time;

    for (size_t i = 0; i < m->n; i++) {
        const struct fleet_host *host = &m->hosts[i];
        if (!host->is_file || !replay_near(host->replay, from, back, &time))
            continue;
        if (!any || (back ? time > *next : time < *next))
            *next = time;
        any = true;
    }
    return any;
}

bool fleet_moment_next(const struct fleet_moment *m, bool back, int64_t *next)
{
    return next_after(m, m->now, back, next);
}

static void go_to(struct fleet_moment *m, int64_t time, const struct want *want)
{
    m->now = time;
    for (size_t i = 0; i < m->n; i++) {
        struct fleet_host *host = &m->hosts[i];
        if (!host->is_file)
            continue;
        host->source.move(host->source.self, &(struct move){.to = MOVE_TIME, .time = time});
        fleet_host_read(host, want);
    }
}

struct bounds { // of the pictures of all files
    int64_t first, last;
    int64_t begin; // of the file that begins last: from then on there is one of each
};

static struct bounds bounds_of(const struct fleet_moment *m)
{
    struct bounds b = {.first = INT64_MAX, .last = INT64_MIN, .begin = INT64_MIN};

    for (size_t i = 0; i < m->n; i++) {
        int64_t first, last;
        if (!m->hosts[i].is_file || !replay_times(m->hosts[i].replay, &first, &last))
            continue;
        b.first = first < b.first ? first : b.first;
        b.begin = first > b.begin ? first : b.begin;
        b.last = last > b.last ? last : b.last;
    }
    return b;
}

int64_t fleet_moment_last(const struct fleet_moment *m)
{
    return bounds_of(m).last;
}

static int64_t within(const struct fleet_moment *m, int64_t time)
{
    const struct bounds b = bounds_of(m);

    if (time == INT64_MIN)
        return b.begin;
    return time > b.last ? b.last : time < b.first ? b.first : time;
}

static bool step(struct fleet_moment *m, int by, const struct want *want)
{
    int64_t to = m->now, next;

    for (int i = 0; i < abs(by) && next_after(m, to, by < 0, &next); i++)
        to = next;
    if (to == m->now)
        return false;
    go_to(m, to, want);
    return true;
}

static bool play(struct fleet_moment *m, double speed, const struct want *want)
{
    double passed = (double)(clock_ns() - m->played_ns) / (double)CLOCK_SECOND * speed;
    double moment = (double)m->played_from + passed;
    int64_t next;

    if (!fleet_moment_next(m, false, &next) || (double)next > moment)
        return false;
    go_to(m, within(m, moment < (double)INT64_MAX / 2 ? (int64_t)moment : INT64_MAX), want);
    return true;
}

bool fleet_moment_move(struct fleet_moment *m, const struct want *want)
{
    const struct way way = moves_take(&m->moves, m->begun, m->follows);
    bool news = way.moved;

    switch (way.to) {
    case WAY_BEGIN:
        go_to(m, within(m, INT64_MIN), want);
        news = true;
        break;
    case WAY_TIME:
        go_to(m, within(m, way.time), want);
        break;
    case WAY_STEPS:
        news |= step(m, way.by, want);
        break;
    case WAY_PLAY:
        news = play(m, way.speed, want);
        break;
    case WAY_STAY:
        break;
    }
    if (way.moved) {
        m->played_ns = clock_ns();
        m->played_from = m->now;
    }
    m->begun = true;
    return news;
}
