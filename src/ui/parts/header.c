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
#include "ui/canvas/plot.h"
#include "ui/parts/marks.h"
#include "ui/parts/usage.h"

enum { GAP = 2, GAUGE_MAX = 30, PLOT_LEAST = 12, PLOT_MOST = 60, COUNT_MATTERS = 50 };

struct sums { // over all objects, for the gauges' lines
    uint64_t rss, swap, huge, waiting, queued, senders;
    bool resident_known, waiting_known, senders_known;
};

static void sum_segments(const struct snapshot *s, struct sums *out)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *segment = &s->segments.at[i];
        if ((segment->known & SEG_KNOWS_RSS) && segment->rss <= segment->size)
            out->rss += segment->rss;
        if (segment->known & SEG_KNOWS_SWAP)
            out->swap += segment->swap;
        if (segment->known & (SEG_KNOWS_RSS | SEG_KNOWS_SWAP))
            out->resident_known = true;
        if (segment->flags & SEG_HUGETLB)
            out->huge += segment->size;
    }
    for (size_t i = 0; s->scan && i < s->scan->accounts.n; i++) {
        const struct segment_account *account = &s->scan->accounts.at[i];
        const struct segment *segment = snapshot_segment(s, account->shmid);
        if (account->hugetlb && segment && !(segment->flags & SEG_HUGETLB))
            out->huge += segment->size;
    }
}

static void add_sums(const struct snapshot *s, struct sums *out)
{
    out->waiting_known |= (s->has & NEED_SEM_WAITERS) != 0;
    out->senders_known |= (s->has & NEED_WAITERS) != 0;
    sum_segments(s, out);
    for (size_t i = 0; i < s->semsets.n; i++) {
        if (s->semsets.at[i].known & SET_KNOWS_WAITERS)
            out->waiting += s->semsets.at[i].waiters;
    }
    for (size_t i = 0; i < s->queues.n; i++)
        out->queued += s->queues.at[i].bytes;
    for (size_t i = 0; i < s->waiters.n; i++)
        out->senders += s->waiters.at[i].call == WAIT_MSGSND;
}

static struct sums sum_up(const struct snapshot *s)
{
    const struct snapshot *part;
    struct sums out = {0};

    for (size_t i = 0; (part = snapshot_part(s, i)); i++)
        add_sums(part, &out);
    return out;
}

// Whether a count is so near its limit that this is worth the room.
static bool matters(const struct usage *usage, bool bytes)
{
    return bytes || usage_percent(usage) >= COUNT_MATTERS;
}

// "13.4G/32.0G", "13.4G" without a limit, "27" of a count that is far from its own, "" while unknown.
static void ratio(const struct usage *usage, bool bytes, char *dst, size_t cap)
{
    char used[TEXT_SHORT], limit[TEXT_SHORT];

    dst[0] = '\0';
    if (!usage->used_known)
        return;
    if (bytes) {
        text_size(used, sizeof used, usage->used);
        text_size(limit, sizeof limit, usage->limit);
    } else {
        snprintf(used, sizeof used, "%" PRIu64, usage->used);
        snprintf(limit, sizeof limit, "%" PRIu64, usage->limit);
    }
    if (usage->limit_known && matters(usage, bytes))
        snprintf(dst, cap, "%s/%s", used, limit);
    else
        snprintf(dst, cap, "%s", used);
}

static const char *plural(const char *number)
{
    return strcmp(number, "1") == 0 ? "" : "s";
}

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

// " Shm [||||||       ] " and then the pieces. The fullest of the limits moves the bar.
static void gauge(struct canvas *c, int y, int w, const char *name, double percent,
                  struct fit_line *pieces, const struct series *past)
{
    int width = w / 3 - 6 < GAUGE_MAX ? w / 3 - 6 : GAUGE_MAX;
    enum style style = usage_style(percent);
    int x = 1 + canvas_text(c, 1, y, w - 1, STYLE_LABEL, name) + 1;

    if (percent > 100)
        percent = 100;
    int filled = (int)(percent * width / 100 + 0.5);
    if (percent > 0 && filled == 0)
        filled = 1; // something is there
    x += canvas_text(c, x, y, w - x, STYLE_PROMPT, "[");
    for (int i = 0; i < filled; i++)
        canvas_symbol(c, x + i, y, style, SYM_BAR);
    x += width;
    x += canvas_text(c, x, y, w - x, STYLE_PROMPT, "]") + 1;
    x += fit_line_draw(c, x, y, w - x, GAP, pieces) + 2 * GAP;
    // The past of what is counted, where there is room at the right.
    int room = w - 1 - x < PLOT_MOST ? w - 1 - x : PLOT_MOST;
    float values[PLOT_SAMPLES];
    for (size_t i = 0; i < past->n; i++)
        values[i] = series_at(past, i);
    if (room >= PLOT_LEAST && past->n > 1)
        plot_draw(c, w - 1 - room, y, room, STYLE_LABEL, values, past->n);
}

