#include "ui/parts/gauges.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ui/canvas/plot.h"
#include "ui/parts/usage.h"

enum {
    GAP = 2,
    GAUGE_MAX = 30,
    GAUGE_LEAST = 10,
    FRAME = 8,
    PLOT_LEAST = 12,
    PLOT_MOST = 60,
    COUNT_MATTERS = 50
};

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

struct gauge { // " Shm [||||||       ] " and then the pieces
    const char *name;
    double percent; // of the fullest of its limits
    struct fit_line pieces;
};

// All bars are equally long: shorter where all pieces then have room.
static int bar_width(const struct canvas *c, int w, const struct gauge *gauges, size_t n)
{
    int width = w / 3 - 6 < GAUGE_MAX ? w / 3 - 6 : GAUGE_MAX;

    for (size_t i = 0; i < n; i++) {
        int left = w - FRAME - fit_line_width(c, &gauges[i].pieces, GAP);
        if (left >= GAUGE_LEAST && left < width)
            width = left;
    }
    return width;
}

static void draw(struct canvas *c, int y, int w, struct gauge *gauge, int width,
                 const struct series *past)
{
    int x = 1 + canvas_text(c, 1, y, w - 1, STYLE_LABEL, gauge->name) + 1;

    x += canvas_text(c, x, y, w - x, STYLE_PROMPT, "[");
    usage_bar(c, x, y, width, gauge->percent);
    x += width;
    x += canvas_text(c, x, y, w - x, STYLE_PROMPT, "]") + 1;
    x += fit_line_draw(c, x, y, w - x, GAP, &gauge->pieces) + 2 * GAP;
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

void gauges_elsewhere(struct fit_line *p, int drop, const struct snapshot *s)
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
    if (unknown == n) {
        fit_line_add(p, drop, STYLE_PLAIN, NULL, "and %zu other IPC namespace%s: not known", n,
                     n == 1 ? "" : "s");
        return;
    }
    fit_line_add(p, drop, STYLE_PLAIN, NULL,
                 "and %zu other IPC namespace%s: %s%s in %" PRIu64 " segment%s", n,
                 n == 1 ? "" : "s", unknown ? "at least " : "", text_size(size, sizeof size, bytes),
                 segments, segments == 1 ? "" : "s");
}

static struct gauge shared_memory(const struct snapshot *s, const struct sums *sums)
{
    struct usage bytes = usage_of(s, "shmall"), count = usage_of(s, "shmmni");
    struct fit_line p = {0};
    char text[64], size[TEXT_SHORT];

    ratio(&bytes, true, text, sizeof text);
    fit_line_add(&p, 0, fuller(&bytes, &bytes), NULL, "%s%s", text, bytes.of_ram ? " of RAM" : "");
    ratio(&count, false, text, sizeof text);
    if (text[0])
        fit_line_add(&p, 1, fuller(&count, &count), NULL, "%s segment%s", text, plural(text));
    if (sums->resident_known) {
        fit_line_add(&p, 2, STYLE_PLAIN, "rss", "%s", text_size(size, sizeof size, sums->rss));
        fit_line_add(&p, 3, STYLE_PLAIN, "swap", "%s", text_size(size, sizeof size, sums->swap));
    }
    if (sums->huge)
        fit_line_add(&p, 4, STYLE_PLAIN, "huge", "%s", text_size(size, sizeof size, sums->huge));
    gauges_elsewhere(&p, 5, s);
    return (struct gauge){"Shm", fullest(&bytes, &count), p};
}

static struct gauge semaphores(const struct snapshot *s, const struct sums *sums)
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
    return (struct gauge){"Sem", fullest(&count, &sets), p};
}

static struct gauge queues(const struct snapshot *s, const struct sums *sums)
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
    return (struct gauge){"Msg", usage_percent(&queues), p};
}

static void brief(struct fit_line *p, const struct snapshot *s, int drop, const char *label,
                  const char *first, const char *second, bool bytes)
{
    struct usage amount = usage_of(s, first);
    struct usage count = second ? usage_of(s, second) : amount;
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

void gauges_draw(struct canvas *c, int y, int w, const struct session *session)
{
    const struct snapshot *s = session->snapshot;
    const struct series *past = session->history.sums;
    struct sums sums = sum_up(s);
    struct gauge gauges[] = {shared_memory(s, &sums), semaphores(s, &sums), queues(s, &sums)};
    int width = bar_width(c, w, gauges, 3);

    draw(c, y, w, &gauges[0], width, &past[SUM_SHARED]);
    draw(c, y + 1, w, &gauges[1], width, &past[SUM_WAITING]);
    draw(c, y + 2, w, &gauges[2], width, &past[SUM_QUEUED]);
}

void gauges_brief(struct fit_line *p, int drop, const struct snapshot *s)
{
    brief(p, s, drop, "Shm", "shmall", "shmmni", true);
    brief(p, s, drop + 1, "Sem", "semmns", "semmni", false);
    brief(p, s, drop + 2, "Msg", "msgmni", NULL, false);
}
