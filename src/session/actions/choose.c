#include "session/actions/choose.h"

#include <stdio.h>

#include "base/distinct.h"
#include "model/identity/find_row.h"
#include "session/actions/confirm.h"
#include "session/actions/preview.h"
#include "session/actions/signal_menu.h"
#include "session/actions/targets.h"
#include "session/current.h"
#include "session/message.h"
#include "session/session.h"
#include "session/tags.h"

// The rows meant: the tagged ones that are seen, else the selected one, where none is tagged.
static struct tag_counts meant(struct session *s, struct identity_vec *rows)
{
    const struct tag_counts tagged = tags_count(s, rows);
    struct identity selected;
    const void *row;

    if (tagged.shown || tagged.hidden)
        return tagged;
    if ((row = session_selected(s, &selected))) {
        tags_of_row(session_view(s)->kind, s->snapshot, row, rows);
        if (!rows->n) // none of the objects is left that it stands for
            vec_push(rows, selected);
    } else if (session_view(s)->has_parent) { // an object without holders has an empty table
        vec_push(rows, session_view(s)->parent);
    }
    return tagged;
}

static void say_hidden(struct session *s, const struct tag_counts *tagged)
{
    if (tagged->hidden && !tagged->shown)
        session_say(s, SEVERITY_WARNING,
                    "nothing done: all %zu tagged are hidden here; show them, or U untags",
                    tagged->hidden);
}

// A finding about a limit, anonymous memory: nothing was tried on any object, so nothing is logged.
static bool is_no_target(struct session *s, const struct identity *row)
{
    struct identity object;

    return !target_is_process(row) && !find_object(s->snapshot, row, &object);
}

void choose_signal(struct session *s)
{
    struct identity_vec rows = {0};
    struct identity_vec targets = {0}, without = {0};
    struct menu_vec labels = {0};
    const struct tag_counts tagged = meant(s, &rows);
    bool one_row = rows.n == 1 && !tagged.shown; // of its processes one can be chosen

    say_hidden(s, &tagged);
    targets_signal(s->snapshot, rows.at, rows.n, &targets, one_row ? &labels : NULL, &without);
    bool any = targets.n > 0;
    for (size_t i = 0; i < without.n; i++) // each is refused as what it is, among the others
        vec_push(&targets, without.at[i]);
    if (!any && rows.n == 1 && is_no_target(s, &rows.at[0])) {
        char why[LINE_TEXT];
        targets_none(s->snapshot, &rows.at[0], why, sizeof why);
        session_say(s, SEVERITY_WARNING, "%s", why);
        vec_free(&targets);
    } else if (!any) {
        confirm_propose(s, targets_actions(&targets, 0));
        vec_free(&targets);
    } else if (targets.n > 1 && one_row) {
        signal_menu_process(s, &rows.at[0], targets, &labels);
    } else {
        signal_menu(s, targets);
    }
    vec_free(&labels);
    vec_free(&without);
    vec_free(&rows);
}

// What has no number is distinguished by device and inode, mixed (Knuth's multiplicative hash).
static uint64_t key_of(const struct identity *target)
{
    uint64_t mixed = (target->part + target->key) * UINT64_C(0x9e3779b97f4a7c15) ^ target->key;

    return target->part ? mixed : (uint64_t)target->kind << 32 | (uint32_t)target->id;
}

void choose_distinct(struct action_vec *actions)
{
    uint64_t *ids = mem_zero(actions->n, sizeof *ids);

    for (size_t i = 0; i < actions->n; i++)
        ids[i] = key_of(&actions->at[i].target);
    bool *first = distinct_first(ids, actions->n);
    vec_keep(actions, a, first[a - actions->at]);
    free(first);
    free(ids);
}

static void say_nothing_to_do(struct session *s, enum action_verb verb, const struct identity *row)
{
    const struct kind *kind = session_view(s)->kind;
    char name[80], why[LINE_TEXT];

    if (kind->members) {
        session_say(s, SEVERITY_WARNING,
                    "nothing to %s: this %s stands for no object; Enter shows what it is about",
                    action_words(verb)->word, kind->one);
        return;
    }
    snprintf(why, sizeof why, "nothing to %s: %s is gone, or no object of its own",
             action_words(verb)->word, identity_text(row, name, sizeof name));
    confirm_refuse_action(s, &(struct action){.verb = verb, .target = *row}, why);
}

bool choose_objects(struct session *s, enum action_verb verb, struct action_vec *actions)
{
    struct identity_vec rows = {0};

    const struct tag_counts tagged = meant(s, &rows);

    say_hidden(s, &tagged);
    for (size_t i = 0; i < rows.n; i++) {
        struct action action = {.verb = verb};

        if (find_target(s->snapshot, &rows.at[i], &action))
            vec_push(actions, action);
    }
    choose_distinct(actions);
    if (!actions->n && rows.n)
        say_nothing_to_do(s, verb, &rows.at[0]);
    vec_free(&rows);
    return actions->n > 0;
}

void choose_remove(struct session *s)
{
    struct action_vec actions = {0};

    if (choose_objects(s, ACTION_REMOVE, &actions))
        confirm_propose(s, actions);
}

// --- whether it would be asked about ---------------------------------------------------------------

enum { LOOKED_AT = 8 }; // of many one is enough, and each is judged at each drawing

static bool may_act(struct session *s, const struct identity *row, enum action_verb verb)
{
    struct action action = {.verb = verb};
    struct consequence c;

    if (!find_target(s->snapshot, row, &action))
        return false;
    preview_one(s->snapshot, &action, &c);
    return !c.impossible;
}

static bool may_signal(struct session *s, const struct identity_vec *rows)
{
    struct identity_vec targets = {0}, without = {0};

    targets_signal(s->snapshot, rows->at, rows->n, &targets, NULL, &without);
    bool any = targets.n > 0;
    vec_free(&targets);
    vec_free(&without);
    return any;
}

bool choose_may(struct session *s, enum action_verb verb)
{
    const struct view *v = session_view(s);
    const void *row = session_selected(s, NULL);
    struct identity_vec rows = {0};
    bool may = false, shown;

    if (!s->snapshot)
        return false;
    if (tags_any(s, &shown))
        return shown;
    meant(s, &rows);
    bool gone = row && view_row_gone(v->kind, s->snapshot, row);
    rows.n = rows.n < LOOKED_AT ? rows.n : LOOKED_AT;
    if (verb == ACTION_SIGNAL)
        may = !gone && may_signal(s, &rows);
    else
        for (size_t i = 0; i < rows.n && !may && !gone; i++)
            may = may_act(s, &rows.at[i], verb);
    vec_free(&rows);
    return may;
}
