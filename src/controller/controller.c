#include "controller/controller.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "controller/dispatch.h"
#include "controller/want.h"
#include "model/kinds/registry.h"
#include "model/table/kind.h"
#include "session/actions/await_exit.h"
#include "session/actions/confirm.h"
#include "session/actions/edit_object.h"
#include "session/actions/progress.h"
#include "session/actions/signal_menu.h"
#include "session/arrange.h"
#include "session/commands/commands.h"
#include "session/commands/help.h"
#include "session/commands/save.h"
#include "session/current.h"
#include "session/message.h"
#include "session/place.h"
#include "session/prompt/keys.h"
#include "session/tags.h"

// A frozen picture has only what the view it was frozen in needed.
static void note_frozen(struct session *s)
{
    struct want want;

    session_want(s, &want);
    if (s->frozen && s->snapshot && want.need & ~s->snapshot->has)
        session_say(s, SEVERITY_NOTICE, "frozen: F5 reads what is missing here");
}

static void open_first(struct session *s, const struct session_options *o)
{
    const struct kind *kind = o->table ? kind_by_name(o->table) : NULL;
    struct filter_error error;

    if (kind)
        kind_tab(kind, &s->tab);
    struct view *v = session_view(s);
    if (o->filter) {
        v->filter = filter_parse(v->kind, o->filter, &error);
        snprintf(v->filter_text, sizeof v->filter_text, "%s", v->filter ? o->filter : "");
    }
    if (o->sort && rows_parse_sort(v->kind, o->sort, &v->sort, &v->descending))
        arrange_sort(s, v->sort, v->descending);
    if (o->n_columns)
        arrange_set_columns(s, v->kind, o->columns, o->n_columns);
    v->has_owner = o->has_owner;
    v->owner = o->owner;
    v->has_id = o->has_id;
    v->id = o->id;
}

void session_init(struct session *s, struct sampler *sampler, const struct session_options *o)
{
    *s = (struct session){
        .options = *o, .sampler = sampler, .interval = o->interval, .tracing = o->trace};
    s->prompt.session = s;
    if (o->place)
        place_start(s, o->place);
    if (o->config)
        arrange_start(s, o->config);
    for (size_t i = 0; i < kind_tabs(); i++) {
        const struct kind *kind = kind_of_tab(i);
        view_init(&s->tabs[kind->id], kind, NULL);
        arrange_view(s, &s->tabs[kind->id]);
    }
    open_first(s, o);
    if (o->notice)
        session_say(s, SEVERITY_WARNING, "%s", o->notice);
    // The caller's, and no longer than this call.
    s->options.config = NULL;
    s->options.columns = NULL;
    s->options.notice = NULL;
}

void session_free(struct session *s)
{
    prompt_close(&s->prompt);
    for (size_t i = 0; i < s->depth; i++)
        view_free(&s->stack[i]);
    for (size_t i = 0; i < KINDS; i++)
        view_free(&s->tabs[i]);
    vec_free(&s->tags);
    recent_rows_free(&s->changes);
    history_free(&s->history);
    history_free(&s->own_history);
    vec_free(&s->results.outcomes);
    vec_free(&s->results.changed);
    save_forget(s);
    vec_free(&s->followed);
    snapshot_unref(s->snapshot);
    *s = (struct session){0};
}

// Where tracing is not possible, the reason stands in the message line, once.
static void say_tracing(struct session *s, const struct snapshot *old)
{
    const struct trace_status *is = &s->snapshot->tracing;

    if (s->tracing && (is->state == TRACE_REFUSED || is->state == TRACE_ENDED) &&
        (!old || old->tracing.state != is->state))
        session_say(s, SEVERITY_WARNING, "no tracing: %s", is->reason);
}

// A namespace ends with its last process, also while it is shown: what is asked just then stays asked.
static void leave_ended(struct session *s)
{
    char name[sizeof s->place_name];

    if (!s->place || !s->snapshot || s->snapshot->error != -ENOENT || s->prompt.type != PROMPT_NONE)
        return;
    snprintf(name, sizeof name, "%s", s->place_name);
    place_leave(s);
    session_say(s, SEVERITY_WARNING, "%s has ended: back in our own IPC namespace", name);
}

static void say_place(struct session *s, const struct snapshot *old)
{
    if (s->place && (s->snapshot->error == -EPERM || s->snapshot->error == -EACCES) &&
        (!old || !old->error))
        session_say(s, SEVERITY_WARNING, "%s: not permitted: needs CAP_SYS_ADMIN; Esc goes back",
                    s->place_name);
}

