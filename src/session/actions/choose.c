#include "session/actions/choose.h"

#include <stdio.h>

#include "model/kinds/find_row.h"
#include "session/actions/confirm.h"
#include "session/actions/signal_menu.h"
#include "session/actions/targets.h"
#include "session/current.h"
#include "session/message.h"
#include "session/session.h"
#include "session/tags.h"

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
    else if (session_view(s)->has_parent) // an object without holders has an empty table
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

        if (find_object(s->snapshot, &rows.at[i], &action.target) &&
            (distinct || !has_target(actions, &action.target)))
            vec_push(actions, action);
    }
    if (!actions->n && rows.n) {
        char name[80], why[LINE_TEXT];

        snprintf(why, sizeof why, "nothing to %s: %s is gone, or no object of its own",
                 action_words(verb)->word, identity_text(&rows.at[0], name, sizeof name));
        confirm_refuse_action(s, &(struct action){.verb = verb, .target = rows.at[0]}, why);
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
