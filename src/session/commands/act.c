#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "session/actions/confirm.h"
#include "session/actions/edit_limit.h"
#include "session/actions/edit_object.h"
#include "session/commands/help.h"
#include "session/commands/runs.h"
#include "session/commands/save.h"
#include "session/prompt/prompt.h"
#include "session/tags.h"
#include "session/view.h"

// --- tags -----------------------------------------------------------------------------------------

RUN(tag)
{
    struct identity identity;

    if (!session_selected(s, &identity))
        return;
    tags_toggle(&s->tags, &identity);
    view_move(session_view(s), s->snapshot, 1); // so that several are tagged by holding the key
}

RUN(untag_all)
{
    vec_clear(&s->tags);
}

RUN(tag_all)
{
    struct view *v = session_view(s);
    struct identity_vec shown = {0};

    vec_reserve(&shown, v->rows.n);
    for (size_t i = 0; i < v->rows.n; i++)
        if (!view_row_gone(v->kind, s->snapshot, v->rows.at[i]))
            v->kind->identify(s->snapshot, v->rows.at[i], &shown.at[shown.n++]);
    tags_add_all(&s->tags, shown.at, shown.n);
    session_say(s, SEVERITY_NOTICE, "%zu tagged", s->tags.n);
    vec_free(&shown);
}

// --- acting ---------------------------------------------------------------------------------------

RUN(remove)
{
    choose_remove(s);
}

RUN(signal)
{
    choose_signal(s);
}

RUN(change)
{
    edit_object_set(s);
}

RUN(lock)
{
    edit_object_lock(s);
}

RUN(limit)
{
    edit_limit(s);
}

// --- the program ----------------------------------------------------------------------------------

RUN(refresh)
{
    s->refresh_once = true;
    sampler_refresh(s->sampler);
}

RUN(freeze)
{
    s->frozen = !s->frozen;
    s->refresh_once = false;
    sampler_pause(s->sampler, s->frozen);
    if (!s->frozen)
        sampler_refresh(s->sampler);
    session_say(s, SEVERITY_NOTICE,
                s->frozen ? "frozen: Z goes on, F5 takes one new picture" : "live again");
}

static void interval_done(struct session *s, bool accepted)
{
    struct prompt *p = &s->prompt;
    double seconds;

    if (!accepted || !p->text[0])
        return;
    if (!settings_interval(p->text, &seconds)) {
        snprintf(p->error, sizeof p->error, CONFIG_INTERVALS);
        p->error_at = 0;
        return;
    }
    s->interval = seconds;
    sampler_interval(s->sampler, seconds);
}

RUN(interval)
{
    struct prompt *p = prompt_open(s, PROMPT_LINE, interval_done);

    snprintf(p->title, sizeof p->title, "Seconds between refreshes (now %g)", s->interval);
}

RUN(save)
{
    save_ask(s);
}

RUN(settings)
{
    save_settings(s);
}

RUN(redraw)
{
    s->redraw = true;
}

RUN(suspend)
{
    s->suspend = true;
}

RUN(help)
{
    struct prompt *p = prompt_open(s, PROMPT_TEXT, NULL);

    snprintf(p->title, sizeof p->title, "Help: %s", session_view(s)->kind->title);
    p->body = help_text(session_view(s)->kind, s->options.readonly);
}

RUN(quit)
{
    s->quit = true;
}
