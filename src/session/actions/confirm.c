#include "session/actions/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sampler.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "session/actions/await_exit.h"
#include "session/actions/preview.h"
#include "session/actions/progress.h"
#include "session/current.h"
#include "session/message.h"
#include "session/session.h"
#include "session/tags.h"

void confirm_note_state(const struct snapshot *s, struct action *action)
{
    const struct identity *target = &action->target;
    const struct owned *o = snapshot_owned(s, target->kind, target->id);
    const struct kind *kind = kind_get(target->kind);
    int64_t time;

    action->ipc_namespace = s->entered;
    if (o && !action->again)
        action->was =
            (struct object_state){o->uid, o->gid, o->mode, kind->maker ? kind->maker(o, &time) : 0};
}

static void hand_over(struct session *s, struct action_vec *actions, struct outcome_vec *refused)
{
    uint32_t batch = actions->n + refused->n > 1 ? ++s->results.batches : 0;

    for (size_t i = 0; i < actions->n; i++) {
        confirm_note_state(s->snapshot, &actions->at[i]);
        actions->at[i].batch = batch;
    }
    for (size_t i = 0; i < refused->n; i++)
        refused->at[i].action.batch = batch;
    progress_begin(s, actions->n + refused->n,
                   actions->n ? action_words(actions->at[0].verb)->doing : NULL);
    await_exit_begin(s, actions->at, actions->n);
    sampler_note(s->sampler, refused->at, refused->n);
    sampler_act(s->sampler, actions->at, actions->n);
}

// Whether an action that is refused was tried on something it could act on. A finding is none, and memory
// without a name has nothing that could be removed.
static bool is_attempt(const struct action *action)
{
    const struct kind *kind = kind_get(action->target.kind);
    const struct shared_target *shared = &action->shared;

    if (action->verb == ACTION_LIMIT)
        return true;
    if (action->verb == ACTION_SIGNAL)
        return kind && kind->processes;
    return kind_is_object(action->target.kind) ||
           (shared->what && shared->name[0] && shared_type_has_names(shared->type));
}

void confirm_refuse_action(struct session *s, const struct action *action, const char *why)
{
    struct outcome refused = outcome_refused(action, why);

    refused.extra = true;
    if (is_attempt(action))
        sampler_note(s->sampler, &refused, 1);
    session_say(s, SEVERITY_WARNING, "%s", refused.text);
}

static void confirmed(struct session *s, bool accepted)
{
    if (accepted)
        hand_over(s, &s->prompt.actions, &s->prompt.refused);
    else
        session_say(s, SEVERITY_NOTICE, "nothing done");
}

// What a signal means to a process may stand in its arguments, and whom its end hits in its sockets.
unsigned confirm_unknown(const struct snapshot *s, enum action_verb verb,
                         const struct identity *target)
{
    const struct kind *kind = kind_get(target->kind);
    const struct process *p = snapshot_process(s, target->pid);

    if (verb != ACTION_SIGNAL)
        return kind && kind->act_need & ~s->has ? UNKNOWN_WHAT : 0;
    return (p && p->known & PROC_KNOWS_COMMAND ? 0 : UNKNOWN_WHAT) |
           (s->has & NEED_PEERS && process_files_find(&s->file_answers, target->pid)
                ? 0
                : UNKNOWN_SERVED);
}

// Takes over `actions`, `refused` and `body`.
static void ask(struct session *s, struct action_vec actions, struct outcome_vec refused,
                const struct consequence *consequence, char *body)
{
    const struct action_words *words = action_words(actions.at[0].verb);
    struct prompt *p = prompt_open(&s->prompt, PROMPT_CONFIRM, confirmed, "%s", words->title);

    p->consequence = *consequence;
    p->actions = actions;
    p->refused = refused;
    p->body = body;
    p->unsure = actions.n == 1
                    ? confirm_unknown(s->snapshot, actions.at[0].verb, &actions.at[0].target)
                    : 0;
    if (consequence->grave || actions.n > CONFIRM_MANY)
        snprintf(p->word, sizeof p->word, "%s", words->word);
}

