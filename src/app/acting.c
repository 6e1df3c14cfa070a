#include "app/acting.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/following.h"
#include "app/preview.h"
#include "app/prompt.h"
#include "app/tags.h"
#include "app/targets.h"

enum { ALL_OF_THEM = -1 };

static const struct {
    const char *title, *word, *doing;
} verbs[] = {
    [ACTION_REMOVE] = {"Remove", "remove", "removing"},
    [ACTION_SIGNAL] = {"Signal", "signal", "sending the signal"},
    [ACTION_SET] = {"Change", "change", "changing"},
    [ACTION_LOCK] = {"Lock", "lock", "locking"},
    [ACTION_UNLOCK] = {"Unlock", "unlock", "unlocking"},
    [ACTION_LIMIT] = {"Limit", "set", "setting the limit"},
};

static const char *signal_name(int number, char *dst, size_t cap)
{
    const char *name = sigabbrev_np(number);

    if (name)
        snprintf(dst, cap, "SIG%s", name);
    else if (number >= SIGRTMIN && number <= SIGRTMAX)
        snprintf(dst, cap, "SIGRTMIN+%d", number - SIGRTMIN);
    else
        *dst = '\0';
    return dst;
}

// "18811 python"
static void process_name(const struct session *s, int32_t pid, char *dst, size_t cap)
{
    const struct process *p = s->snapshot ? snapshot_process(s->snapshot, pid) : NULL;

    snprintf(dst, cap, "%d%s%s", pid, p && p->comm[0] ? " " : "", p ? p->comm : "");
}

// --- the confirmation -----------------------------------------------------------------------------

static void hand_over(struct session *s, struct action_vec *actions)
{
    size_t n = 0;

    for (size_t i = 0; i < actions->n; i++)
        if (actions->at[i].verb != ACTION_SIGNAL || actions->at[i].target.pid > 0)
            actions->at[n++] = actions->at[i]; // kill(2): 0 and less mean whole groups
    if (!n)
        return;
    if (!s->acting) {
        vec_clear(&s->results);
        s->list_results = false;
    }
    s->acting += n;
    s->list_results |= n > 1;
    following_begin(s, actions->at, n);
    sampler_act(s->sampler, actions->at, n);
    if (n > 1)
        session_say(s, SEVERITY_NOTICE, "%zu actions under way", n);
    else
        session_say(s, SEVERITY_NOTICE, "%s", verbs[actions->at[0].verb].doing);
}

static void confirmed(struct session *s, bool accepted)
{
    if (accepted)
        hand_over(s, &s->prompt.actions);
    else
        session_say(s, SEVERITY_NOTICE, "nothing done");
}

static void ask(struct session *s, struct action_vec actions, const struct consequence *consequence,
                char *body)
{
    struct prompt *p = prompt_open(s, PROMPT_CONFIRM, confirmed);
    enum action_verb verb = actions.at[0].verb;

    snprintf(p->title, sizeof p->title, "%s", verbs[verb].title);
    p->consequence = *consequence;
    p->actions = actions;
    p->body = body;
    if (consequence->grave || actions.n > ACTING_MANY)
        snprintf(p->word, sizeof p->word, "%s", verbs[verb].word);
}

// The list was read: now the question.
static void previewed(struct session *s, bool accepted)
{
    struct action_vec actions = prompt_take_actions(s);
    const struct consequence total = s->prompt.consequence;

    if (accepted && actions.n) {
        ask(s, actions, &total, NULL);
        return;
    }
    if (actions.n)
        session_say(s, SEVERITY_NOTICE, "nothing done");
    vec_free(&actions);
}

