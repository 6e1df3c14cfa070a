#include "session/actions/preview.h"

#include <stdio.h>
#include <string.h>

#include "base/signal_name.h"
#include "model/apps/labels.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/text/say.h"
#include "session/actions/preview_list.h"
#include "session/actions/targets.h"
#include "session/session.h"
#include "session/tags.h"

enum { NAMED_MAX = 4, NAME = 48, OWNERS_NAMED = 3, OWNERS_MAX = 64 };

struct totals {
    size_t objects[KINDS], processes;
    size_t grave, grouped, forbidden; // of the grave ones, grouped
    struct impact impact;
    struct pid_vec holders;      // of the segments that go later
    struct pid_vec ended;        // that may end by their signals
    char named[NAMED_MAX][NAME]; // whose applications run on them
    size_t n_named;              // more than NAMED_MAX: these many at least
    uint32_t owners[OWNERS_MAX]; // of the objects
    size_t n_owners;             // more than OWNERS_MAX: these many at least
};

static void name_user(const struct snapshot *s, const struct identity *target, struct totals *t)
{
    const struct owned *o = snapshot_owned(s, target->kind, target->id);
    struct label label;
    char name[NAME];

    if (!o || t->n_named > NAMED_MAX || !label_of(s, o, &label))
        return;
    label_short(&label, name, sizeof name);
    for (size_t i = 0; i < t->n_named; i++)
        if (strcmp(t->named[i], name) == 0)
            return;
    if (t->n_named < NAMED_MAX)
        memcpy(t->named[t->n_named], name, sizeof name);
    t->n_named++;
}

static void count_owner(const struct snapshot *s, const struct action *action, struct totals *t)
{
    const struct owned *o = snapshot_owned(s, action->target.kind, action->target.id);
    uint32_t uid = o ? o->uid : action->was.uid;

    if ((!o && !action->shared.what) || t->n_owners > OWNERS_MAX)
        return;
    for (size_t i = 0; i < t->n_owners; i++)
        if (t->owners[i] == uid)
            return;
    if (t->n_owners < OWNERS_MAX)
        t->owners[t->n_owners] = uid;
    t->n_owners++;
}

static void count_target(const struct snapshot *s, const struct action *action,
                         const struct consequence *c, struct totals *t)
{
    const struct identity *target = &action->target;

    t->grave += c->grave;
    t->grouped += c->grouped;
    t->forbidden += c->forbidden;
    impact_add(&t->impact, &c->impact);
    if (action->verb == ACTION_SIGNAL) {
        t->processes++;
        if (c->ends)
            vec_push(&t->ended, target->pid);
        return;
    }
    t->objects[target->kind]++;
    count_owner(s, action, t);
    if (c->impact.later.n) {
        struct process_use_vec uses = {0};
        kind_get(target->kind)->processes(s, target, &uses);
        for (size_t i = 0; i < uses.n; i++)
            pids_add(&t->holders, uses.at[i].process.pid);
        vec_free(&uses);
    }
    if (c->grave && !c->grouped)
        name_user(s, target, t);
}

// --- in words -------------------------------------------------------------------------------------

static void question(const struct snapshot *s, const struct action *first, const struct totals *t,
                     struct consequence *total)
{
    struct say x = say_start(s, total->question, sizeof total->question);
    const char *name = signal_abbreviation(first->signal), *comma = "";

    if (first->verb == ACTION_SIGNAL)
        say(&x, "Send signal {number}{text}{text} to ", first->signal, name ? " SIG" : "", name);
    else
        say(&x, "{text} ", action_words(first->verb)->title);
    if (t->processes) {
        say(&x, "{n process|processes}", t->processes);
        comma = ", ";
    }
    for (int i = 1; i < KINDS; i++) {
        if (!t->objects[i])
            continue;
        say(&x, "{text}", comma);
        line_count(&x.line, t->objects[i], kind_get((enum kind_id)i)->one, NULL);
        comma = ", ";
    }
    for (size_t i = 0; i < t->n_owners && t->n_owners <= OWNERS_NAMED; i++)
        say(&x, "{text}{user}", !i ? " of " : i + 1 < t->n_owners ? ", " : " and ", t->owners[i]);
    if (t->n_owners > OWNERS_NAMED)
        say(&x, " of {text}{number} owners", t->n_owners > OWNERS_MAX ? "more than " : "",
            t->n_owners > OWNERS_MAX ? (size_t)OWNERS_MAX : t->n_owners);
    if (first->verb == ACTION_SET)
        say(&x, ": {change}", change_of(first));
    say(&x, "?");
}

static void say_segments(struct say *x, const struct totals *t)
{
    const struct impact *i = &t->impact;

    if (i->now.n) {
        say(x, "  freed now     {size} in {n segment}", i->now.bytes, i->now.n);
        if (!i->memory_unknown)
            say(x, ": {size} of memory, {size} of swap", i->memory, i->swap);
        say(x, "\n");
    }
    if (i->later.n)
        say(x, "  freed later   {size} in {n segment}", i->later.bytes, i->later.n);
    if (i->later.n && t->processes)
        say(x, " marked for removal, when all of them have ended\n");
    else if (i->later.n)
        say(x, ", when the last attachment ends; {n process holds|processes hold} {text}{text}\n",
            t->holders.n, i->later.n == 1 ? "it" : "them",
            i->holders_unseen ? ", and some that are not seen" : "");
    if (i->let_go.n)
        say(x,
            "  let go        {n segment: nobody holds it any more, but it stays|segments: nobody "
            "holds "
            "them any more, but they stay} until removed\n",
            i->let_go.n);
}