// What cannot be read of a recording, once, and that a pipe has ended.
static void say_recorded(struct session *s, const struct snapshot *old)
{
    const struct playback *is = &s->snapshot->playback, *was = old ? &old->playback : NULL;

    if (is->note[0] && (!was || strcmp(is->note, was->note) != 0))
        session_say(s, SEVERITY_WARNING, "%s", is->note);
    if (is->ended && (!was || !was->ended))
        session_say(s, SEVERITY_CRITICAL, "the connection has ended: this is its last picture%s%s",
                    is->note[0] ? "; " : "", is->note);
}

void session_adopt(struct session *s, struct snapshot *snapshot)
{
    if (!place_is_of(s, snapshot)) {
        snapshot_unref(snapshot); // was under way when another one was entered
        return;
    }
    if (s->frozen && !s->refresh_once && s->snapshot) {
        await_exit_look(s, snapshot);
        snapshot_unref(snapshot); // was under way when the picture was frozen
        return;
    }
    struct snapshot *old = s->snapshot;
    s->refresh_once &= snapshot->partial; // what was wanted is whole
    s->snapshot = snapshot;
    tags_prune(&s->tags, snapshot);
    recent_rows_note(&s->changes, old, snapshot, clock_ns());
    if (!snapshot->partial)
        history_add(&s->history, snapshot);
    session_rebuild(s);
    signal_menu_learn(s);
    save_learn(s);
    say_tracing(s, old);
    say_place(s, old);
    say_recorded(s, old);
    await_exit_look(s, snapshot); // last, so that its message stays
    snapshot_unref(old);          // only now: rows pointed into it
    leave_ended(s);
}

void session_outcomes(struct session *s, const struct outcome_vec *outcomes)
{
    const struct outcome *setting = NULL;

    for (size_t i = 0; i < outcomes->n; i++) {
        const struct outcome *o = &outcomes->at[i];

        if (o->action.verb == ACTION_RESOLVE) {
            edit_object_resolved(s, o);
            continue;
        }
        progress_add(s, o);
        setting = o->state == OUTCOME_DONE && o->action.limit.setting[0] ? o : setting;
    }
    progress_show(s);
    if (setting)
        save_setting(s, setting);
    confirm_changed(s);
}

static void open_help(struct session *s)
{
    struct prompt *p =
        prompt_open(&s->prompt, PROMPT_TEXT, NULL, "Help: %s", session_view(s)->kind->title);

    p->two_columns = true;
    p->body = help_text(session_view(s)->kind, &s->options);
    s->help = false;
}

static void say_no_key(struct session *s, int32_t key)
{
    char name[16];

    if (key == K_MOUSE)
        return;
    key_name(key, name, sizeof name);
    for (int id = 1; id < KINDS; id++)
        if (command_by_key((enum kind_id)id, key)) {
            session_say(s, SEVERITY_NOTICE, "%s: not in this view; F1 lists its keys", name);
            return;
        }
    session_say(s, SEVERITY_NOTICE, "%s: no such key; F1 lists them", name);
}

static void key_in_prompt(struct session *s, const struct key_event *event)
{
    int64_t said = s->message_ns;

    if (event->key == K_CTRL('l'))
        s->redraw = true;
    else if (event->key == K_CTRL('z'))
        s->suspend = true;
    else
        prompt_key(&s->prompt, event);
    s->message_here |= s->message_ns != said;
    if (s->prompt.type == PROMPT_NONE) {
        progress_show(s); // those that waited for it
        confirm_changed(s);
        leave_ended(s);
    }
    save_results(s);
}

// What a key had to say of the view that is left does not stand over the next one; what the key that leaves
// it says does.
static void run_in_view(struct session *s, const struct command *command, int32_t key)
{
    const struct view *before = session_view(s);
    const struct kind *kind = before->kind;
    int64_t said = s->message_ns;

    command_run(command, s, key);
    if (session_view(s) == before && session_view(s)->kind == kind) {
        s->message_here |= s->message_ns != said;
        return;
    }
    session_unsay(s);
    note_frozen(s);
}

void session_key(struct session *s, const struct key_event *event)
{
    if (event->key == K_NONE || (event->pasted && !prompt_takes_text(&s->prompt, event->key)))
        return;
    if (s->prompt.type != PROMPT_NONE) {
        key_in_prompt(s, event);
        return;
    }
    const struct command *command = command_by_key(session_view(s)->kind->id, event->key);
    if (!command) {
        say_no_key(s, event->key);
        s->message_here = true;
        return;
    }
    run_in_view(s, command, event->key);
    if (s->enter_place) {
        place_enter(s, s->enter_place);
        s->enter_place = 0;
    }
    if (s->help)
        open_help(s);
}