// One target is asked about at once, several are listed first.
void acting_propose(struct session *s, struct action_vec actions)
{
    struct consequence c;

    if (!s->snapshot || !actions.n) {
        vec_free(&actions);
        return;
    }
    if (actions.n == 1) {
        consequence_of(s->snapshot, &actions.at[0], &c);
        if (!c.impossible) {
            ask(s, actions, &c, NULL);
            return;
        }
        session_say(s, SEVERITY_WARNING, "%s", c.effect);
        vec_free(&actions);
        return;
    }
    char *list = preview_text(s, &actions, &c);
    struct prompt *p = prompt_open(s, PROMPT_TEXT, previewed);
    snprintf(p->title, sizeof p->title, "%s",
             c.impossible ? c.question : "What would be done: Enter goes on to the question");
    p->body = mem_format("%s\n%s\n\n%s", c.question, c.effect, list);
    p->consequence = c;
    p->actions = actions;
    free(list);
}

// --- signals --------------------------------------------------------------------------------------

static void signal_chosen(struct session *s, bool accepted)
{
    const struct menu_item *item = prompt_chosen(&s->prompt);
    struct action_vec actions = prompt_take_actions(s);

    if (!accepted || !item) {
        vec_free(&actions);
        return;
    }
    s->last_signal = (int)item->value;
    for (size_t i = 0; i < actions.n; i++)
        actions.at[i].signal = s->last_signal;
    acting_propose(s, actions);
}

static void add_signal(struct prompt *p, int number)
{
    char name[24];
    const char *means = sigdescr_np(number);

    if (signal_name(number, name, sizeof name)[0])
        prompt_item(p, number, "%2d %-12s %s", number, name, means ? means : "");
}

// What keeps it from acting on most signals.
static const char *state_of(const struct session *s, int32_t pid)
{
    const struct process *p = s->snapshot ? snapshot_process(s->snapshot, pid) : NULL;

    if (!p || !(p->known & PROC_KNOWS_STATE))
        return "";
    return p->state == 'T' || p->state == 't' ? " (stopped)"
           : p->state == 'D'                  ? " (in uninterruptible sleep)"
                                              : "";
}

// Takes over `actions`.
static void choose_signal(struct session *s, struct action_vec actions)
{
    struct prompt *p = prompt_open(s, PROMPT_MENU, signal_chosen);
    char name[96];

    if (actions.n == 1) {
        process_name(s, actions.at[0].target.pid, name, sizeof name);
        snprintf(p->title, sizeof p->title, "Send signal to %s%s", name,
                 state_of(s, actions.at[0].target.pid));
    } else {
        snprintf(p->title, sizeof p->title, "Send signal to %zu processes", actions.n);
    }
    p->actions = actions;
    add_signal(p, SIGTERM);
    if (s->last_signal && s->last_signal != SIGTERM)
        add_signal(p, s->last_signal);
    for (int number = 1; number <= SIGRTMAX; number++)
        if (number != SIGTERM && number != s->last_signal)
            add_signal(p, number);
}

static void process_chosen(struct session *s, bool accepted)
{
    const struct menu_item *item = prompt_chosen(&s->prompt);
    struct action_vec actions = prompt_take_actions(s);

    if (!accepted || !item) {
        vec_free(&actions);
        return;
    }
    if (item->value != ALL_OF_THEM) {
        for (size_t i = 0; i < actions.n; i++)
            if (actions.at[i].target.pid == item->value)
                actions.at[0] = actions.at[i];
        actions.n = 1;
    }
    choose_signal(s, actions);
}

// Takes over both. "All" comes first, but the cursor does not stand on it.
static void choose_process(struct session *s, const struct identity *row, struct action_vec actions,
                           struct menu_vec *labels)
{
    struct prompt *p = prompt_open(s, PROMPT_MENU, process_chosen);
    char name[80];

    snprintf(p->title, sizeof p->title, "Which process of %s?",
             identity_text(row, name, sizeof name));
    prompt_item(p, ALL_OF_THEM, "    all %zu", actions.n);
    for (size_t i = 0; i < labels->n; i++)
        vec_push(&p->menu, labels->at[i]);
    p->cursor = 1;
    p->actions = actions;
    vec_free(labels);
}

