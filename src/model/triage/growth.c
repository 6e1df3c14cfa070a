// What is wrong over time: objects of one owner that become more and more (model/triage/trends.h).
#include <stdio.h>

#include "base/text.h"
#include "model/record/limit.h"
#include "model/record/limit_spec.h"
#include "rules.h"

enum { MINUTE = 60, HOUR = 3600, NEAR = 2 * HOUR };

// Seconds until the limit is reached at this rate; false where that is not known.
static bool until_limit(const struct snapshot *s, const struct growth *g,
                        const struct limit **limit, int64_t *seconds)
{
    const unsigned both = LIMIT_KNOWS_LIMIT | LIMIT_KNOWS_USED;
    const struct limit *l = limit_find(s, limit_of_objects(g->kind));

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
static const char *rate_text(const struct growth *g, char text[TEXT_SHORT])
{
    double each = (double)(g->to - g->from) / (double)g->seconds;

    if (each * MINUTE >= 10)
        snprintf(text, TEXT_SHORT, "%.0f a minute", each * MINUTE);
    else if (each * MINUTE >= 1)
        snprintf(text, TEXT_SHORT, "%.1f a minute", each * MINUTE);
    else
        snprintf(text, TEXT_SHORT, "%.0f an hour", each * HOUR);
    return text;
}

static void growing_title(struct say *x)
{
    const struct growth *g = x->match->object;
    char rate[TEXT_SHORT];

    say(x, "{text}s of {user} keep growing: {text}", kind_get(g->kind)->one, g->uid,
        rate_text(g, rate));
}

static void growing_evidence(struct say *x)
{
    const struct growth *g = x->match->object;
    const struct kind *kind = kind_get(g->kind);
    const struct owned *example = snapshot_owned(x->s, g->kind, g->example);
    const struct limit *limit;
    int64_t rest;

    say(x, "from {number} to {number} in {age}, and these stay; one of them: {number}", g->from,
        g->to, g->seconds, g->example);
    if (example && kind->maker) {
        int64_t time;
        int32_t pid = kind->maker(example, &time);
        say(x, ", made by {process}", process_at(pid, time));
    }
    if (until_limit(x->s, g, &limit, &rest))
        say(x, "; at this rate {text} ({number}) is reached in {age}", limit->name, limit->limit,
            rest);
}

// Those of that owner that came meanwhile, as far as the kernel keeps their times.
static void growing_objects(const struct snapshot *s, const struct match *match,
                            struct identity_vec *out)
{
    const struct growth *g = match->object;
    const struct kind *kind = kind_get(g->kind);

    for (size_t i = 0; i < kind_count(kind, s); i++) {
        const struct owned *o = kind_at(kind, s, i);

        if (o->uid == g->uid && o->ctime >= s->time - g->seconds)
            vec_push(out, identity_of(o));
    }
}

// --- the rules ----------------------------------------------------------------------------------

const struct rule growth_rules[] = {
    {
        .name = "growing",
        .instead = OF_GROWTHS,
        .rank = 30,
        .severity = SEVERITY_NOTICE,
        .need = NEED_SEGMENTS | NEED_SEMSETS | NEED_QUEUES | NEED_LIMITS | NEED_PROCESSES,
        .applies = growing,
        .objects = growing_objects,
        .title = growing_title,
        .evidence = growing_evidence,
        .advice = "a program makes objects and does not remove them: find it by their creators and "
                  "users, and stop it before the limit is reached",
    },
    {0},
};
