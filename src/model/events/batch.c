// A command on several targets is one event, however many pictures it takes; its actions stand below it.

#include "model/kinds/registry.h"
#include "parts.h"

enum { TEXT = 160 };

static enum kind_id kind_of(const struct action *action)
{
    return action->verb == ACTION_SIGNAL ? NO_KIND
                                         : action->target.kind; // to processes, whatever the rows
}

void batch_add(struct batch *batch, const struct outcome *outcome, struct event *member,
               uint64_t *number)
{
    const struct action *action = &outcome->action;

    if (batch->number != action->batch) {
        event_log_unref(batch->members);
        *batch = (struct batch){.number = action->batch,
                                .event = ++*number,
                                .verb = action->verb,
                                .kind = kind_of(action)};
    }
    if (batch->kind != kind_of(action))
        batch->kind = NO_KIND;
    batch->n++;
    batch->counts[outcome->state]++;
    member->number = ++*number;
    member->of = batch->event;
    vec_push(&batch->fresh, member);
}

// "60 semaphore sets removed", "58 of 60 segments removed; 1 refused, 1 failed".
static void say_counts(struct say *x, const struct batch *batch)
{
    const struct kind *kind = kind_get(batch->kind);
    bool processes = batch->verb == ACTION_SIGNAL;
    size_t done = batch->counts[OUTCOME_DONE];
    const char *gap = "; ";

    if (done < batch->n)
        say(x, "{number} of ", done);
    line_count(&x->line, batch->n,
               processes ? "process"
               : kind    ? kind->one
                         : "object",
               processes ? "processes" : NULL);
    say(x, " {text}", action_words(batch->verb)->done);
    for (int state = 0; state < OUTCOME_STATES; state++) {
        if (state == OUTCOME_DONE || !batch->counts[state])
            continue;
        say(x, "{text}{number} {text}", gap, batch->counts[state],
            outcome_state_name((enum outcome_state)state));
        gap = ", ";
    }
}

struct event *batch_report(struct batch *batch, const struct snapshot *now)
{
    char text[TEXT] = "";
    struct say x = say_start(now, text, sizeof text);

    if (!batch->fresh.n)
        return NULL;
    struct event_log *before = batch->members;
    batch->members = event_log_more(before, &batch->fresh);
    event_log_unref(before);
    vec_free(&batch->fresh);
    struct event head = event_own(now, batch->counts[OUTCOME_DONE] == batch->n);
    head.number = batch->event;
    head.about.kind = batch->kind;
    head.several = true;
    head.members = batch->members;
    say_counts(&x, batch);
    return event_worded(&head, now, event_own_user(now), text);
}