// The rows meant: the tagged ones of this view's kind, else the selected one.
static bool meant(struct session *s, struct identity_vec *rows)
{
    const struct kind *kind = session_view(s)->kind;
    struct identity selected;

    for (size_t i = 0; i < s->tags.n; i++)
        if (s->tags.at[i].kind == kind->id)
            vec_push(rows, s->tags.at[i]);
    if (rows->n)
        return true;
    if (session_selected(s, &selected))
        vec_push(rows, selected);
    else if (session_view(s)->has_parent) // an object nobody holds has an empty table
        vec_push(rows, session_view(s)->parent);
    return false;
}

void acting_signal(struct session *s)
{
    struct identity_vec rows = {0};
    struct action_vec actions = {0};
    struct menu_vec labels = {0};
    bool tagged = meant(s, &rows);

    for (size_t i = 0; i < rows.n; i++)
        targets_signal(s->snapshot, &rows.at[i], &actions, &labels);
    if (!actions.n && rows.n) {
        char why[SESSION_TEXT];

        targets_none(s->snapshot, &rows.at[0], why, sizeof why);
        session_say(s, SEVERITY_WARNING, "%s", why);
        vec_free(&actions);
    } else if (actions.n > 1 && !tagged) {
        choose_process(s, &rows.at[0], actions, &labels);
    } else if (actions.n) {
        choose_signal(s, actions);
    }
    vec_free(&labels);
    vec_free(&rows);
}

// --- objects --------------------------------------------------------------------------------------

static bool has_target(const struct action_vec *actions, const struct identity *target)
{
    for (size_t i = 0; i < actions->n; i++)
        if (identity_same(&actions->at[i].target, target))
            return true;
    return false;
}

bool acting_objects(struct session *s, enum action_verb verb, struct action_vec *actions)
{
    struct identity_vec rows = {0};
    enum kind_id kind = session_view(s)->kind->id;
    // Of these every row is an object of its own; all others may share one.
    bool distinct = kind == KIND_SEGMENT || kind == KIND_SEMSET || kind == KIND_QUEUE;

    meant(s, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        struct action action = {.verb = verb};

        if (targets_object(s->snapshot, &rows.at[i], &action.target) &&
            (distinct || !has_target(actions, &action.target)))
            vec_push(actions, action);
    }
    if (!actions->n && rows.n) {
        char name[80];

        session_say(s, SEVERITY_WARNING, "nothing to %s: %s is gone, or no object of its own",
                    verbs[verb].word, identity_text(&rows.at[0], name, sizeof name));
    }
    vec_free(&rows);
    return actions->n > 0;
}

void acting_remove(struct session *s)
{
    struct action_vec actions = {0};

    if (acting_objects(s, ACTION_REMOVE, &actions))
        acting_propose(s, actions);
}

// --- outcomes -------------------------------------------------------------------------------------

// Single actions, however quickly one follows the other: the last one's, but a failure first.
static void say_result(struct session *s)
{
    const struct outcome *told = NULL;

    for (size_t i = 0; i < s->results.n; i++)
        if (!told || told->state == OUTCOME_DONE || s->results.at[i].state != OUTCOME_DONE)
            told = &s->results.at[i];
    if (told)
        session_say(s, told->state == OUTCOME_DONE ? SEVERITY_NOTICE : SEVERITY_CRITICAL, "%s",
                    told->text);
}

static void list_results(struct session *s)
{
    char summary[96];
    char *list = preview_results(&s->results, summary, sizeof summary);
    struct prompt *p = prompt_open(s, PROMPT_TEXT, NULL);

    snprintf(p->title, sizeof p->title, "%s", summary);
    p->body = list;
    session_say(s, SEVERITY_NOTICE, "%s", summary);
}

void acting_results(struct session *s)
{
    if (!s->acting || (s->list_results && s->results.n < s->acting))
        return;
    if (!s->list_results)
        say_result(s);
    else if (s->prompt.type != PROMPT_NONE)
        return; // shown when that prompt is answered
    else
        list_results(s);
    s->acting -= s->results.n < s->acting ? s->results.n : s->acting;
    vec_clear(&s->results);
}