// One line each: what is of which kind stands in a column.
static void effect(const struct snapshot *s, const struct totals *t, size_t refused, size_t hidden,
                   struct consequence *total)
{
    struct say x = say_start(s, total->effect, sizeof total->effect);
    const struct impact *i = &t->impact;

    say_segments(&x, t);
    if (i->kept.n)
        say(&x,
            "  kept          {n object, until the last process that uses it lets go|objects, until "
            "the "
            "last process that uses them lets go}\n",
            i->kept.n);
    if (i->lost.n)
        say(&x, "  lost          {n message} of {size}\n", i->lost.n, i->lost.bytes);
    if (i->woken)
        say(&x, "  woken         {n waiting task gets EIDRM|waiting tasks get EIDRM}\n", i->woken);
    if (i->pinned.n)
        say(&x, "  in memory     {size} can no longer be swapped out\n", i->pinned.bytes);
    if (t->grave > t->grouped) {
        say(&x, "  in use        {number} of them", t->grave - t->grouped);
        for (size_t n = 0; n < t->n_named && n < NAMED_MAX; n++)
            say(&x, "{text}{text}", n ? ", " : ", by ", t->named[n]);
        say(&x, "{text}: marked ! in the list\n", t->n_named > NAMED_MAX ? " and others" : "");
    }
    if (t->grouped)
        say(&x, "  made with     one in use: {number} of them, marked ! in the list\n", t->grouped);
    if (t->forbidden)
        say(&x, "  may fail      {number} that this user may not touch\n", t->forbidden);
    if (refused)
        say(&x, "  left out      {number} that cannot be done\n", refused);
    if (hidden)
        say(&x, "  left alone    {n tagged that is|tagged that are} hidden here\n", hidden);
    total->impact = *i;
    total->grave = t->grave > 0;
}

char *preview_hidden(struct session *s)
{
    size_t hidden = tags_count(s, NULL).hidden;
    char text[128];
    struct say x = say_start(s->snapshot, text, sizeof text);

    say(&x, "{n tagged is|tagged are} hidden here and left alone.", hidden);
    return hidden ? mem_copy_string(text) : NULL;
}

// --- the list -------------------------------------------------------------------------------------

// What has changed since it was asked about, before what is to be known of it.
static void add_change(const struct snapshot *s, const struct action *action,
                       struct consequence *out)
{
    const struct object_state *was = &action->was, *now = &action->now;
    char effect[sizeof out->effect];
    struct say x = say_start(s, effect, sizeof effect);

    say(&x, "Changed since it was asked about");
    if (was->uid != now->uid)
        say(&x, "; owner {user} is {user} now", was->uid, now->uid);
    if (was->gid != now->gid)
        say(&x, "; group {group} is {group} now", was->gid, now->gid);
    if (was->mode != now->mode)
        say(&x, "; mode {mode} is {mode} now", was->mode, now->mode);
    if (was->uid == now->uid && was->gid == now->gid && was->mode == now->mode)
        say(&x, ", neither owner nor mode");
    say(&x, "; id, key and creator are the same. {text}", out->effect);
    memcpy(out->effect, effect, sizeof effect);
}

void preview_among(const struct snapshot *s, const struct action *action, const struct among *among,
                   struct consequence *out)
{
    char name[80];

    consequence_among(s, action, among, out);
    if (action->again && !out->impossible)
        add_change(s, action, out);
    if (action->verb != ACTION_SIGNAL || target_is_process(&action->target))
        return;
    snprintf(out->question, sizeof out->question, "Signal %s?",
             identity_text(&action->target, name, sizeof name));
    targets_none(s, &action->target, out->effect, LINE_TEXT);
    out->impossible = true;
}

void preview_one(const struct snapshot *s, const struct action *action, struct consequence *out)
{
    struct among among = among_of(s, action, 1);

    preview_among(s, action, &among, out);
    among_free(&among);
}

char *preview_text(const struct snapshot *s, size_t hidden, struct action_vec *actions,
                   struct outcome_vec *refused, struct consequence *total)
{
    struct preview_list list = {0};
    size_t kept = 0;
    struct totals t = {0};
    struct among among = among_of(s, actions->at, actions->n);

    for (size_t i = 0; i < actions->n; i++) {
        const struct action *action = &actions->at[i];
        struct consequence c;

        preview_among(s, action, &among, &c);
        preview_list_add(&list, s, &action->target, &c, actions->n - i - 1);
        if (c.impossible) {
            vec_push(refused, outcome_refused(action, c.effect));
            continue;
        }
        count_target(s, action, &c, &t);
        if (kept < i)
            actions->at[kept] = *action;
        kept++;
    }
    actions->n = kept;
    pids_settle(&t.holders);
    pids_settle(&t.ended);
    consequence_ended(s, &t.ended, &t.impact);
    *total = (struct consequence){.impossible = kept == 0};
    if (kept)
        question(s, &actions->at[0], &t, total);
    else
        snprintf(total->question, sizeof total->question, "Nothing of this can be done");
    effect(s, &t, refused->n, hidden, total);
    vec_free(&t.holders);
    vec_free(&t.ended);
    among_free(&among);
    return preview_list_end(&list, s);
}
