#include "ui/parts/header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/line.h"
#include "base/text.h"
#include "model/kinds/registry.h"
#include "model/triage/triage.h"
#include "ui/canvas/fit_line.h"
#include "ui/parts/gauges.h"
#include "ui/parts/marks.h"

enum { GAP = 2 };

static void interval_text(const struct session *session, char *dst, size_t cap)
{
    const bool recorded = session->snapshot->recorded != NULL;
    const struct playback *is = &session->snapshot->playback;

    if (session->frozen)
        snprintf(dst, cap, "frozen");
    else if (recorded && is->live)
        snprintf(dst, cap, is->ended ? "connection ended" : "live, by pipe");
    else if (recorded && is->speed > 0)
        snprintf(dst, cap, "played %gx", is->speed);
    else if (recorded)
        snprintf(dst, cap, "recorded%s",
                 is->place == PLACE_LAST    ? ", last"
                 : is->place == PLACE_FIRST ? ", first"
                                            : "");
    else
        snprintf(dst, cap, "every %.*fs", session->interval < 1 ? 2 : 1, session->interval);
}

static enum style every_style(const struct session *session)
{
    return session->frozen || session->snapshot->recorded ? STYLE_WARNING : STYLE_PLAIN;
}

static void clock_text(const struct snapshot *s, char *dst, size_t cap)
{
    time_t now = (time_t)s->time;
    struct tm tm;

    const char *format = s->recorded && !s->playback.live ? "%F %T" : "%T";
    if (!localtime_r(&now, &tm) || strftime(dst, cap, format, &tm) == 0)
        dst[0] = '\0';
}

// Of a recording the time is not the present.
static enum style clock_style(const struct snapshot *s)
{
    return s->recorded && (!s->playback.live || s->playback.ended) ? STYLE_WARNING : STYLE_PLAIN;
}

// Blank till the name service was asked; the number where it has no name or does not answer.
static const char *user_text(const struct snapshot *s, char *dst, size_t cap)
{
    if (s->system.user[0])
        return s->system.user;
    *dst = '\0';
    if (s->has & NEED_NAMES)
        snprintf(dst, cap, "uid %" PRIu32, s->system.euid);
    return dst;
}

// What tracing costs everybody, or why there is none.
static void tracing(struct fit_line *line, const struct session *session)
{
    const struct trace_status *is = &session->snapshot->tracing;

    if (!session->tracing)
        return;
    switch (is->state) {
    case TRACE_ON:
        if (is->after_ns > 0)
            fit_line_add(line, 2, STYLE_WARNING, NULL, "tracing +%.0fns/call",
                         is->after_ns - is->before_ns);
        else
            fit_line_add(line, 2, STYLE_WARNING, NULL, "tracing on");
        break;
    case TRACE_REFUSED:
        fit_line_add(line, 2, STYLE_WARNING, NULL, "no tracing");
        break;
    case TRACE_ENDED:
        fit_line_add(line, 2, STYLE_WARNING, NULL, "tracing ended");
        break;
    default:
        fit_line_add(line, 2, STYLE_PLAIN, NULL, "tracing starts");
    }
}

static void machine(struct canvas *c, int y, int w, const struct session *session)
{
    const struct system *system = &session->snapshot->system;
    struct fit_line p = {0};
    char clock[32], age[TEXT_SHORT], every[32], user[16];

    clock_text(session->snapshot, clock, sizeof clock);
    interval_text(session, every, sizeof every);
    fit_line_add(&p, 6, STYLE_PROMPT, NULL, "ipctop");
    fit_line_add(&p, 0, STYLE_PROMPT, NULL, "%s", system->hostname);
    fit_line_add(&p, 1, clock_style(session->snapshot), NULL, "%s", clock);
    if (session->snapshot->has & NEED_SYSTEM) {
        if (system->uptime > 0)
            fit_line_add(&p, 5, STYLE_PLAIN, "up", "%s", text_age(age, sizeof age, system->uptime));
        if (system->knows_load)
            fit_line_add(&p, 3, STYLE_PLAIN, "load", "%.2f %.2f %.2f", system->load[0],
                         system->load[1], system->load[2]);
        else
            fit_line_add(&p, 3, STYLE_PLAIN, "load", "not known");
        if (system->ipc_namespace)
            fit_line_add(&p, 7, STYLE_PLAIN, NULL, "ipc:%" PRIu64 "%s", system->ipc_namespace,
                         system->host_namespace ? " (host)" : "");
        fit_line_add(&p, 4, STYLE_PLAIN, NULL, "%s",
                     user_text(session->snapshot, user, sizeof user));
    }
    tracing(&p, session);
    fit_line_add(&p, 2, every_style(session), NULL, "%s", every);
    fit_line_draw(c, 1, y, w - 1, GAP, &p);
}

// The gist in one line: "db01 14:02:11  Shm 13.4G 42%  Sem 1240 4%  Msg 3 0%  load 3.10  every 2.0s"
static void one_line(struct canvas *c, int y, int w, const struct session *session)
{
    const struct snapshot *s = session->snapshot;
    struct fit_line p = {0};
    char clock[32], every[32], user[16];

    clock_text(s, clock, sizeof clock);
    interval_text(session, every, sizeof every);
    fit_line_add(&p, 7, STYLE_PROMPT, NULL, "ipctop");
    fit_line_add(&p, 0, STYLE_PROMPT, NULL, "%s", s->system.hostname); // the wrong machine is worst
    fit_line_add(&p, 5, clock_style(s), NULL, "%s", clock);
    gauges_brief(&p, 1, s);
    if (s->has & NEED_SYSTEM && s->system.knows_load)
        fit_line_add(&p, 6, STYLE_PLAIN, "load", "%.2f", s->system.load[0]);
    if (s->has & NEED_SYSTEM)
        fit_line_add(&p, 8, STYLE_PLAIN, NULL, "%s", user_text(s, user, sizeof user));
    tracing(&p, session);
    gauges_elsewhere(&p, 9, s);
    fit_line_add(&p, 4, every_style(session), NULL, "%s", every);
    fit_line_draw(c, 1, y, w - 1, GAP, &p);
}

void header_draw(struct canvas *c, struct rect r, const struct session *session)
{
    if (r.h == 0)
        return;
    if (!session->snapshot) {
        canvas_text(c, r.x + 1, r.y, r.w - 1, STYLE_PROMPT, "ipctop");
    } else if (r.h < 4) {
        one_line(c, r.y, r.w, session);
    } else {
        machine(c, r.y, r.w, session);
        gauges_draw(c, r.y + 1, r.w, session);
    }
}

void header_findings(struct canvas *c, struct rect r, const struct snapshot *s)
{
    size_t n = kind_total(&kind_findings, s);
    char summary[512] = "";

    if (r.h == 0 || n == 0)
        return;
    enum severity worst = triage_worst(s);
    enum style style = mark_severity(worst, STYLE_PLAIN);
    int x = r.x + 1;
    x += canvas_format(c, x, r.y, r.w - x, style, "! %zu finding%s", n, n == 1 ? "" : "s") + GAP;
    triage_summary(s, summary, sizeof summary);
    canvas_text(c, x, r.y, r.w - x, worst == SEVERITY_NOTICE ? STYLE_PLAIN : STYLE_PROMPT, summary);
}