static double fullest(const struct usage *a, const struct usage *b)
{
    double pa = usage_percent(a), pb = usage_percent(b);

    return pa > pb ? pa : pb;
}

// Only what is near its limit stands out in colour.
static enum style fuller(const struct usage *a, const struct usage *b)
{
    enum style style = usage_style(fullest(a, b));

    return style == STYLE_GOOD ? STYLE_PLAIN : style;
}

// What the namespaces hold that are not shown: "and 3 other IPC namespaces: 66M in 4 segments".
static void others(struct fit_line *p, int drop, const struct snapshot *s)
{
    uint64_t bytes = 0, segments = 0;
    size_t n = 0, unknown = 0;
    char size[TEXT_SHORT];

    for (size_t i = 0; i < s->namespaces.n; i++) {
        const struct ipc_namespace *row = &s->namespaces.at[i];
        if (row->inode == s->system.ipc_namespace)
            continue;
        n++;
        unknown += !(row->known & NAMESPACE_KNOWS_OBJECTS);
        bytes += row->bytes;
        segments += row->segments;
    }
    if (!n)
        return;
    fit_line_add(p, drop, STYLE_PLAIN, NULL,
                 "and %zu other IPC namespace%s: %s%s in %" PRIu64 " segment%s", n,
                 n == 1 ? "" : "s", unknown ? "at least " : "", text_size(size, sizeof size, bytes),
                 segments, segments == 1 ? "" : "s");
}

static void shm_line(struct canvas *c, int y, int w, const struct snapshot *s,
                     const struct sums *sums, const struct series *past)
{
    struct usage bytes = usage_of(s, "shmall"), count = usage_of(s, "shmmni");
    struct fit_line p = {0};
    char text[64], size[TEXT_SHORT];
    bool of_ram = !bytes.limit_known && s->system.ram > 0; // memory ends before that limit

    if (of_ram)
        bytes.limit = s->system.ram, bytes.limit_known = true;
    ratio(&bytes, true, text, sizeof text);
    fit_line_add(&p, 0, fuller(&bytes, &bytes), NULL, "%s%s", text, of_ram ? " of RAM" : "");
    ratio(&count, false, text, sizeof text);
    if (text[0])
        fit_line_add(&p, 1, fuller(&count, &count), NULL, "%s segment%s", text, plural(text));
    if (sums->resident_known) {
        fit_line_add(&p, 2, STYLE_PLAIN, "rss", "%s", text_size(size, sizeof size, sums->rss));
        fit_line_add(&p, 3, STYLE_PLAIN, "swap", "%s", text_size(size, sizeof size, sums->swap));
    }
    if (sums->huge)
        fit_line_add(&p, 4, STYLE_PLAIN, "huge", "%s", text_size(size, sizeof size, sums->huge));
    others(&p, 5, s);
    gauge(c, y, w, "Shm", fullest(&bytes, &count), &p, past);
}

static void sem_line(struct canvas *c, int y, int w, const struct snapshot *s,
                     const struct sums *sums, const struct series *past)
{
    struct usage count = usage_of(s, "semmns"), sets = usage_of(s, "semmni");
    struct fit_line p = {0};
    char text[64], in[64];

    ratio(&count, false, text, sizeof text);
    ratio(&sets, false, in, sizeof in);
    if (in[0])
        fit_line_add(&p, 0, fuller(&count, &sets), NULL, "%s semaphore%s in %s set%s", text,
                     plural(text), in, plural(in));
    else
        fit_line_add(&p, 0, fuller(&count, &sets), NULL, "%s", text);
    if (sums->waiting_known)
        fit_line_add(&p, 2, STYLE_PLAIN, NULL, "%" PRIu64 " waiting", sums->waiting);
    gauge(c, y, w, "Sem", fullest(&count, &sets), &p, past);
}