// The list was read: now the question.
static void previewed(struct session *s, bool accepted)
{
    struct action_vec actions = prompt_take_actions(&s->prompt);
    struct outcome_vec refused = s->prompt.refused;
    const struct consequence total = s->prompt.consequence;

    s->prompt.refused = (struct outcome_vec){0};
    if (accepted && actions.n) {
        ask(s, actions, refused, &total, NULL);
        return;
    }
    if (accepted)
        hand_over(s, &actions, &refused);
    else
        session_say(s, SEVERITY_NOTICE, "nothing done");
    vec_free(&actions);
    vec_free(&refused);
}

// "Remove segment 5 in IPC namespace 4026532201 (web)?"
static void name_place(const struct session *s, struct consequence *c)
{
    size_t n = strlen(c->question);

    if (!s->place)
        return;
    bool asks = n && c->question[n - 1] == '?';
    n -= asks;
    snprintf(c->question + n, sizeof c->question - n, " in %s%s", s->place_name, asks ? "?" : "");
}

void confirm_foresee(const struct session *s, const struct action *action, struct consequence *out)
{
    preview_one(s->snapshot, action, out);
    name_place(s, out);
    // Another namespace is set at its start by other files; --save-dir says where files may be written.
    if (s->place || !s->options.writer || s->options.save_dir || s->options.readonly || out->grave)
        out->setting[0] = '\0';
}

// The list with these above it. It may have megabytes, which are not copied to another place.
static char *below(char *list, const char *question, const char *effect)
{
    char *head = mem_format("%s\n%s\n", question, effect);
    size_t n = strlen(list) + 1, above = strlen(head);

    list = mem_resize(list, above + n, 1);
    memmove(list + above, list, n);
    memcpy(list, head, above);
    free(head);
    return list;
}

// One target is asked about at once, several are listed first.
void confirm_propose(struct session *s, struct action_vec actions)
{
    struct outcome_vec refused = {0};
    struct consequence c;

    if (!s->snapshot || !actions.n) {
        vec_free(&actions);
        return;
    }
    if (actions.n == 1) {
        confirm_foresee(s, &actions.at[0], &c);
        if (!c.impossible) {
            ask(s, actions, refused, &c, preview_hidden(s));
            return;
        }
        confirm_refuse_action(s, &actions.at[0], c.effect);
        vec_free(&actions);
        return;
    }
    char *list = preview_text(s->snapshot, tags_count(s, NULL).hidden, &actions, &refused, &c);
    name_place(s, &c);
    struct prompt *p = prompt_open(
        &s->prompt, PROMPT_TEXT, previewed, "%s",
        c.impossible ? c.question : "What would be done: Enter goes on to the question");
    p->body = below(list, c.question, c.effect);
    p->consequence = c;
    p->actions = actions;
    p->refused = refused;
}

void confirm_changed(struct session *s)
{
    struct action_vec changed = s->results.changed;

    if (!changed.n || s->results.pending || s->prompt.type != PROMPT_NONE)
        return;
    s->results.changed = (struct action_vec){0};
    confirm_propose(s, changed);
}

void confirm_refuse(struct session *s, enum action_verb verb, const char *why)
{
    struct action action = {.verb = verb}, found = action;
    char text[LINE_TEXT], name[80];

    if (!session_selected(s, &action.target)) {
        session_say(s, SEVERITY_WARNING, "%s", why);
        return;
    }
    if (verb != ACTION_SIGNAL && find_target(s->snapshot, &action.target, &found))
        action = found;
    row_text(s->snapshot, &action.target, name, sizeof name);
    snprintf(text, sizeof text, "%s %s: %s", action_words(verb)->name, name, why);
    confirm_refuse_action(s, &action, text);
}
