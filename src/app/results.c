#include "app/results.h"

#include <stdio.h>

#include "app/following.h"
#include "app/prompt.h"
#include "app/tags.h"
#include "base/line.h"

static void say(struct session *s, const struct outcome *o)
{
    static const enum severity severities[OUTCOME_STATES] = {
        [OUTCOME_DONE] = SEVERITY_NOTICE,
        [OUTCOME_REFUSED] = SEVERITY_WARNING,
        [OUTCOME_FAILED] = SEVERITY_CRITICAL,
        [OUTCOME_CANCELLED] = SEVERITY_WARNING,
    };

    session_say(s, severities[o->state], "%s", o->text);
}

void results_add(struct session *s, const struct outcome *o)
{
    following_outcome(s, o);
    if (o->state == OUTCOME_DONE && tags_has(&s->tags, &o->action.target))
        tags_toggle(&s->tags, &o->action.target);
    if (o->extra)
        say(s, o);
    else
        vec_push(&s->results, *o);
}

static size_t count(const struct outcome_vec *outcomes, enum outcome_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < outcomes->n; i++)
        n += outcomes->at[i].state == state;
    return n;
}

// Single actions, however quickly one follows the other: the last one's, but a failure first.
static void say_last(struct session *s)
{
    const struct outcome *told = NULL;

    for (size_t i = 0; i < s->results.n; i++)
        if (!told || told->state == OUTCOME_DONE || s->results.at[i].state != OUTCOME_DONE)
            told = &s->results.at[i];
    if (told)
        say(s, told);
}

static void say_progress(struct session *s)
{
    size_t n = s->results.n, done = count(&s->results, OUTCOME_DONE);
    enum action_verb verb = n ? s->results.at[n - 1].action.verb : ACTION_REMOVE;
    char not_done[48] = "";

    if (s->stopping) {
        session_say(s, SEVERITY_NOTICE,
                    "stopping: what is under way is finished, nothing more begun");
        return;
    }
    if (!n)
        return; // what begins was said
    if (n > done)
        snprintf(not_done, sizeof not_done, "; %zu not done", n - done);
    session_say(s, SEVERITY_NOTICE, "%s: %zu of %zu; Esc stops%s", action_words(verb)->doing, n,
                s->acting, not_done);
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
    struct prompt *p = prompt_open(s, PROMPT_TEXT, NULL);
    struct line title = line_start(p->title, sizeof p->title);
    size_t cancelled = count(&s->results, OUTCOME_CANCELLED), size = 0;
    FILE *out = mem_stream(&p->body, &size);

    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < s->results.n; i++)
            if (s->results.at[i].state == order[k].state)
                fprintf(out, "%-10s %s\n", order[k].name, s->results.at[i].text);
    mem_stream_end(out);
    line_add(&title, "%zu done, %zu refused, %zu failed", count(&s->results, OUTCOME_DONE),
             count(&s->results, OUTCOME_REFUSED), count(&s->results, OUTCOME_FAILED));
    if (cancelled)
        line_add(&title, ", %zu not tried: cancelled", cancelled);
    session_say(s, count(&s->results, OUTCOME_DONE) == s->results.n ? SEVERITY_NOTICE
                                                                    : SEVERITY_WARNING,
                "%s", p->title);
}

void results_show(struct session *s)
{
    if (!s->acting)
        return;
    if (s->list_results && s->results.n < s->acting) {
        say_progress(s);
        return;
    }
    if (!s->list_results)
        say_last(s);
    else if (s->prompt.type != PROMPT_NONE)
        return; // shown when that prompt is answered
    else
        list(s);
    s->acting -= s->results.n < s->acting ? s->results.n : s->acting;
    vec_clear(&s->results);
}

bool results_cancel(struct session *s)
{
    if (!s->list_results || s->results.n >= s->acting)
        return false;
    sampler_cancel(s->sampler);
    s->stopping = true;
    say_progress(s);
    return true;
}
