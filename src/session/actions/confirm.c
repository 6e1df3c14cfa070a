#include "session/actions/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/table/kind.h"
#include "session/actions/await_exit.h"
#include "session/actions/preview.h"
#include "session/actions/signal_menu.h"
#include "session/actions/targets.h"
#include "session/session.h"
#include "session/tags.h"

// --- the confirmation -----------------------------------------------------------------------------

static void hand_over(struct session *s, const struct action_vec *actions,
                      const struct outcome_vec *refused)
{
    progress_begin(s, actions->n + refused->n,
                   actions->n ? action_words(actions->at[0].verb)->doing : NULL);
    await_exit_begin(s, actions->at, actions->n);
    sampler_note(s->sampler, refused->at, refused->n);
    sampler_act(s->sampler, actions->at, actions->n);
}

// Said at once, and logged as what was tried.
static void refuse(struct session *s, const struct action *action, const char *why)
{
    struct outcome refused = outcome_refused(action, why);

    refused.extra = true;
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

// What a signal means to a process may stand in its arguments.
static bool knows_arguments(const struct snapshot *s, int32_t pid)
{
    const struct process *p = snapshot_process(s, pid);

    return p && p->known & PROC_KNOWS_COMMAND;
}

// Takes over `actions`, `refused` and `body`.
static void ask(struct session *s, struct action_vec actions, struct outcome_vec refused,
                const struct consequence *consequence, char *body)
{
    struct prompt *p = prompt_open(s, PROMPT_CONFIRM, confirmed);
    const struct action_words *words = action_words(actions.at[0].verb);

    snprintf(p->title, sizeof p->title, "%s", words->title);
    p->consequence = *consequence;
    p->actions = actions;
    p->refused = refused;
    p->body = body;
    p->unsure = actions.n == 1 && actions.at[0].verb == ACTION_SIGNAL &&
                !knows_arguments(s->snapshot, actions.at[0].target.pid);
    if (consequence->grave || actions.n > CONFIRM_MANY)
        snprintf(p->word, sizeof p->word, "%s", words->word);
}

void confirm_learn(struct session *s)
{
    struct prompt *p = &s->prompt;
    struct consequence c;

    if (!p->unsure || !knows_arguments(s->snapshot, p->actions.at[0].target.pid))
        return;
    p->unsure = false;
    if (p->type == PROMPT_MENU) {
        signal_menu_title(s);
        return;
    }
    consequence_of(s->snapshot, &p->actions.at[0], &c);
    if (c.impossible)
        return; // it was asked about as it was: whoever does it will tell
    p->consequence = c;
    if (c.grave)
        snprintf(p->word, sizeof p->word, "%s", action_words(ACTION_SIGNAL)->word);
}

// The list was read: now the question.
static void previewed(struct session *s, bool accepted)
{
    struct action_vec actions = prompt_take_actions(s);
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
        preview_one(s, &actions.at[0], &c);
        if (!c.impossible) {
            ask(s, actions, refused, &c, preview_hidden(s));
            return;
        }
        refuse(s, &actions.at[0], c.effect);
        vec_free(&actions);
        return;
    }
    char *list = preview_text(s, &actions, &refused, &c);
    struct prompt *p = prompt_open(s, PROMPT_TEXT, previewed);
    snprintf(p->title, sizeof p->title, "%s",
             c.impossible ? c.question : "What would be done: Enter goes on to the question");
    p->body = mem_format("%s\n%s\n%s", c.question, c.effect, list);
    p->consequence = c;
    p->actions = actions;
    p->refused = refused;
    free(list);
}

void confirm_refuse(struct session *s, enum action_verb verb, const char *why)
{
    struct action action = {.verb = verb};
    char text[LINE_TEXT], name[80];
    struct identity object;
    const void *row = session_selected(s, &action.target);

    if (!row) {
        session_say(s, SEVERITY_WARNING, "%s", why);
        return;
    }
    if (verb != ACTION_SIGNAL && targets_object(s->snapshot, &action.target, &object))
        action.target = object;
    if (action.target.kind == KIND_LIMIT)
        snprintf(name, sizeof name, "%s", ((const struct limit *)row)->name);
    else
        identity_text(&action.target, name, sizeof name);
    snprintf(text, sizeof text, "%s %s: %s", action_words(verb)->name, name, why);
    refuse(s, &action, text);
}

// --- whom it means -------------------------------------------------------------------------------

// The rows meant: the tagged ones that are seen, else the selected one. True: tagged ones.
static bool meant(struct session *s, struct identity_vec *rows)
{
    const struct tag_counts tagged = tags_count(s, rows);
    struct identity selected;

    if (tagged.shown)
        return true;
    if (tagged.hidden)
        session_say(s, SEVERITY_WARNING,
                    "nothing done: all %zu tagged are hidden here; show them, or U untags",
                    tagged.hidden);
    else if (session_selected(s, &selected))
        vec_push(rows, selected);
    else if (session_view(s)->has_parent) // an object nobody holds has an empty table
        vec_push(rows, session_view(s)->parent);
    return false;
}

void choose_signal(struct session *s)
{
    struct identity_vec rows = {0};
    struct action_vec actions = {0};
    struct menu_vec labels = {0};
    bool tagged = meant(s, &rows), any = false;

    for (size_t i = 0; i < rows.n; i++) {
        if (targets_signal(s->snapshot, &rows.at[i], &actions, &labels))
            any = true;
        else // refused as what it is, among the others
            vec_push(&actions, (struct action){.verb = ACTION_SIGNAL, .target = rows.at[i]});
    }
    if (!any)
        confirm_propose(s, actions);
    else if (actions.n > 1 && !tagged)
        signal_menu_process(s, &rows.at[0], actions, &labels);
    else
        signal_menu(s, actions);
    vec_free(&labels);
    vec_free(&rows);
}

static bool has_target(const struct action_vec *actions, const struct identity *target)
{
    for (size_t i = 0; i < actions->n; i++)
        if (identity_same(&actions->at[i].target, target))
            return true;
    return false;
}

bool choose_objects(struct session *s, enum action_verb verb, struct action_vec *actions)
{
    struct identity_vec rows = {0};
    bool distinct = kind_is_object(session_view(s)->kind->id); // all other rows may share one

    meant(s, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        struct action action = {.verb = verb};

        if (targets_object(s->snapshot, &rows.at[i], &action.target) &&
            (distinct || !has_target(actions, &action.target)))
            vec_push(actions, action);
    }
    if (!actions->n && rows.n) {
        char name[80], why[LINE_TEXT];

        snprintf(why, sizeof why, "nothing to %s: %s is gone, or no object of its own",
                 action_words(verb)->word, identity_text(&rows.at[0], name, sizeof name));
        refuse(s, &(struct action){.verb = verb, .target = rows.at[0]}, why);
    }
    vec_free(&rows);
    return actions->n > 0;
}

void choose_remove(struct session *s)
{
    struct action_vec actions = {0};

    if (choose_objects(s, ACTION_REMOVE, &actions))
        confirm_propose(s, actions);
}
