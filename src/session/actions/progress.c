#include "session/actions/progress.h"

#include <stdio.h>

#include "base/line.h"
#include "engine/sampler.h"
#include "model/record/identity_set.h"
#include "session/actions/await_exit.h"
#include "session/message.h"
#include "session/session.h"

static void say(struct session *s, const struct outcome *o)
{
    // clang-format off
    static const enum severity severities[OUTCOME_STATES] = {
        [OUTCOME_DONE] = SEVERITY_NOTICE,
        [OUTCOME_REFUSED] = SEVERITY_WARNING,
        [OUTCOME_FAILED] = SEVERITY_CRITICAL,
        [OUTCOME_CANCELLED] = SEVERITY_WARNING,
    };
    // clang-format on

    session_say(s, severities[o->state], "%s", o->text);
}

void progress_begin(struct session *s, size_t n, const char *doing)
{
    struct progress *r = &s->results;

    if (!r->pending) {
        vec_clear(&r->outcomes);
        r->several = false;
    }
    r->stopping = false;
    r->pending += n;
    r->several |= n > 1;
    if (doing && n > 1)
        session_say(s, SEVERITY_NOTICE, "%s: 0 of %zu; Esc stops", doing, n);
    else if (doing)
        session_say(s, SEVERITY_NOTICE, "%s", doing);
}

void progress_add(struct session *s, const struct outcome *o)
{
    await_exit_outcome(s, o);
    if (o->state == OUTCOME_DONE && identity_set_has(&s->tags, &o->action.target))
        identity_set_toggle(&s->tags, &o->action.target);
    if (o->code == OUTCOME_NOW_CHANGED && !o->action.again) {
        struct action again = o->action;
        again.again = true;
        again.target = o->facts.now;
        again.now = o->facts.state;
        vec_push(&s->results.changed, again);
    }
    if (o->extra)
        say(s, o);
    else
        vec_push(&s->results.outcomes, *o);
}

static size_t count(const struct progress *r, enum outcome_state state)
{
    return vec_count(&r->outcomes, outcome, outcome->state == state);
}

// Single actions, however quickly one follows the other: the last one's, but a failure first.
static void say_last(struct session *s)
{
    const struct outcome *worst = NULL;

    for (size_t i = 0; i < s->results.outcomes.n; i++) {
        const struct outcome *o = &s->results.outcomes.at[i];
        if (!worst || worst->state == OUTCOME_DONE || o->state != OUTCOME_DONE)
            worst = o;
    }
    if (worst)
        say(s, worst);
}

static void say_progress(struct session *s)
{
    const struct progress *r = &s->results;
    size_t n = r->outcomes.n, done = count(r, OUTCOME_DONE);
    char not_done[48] = "";

    if (r->stopping) {
        session_say(s, SEVERITY_NOTICE,
                    "stopping: what is under way is finished, nothing more begun");
        return;
    }
    if (!n)
        return; // what begins was said
    if (n > done)
        snprintf(not_done, sizeof not_done, "; %zu not done", n - done);
    session_say(s, SEVERITY_NOTICE, "%s: %zu of %zu; Esc stops%s",
                action_words(r->outcomes.at[n - 1].action.verb)->doing, n, r->pending, not_done);
}

// What went wrong comes first: one reads the beginning.
static void list(struct session *s)
{
    static const struct {
        enum outcome_state state;
        const char *name;
    } order[] = {{OUTCOME_FAILED, "failed"},
                 {OUTCOME_REFUSED, "refused"},
                 {OUTCOME_CANCELLED, "not tried"},
                 {OUTCOME_DONE, "done"}};
    const struct progress *r = &s->results;
    size_t done = count(r, OUTCOME_DONE), cancelled = count(r, OUTCOME_CANCELLED), size = 0;
    char not_tried[48] = "";

    if (cancelled)
        snprintf(not_tried, sizeof not_tried, ", %zu not tried: cancelled", cancelled);
    struct prompt *p =
        prompt_open(&s->prompt, PROMPT_TEXT, NULL, "%zu done, %zu refused, %zu failed%s", done,
                    count(r, OUTCOME_REFUSED), count(r, OUTCOME_FAILED), not_tried);
    FILE *out = mem_stream(&p->body, &size);

    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < r->outcomes.n; i++)
            if (r->outcomes.at[i].state == order[k].state)
                fprintf(out, "%-10s %s\n", order[k].name, r->outcomes.at[i].text);
    mem_stream_end(out);
    session_say(s, done == r->outcomes.n ? SEVERITY_NOTICE : SEVERITY_WARNING, "%s", p->title);
}

void progress_show(struct session *s)
{
    struct progress *r = &s->results;

    if (!r->pending)
        return;
    if (r->several && r->outcomes.n < r->pending) {
        say_progress(s);
        return;
    }
    if (!r->several)
        say_last(s);
    else if (s->prompt.type != PROMPT_NONE)
        return; // shown when that prompt is answered
    else
        list(s);
    r->pending -= r->outcomes.n < r->pending ? r->outcomes.n : r->pending;
    vec_clear(&r->outcomes);
}

bool progress_cancel(struct session *s)
{
    struct progress *r = &s->results;

    if (!r->several || r->outcomes.n >= r->pending)
        return false;
    sampler_cancel(s->sampler);
    r->stopping = true;
    say_progress(s);
    return true;
}