static void msg_line(struct canvas *c, int y, int w, const struct snapshot *s,
                     const struct sums *sums, const struct series *past)
{
    struct usage queues = usage_of(s, "msgmni");
    struct fit_line p = {0};
    char text[64], size[TEXT_SHORT];

    ratio(&queues, false, text, sizeof text);
    if (text[0])
        fit_line_add(&p, 0, fuller(&queues, &queues), NULL, "%s queue%s", text, plural(text));
    if (s->has & NEED_QUEUES)
        fit_line_add(&p, 1, STYLE_PLAIN, NULL, "%s queued",
                     text_size(size, sizeof size, sums->queued));
    if (sums->senders_known)
        fit_line_add(&p, 2, sums->senders ? STYLE_WARNING : STYLE_PLAIN, NULL,
                     "%" PRIu64 " sender%s blocked", sums->senders, sums->senders == 1 ? "" : "s");
    gauge(c, y, w, "Msg", usage_percent(&queues), &p, past);
}

static void brief(struct fit_line *p, const struct snapshot *s, int drop, const char *label,
                  const char *first, const char *second, bool bytes)
{
    struct usage amount = usage_of(s, first);
    struct usage count = second ? usage_of(s, second) : amount;
    if (bytes && !amount.limit_known && s->system.ram > 0) // memory ends before that limit
        amount.limit = s->system.ram, amount.limit_known = true;
    double percent = fullest(&amount, &count);
    enum style style = fuller(&amount, &count);
    char used[TEXT_SHORT] = "?";

    if (amount.used_known && bytes)
        text_size(used, sizeof used, amount.used);
    else if (amount.used_known)
        snprintf(used, sizeof used, "%" PRIu64, amount.used);
    if (amount.limit_known || count.limit_known)
        fit_line_add(p, drop, style, label, "%s %.0f%%", used, percent);
    else
        fit_line_add(p, drop, style, label, "%s", used);
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
    brief(&p, s, 1, "Shm", "shmall", "shmmni", true);
    brief(&p, s, 2, "Sem", "semmns", "semmni", false);
    brief(&p, s, 3, "Msg", "msgmni", NULL, false);
    if (s->has & NEED_SYSTEM && s->system.knows_load)
        fit_line_add(&p, 6, STYLE_PLAIN, "load", "%.2f", s->system.load[0]);
    if (s->has & NEED_SYSTEM)
        fit_line_add(&p, 8, STYLE_PLAIN, NULL, "%s", user_text(s, user, sizeof user));
    tracing(&p, session);
    others(&p, 9, s);
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
        struct sums sums = sum_up(session->snapshot);
        machine(c, r.y, r.w, session);
        const struct series *past = session->history.sums;
        shm_line(c, r.y + 1, r.w, session->snapshot, &sums, &past[SUM_SHARED]);
        sem_line(c, r.y + 2, r.w, session->snapshot, &sums, &past[SUM_WAITING]);
        msg_line(c, r.y + 3, r.w, session->snapshot, &sums, &past[SUM_QUEUED]);
    }
}

// The worst finding of each host, worst first.
static void summary_of_hosts(const struct snapshot *s, char *dst, size_t cap)
{
    struct line line = line_start(dst, cap);

    for (size_t i = 0; i < s->hosts.n && !line.full; i++)
        if (s->hosts.at[i].worst)
            line_add(&line, "%s%s: %s", line.n ? " · " : "", s->hosts.at[i].name,
                     s->hosts.at[i].worst);
}

static enum severity worst_of(const struct snapshot *s)
{
    enum severity worst = s->findings.n ? s->findings.at[0].severity : SEVERITY_NOTICE;

    for (size_t i = 0; i < s->others.n; i++)
        if (s->others.at[i]->findings.n && worst_of(s->others.at[i]) > worst)
            worst = worst_of(s->others.at[i]);
    return worst;
}

void header_findings(struct canvas *c, struct rect r, const struct snapshot *s)
{
    size_t n = kind_total(&kind_findings, s);
    char summary[512] = "";

    if (r.h == 0 || n == 0)
        return;
    enum severity worst = worst_of(s);
    enum style style = mark_severity(worst, STYLE_PLAIN);
    int x = r.x + 1;
    x += canvas_format(c, x, r.y, r.w - x, style, "! %zu finding%s", n, n == 1 ? "" : "s") + GAP;
    if (s->others.n)
        summary_of_hosts(s, summary, sizeof summary);
    else
        triage_summary(s, summary, sizeof summary);
    canvas_text(c, x, r.y, r.w - x, worst == SEVERITY_NOTICE ? STYLE_PLAIN : STYLE_PROMPT, summary);
}
