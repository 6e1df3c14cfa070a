// What is wrong over time: objects of one owner that become more and more (model/trend.h).
#include <inttypes.h>

#include "base/text.h"
#include "model/record/limit.h"
#include "model/record/object_times.h"
#include "rules.h"

enum { MINUTE = 60, HOUR = 3600, NEAR = 2 * HOUR };

// clang-format off
static const char *const limit_names[] = {
    [KIND_SEGMENT] = "shmmni", [KIND_SEMSET] = "semmni", [KIND_QUEUE] = "msgmni"};
static const char *const plural[] = {
    [KIND_SEGMENT] = "segments", [KIND_SEMSET] = "semaphore sets", [KIND_QUEUE] = "queues"};
// clang-format on

// Seconds until the limit is reached at this rate; false where it cannot be told.
static bool until_limit(const struct snapshot *s, const struct growth *g,
                        const struct limit **limit, int64_t *seconds)
{
    const unsigned both = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED;
    const struct limit *l = limit_find(s, limit_names[g->kind]);

    if (!l || (l->known & both) != both)
        return false;
    double left = l->limit > l->used ? (double)(l->limit - l->used) : 0;
    double rest = left * (double)g->seconds / (double)(g->to - g->from);
    *limit = l;
    *seconds = rest < 1e9 ? (int64_t)rest : INT64_C(1000000000);
    return true;
}

static bool growing(const struct snapshot *s, struct match *match)
{
    const struct growth *g = match->object;
    const struct limit *limit;
    int64_t rest;

    match->weight = (g->to - g->from) * HOUR / (uint64_t)(g->seconds > 0 ? g->seconds : 1);
    if (until_limit(s, g, &limit, &rest) && rest <= NEAR)
        match->severity = SEVERITY_WARNING;
    return true;
}

// "7.3 a minute", "12 an hour"
static void add_rate(struct line *line, const struct growth *g)
{
    double each = (double)(g->to - g->from) / (double)g->seconds;

    if (each * MINUTE >= 10)
        line_add(line, "%.0f a minute", each * MINUTE);
    else if (each * MINUTE >= 1)
        line_add(line, "%.1f a minute", each * MINUTE);
    else
        line_add(line, "%.0f an hour", each * HOUR);
}

static void growing_title(const struct snapshot *s, const struct match *m, size_t n,
                          struct line *line)
{
    const struct growth *g = m->object;

    (void)n;
    line_add(line, "%s of ", plural[g->kind]);
    words_user(line, s, g->uid);
    line_add(line, " keep growing: ");
    add_rate(line, g);
}

static void growing_evidence(const struct snapshot *s, const struct match *m, size_t n,
                             struct line *line)
{
    const struct growth *g = m->object;
    const struct segment *segment =
        g->kind == KIND_SEGMENT ? snapshot_segment(s, g->example) : NULL;
    const struct limit *limit;
    char text[TEXT_SHORT];
    int64_t rest;

    (void)n;
    line_add(line, "from %" PRIu64 " to %" PRIu64 " in %s, never fewer; one of them: %d", g->from,
             g->to, text_age(text, sizeof text, g->seconds), g->example);
    if (segment) {
        line_add(line, ", made by ");
        words_process(line, s, segment->cpid, segment_birth(segment));
    }
    if (until_limit(s, g, &limit, &rest))
        line_add(line, "; at this rate %s (%" PRIu64 ") is reached in %s", limit->name,
                 limit->limit, text_age(text, sizeof text, rest));
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule growth_rules[] = {
    {
        .name = "growing",
        .subject = OF_GROWTHS,
        .rank = 30,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS | NEED_PROCESSES,
        .applies = growing,
        .title = growing_title,
        .evidence = growing_evidence,
        .advice = "a program makes objects and does not remove them: find it by their creators and "
                  "users, and stop it before the limit is reached",
    },
    {0},
};
