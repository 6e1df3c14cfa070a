#include "replay/fleet_host.h"

#include <stdio.h>

#include "base/clock.h"
#include "replay/gist.h"

bool fleet_host_open(struct fleet_host *m, uint32_t number, const struct replay_options *options,
                     char *why, size_t cap)
{
    struct replay_options alone = *options;
    int64_t first, last;

    alone.at = NULL;
    m->replay = replay_new(&alone, why, cap);
    if (!m->replay)
        return false;
    m->source = replay_seam(m->replay);
    m->path = options->path;
    m->is_file = !m->source.piped;
    m->empty = m->is_file && !replay_times(m->replay, &first, &last);
    m->host = (struct host){.number = number, .source = fleet_host_source(m)};
    return true;
}

void fleet_host_close(struct fleet_host *m)
{
    snapshot_unref(m->last);
    replay_free(m->replay);
}

const char *fleet_host_source(const struct fleet_host *m)
{
    return m->path ? m->path : "standard input";
}

void fleet_host_read(struct fleet_host *m, const struct want *want)
{
    struct snapshot *s = m->source.picture(m->source.self, want);

    if (!s)
        return;
    if (!m->last || !s->playback.ended)
        m->came_ns = clock_ns();
    snapshot_unref(m->last);
    m->last = s;
    m->changed = true;
    s->playback.host = m->host.number;
    gist_of(s, &m->host);
}

bool fleet_host_is_begun(const struct fleet_host *m, int64_t moment)
{
    return m->last && (!m->is_file || m->last->time <= moment);
}

bool fleet_host_ended(const struct fleet_host *m)
{
    return !m->is_file && replay_ended(m->replay);
}

struct host fleet_host_row(const struct fleet_host *m, int64_t moment)
{
    bool begun = fleet_host_is_begun(m, moment);
    struct host host = m->host;

    if (!begun)
        host = (struct host){.number = host.number, .source = host.source, .age = -1};
    else
        host.age = m->is_file ? moment - m->last->time : (clock_ns() - m->came_ns) / CLOCK_SECOND;
    snprintf(host.name, sizeof host.name, "%s", m->host.name);
    host.state = fleet_host_ended(m) ? HOST_ENDED
                 : !begun            ? HOST_WAITING
                 : m->is_file        ? HOST_RECORDED
                                     : HOST_LIVE;
    return host;
}

bool fleet_host_damage(const struct fleet_host *m, char *line, size_t cap)
{
    bool damaged = m->source.damage(m->replay, line, cap);

    if (!damaged && m->empty && !m->last)
        snprintf(line, cap, "there is no picture in it");
    return damaged || (m->empty && !m->last);
}
