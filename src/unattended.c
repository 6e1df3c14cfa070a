#include "unattended.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/consequence/consequence.h"
#include "model/identity/find_row.h"
#include "model/triage/triage.h"
#include "output/results.h"
#include "print.h"
#include "session/actions/choose.h"
#include "session/actions/confirm.h"
#include "session/actions/preview.h"
#include "session/actions/targets.h"

struct run {
    const struct options *options;
    const struct requests *requests;
    const struct snapshot *s;
    struct action_vec actions;   // that are to be done
    struct outcome_vec outcomes; // of what is left out, then of what was done
};

// --- which ----------------------------------------------------------------------------------------

static void choose_objects_of(struct run *run, const struct identity_vec *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct action action = {.verb = ACTION_REMOVE, .unused_only = !run->options->attached};

        if (find_target(run->s, &rows->at[i], &action))
            vec_push(&run->actions, action);
    }
    choose_distinct(&run->actions);
}

static void choose_processes_of(struct run *run, const struct identity_vec *rows)
{
    struct identity_vec targets = {0}, without = {0};

    targets_signal(run->s, rows->at, rows->n, &targets, NULL, &without);
    for (size_t i = 0; i < without.n; i++) // each is refused as what it is, among the others
        vec_push(&targets, without.at[i]);
    run->actions = targets_actions(&targets, run->options->signal);
    vec_free(&targets);
    vec_free(&without);
}

static void choose_all(struct run *run)
{
    struct identity_vec identities = {0};

    for (size_t t = 0; t < run->requests->n; t++) {
        const struct query *query = &run->requests->tables[t].query;
        struct rows rows = {0};
        if (kind_is_known(query->kind, run->s))
            rows_build(&rows, run->s, query);
        for (size_t i = 0; i < rows.n; i++) {
            struct identity identity;
            query->kind->identify(run->s, rows.at[i], &identity);
            vec_push(&identities, identity);
        }
        vec_free(&rows);
    }
    if (run->options->remove)
        choose_objects_of(run, &identities);
    else
        choose_processes_of(run, &identities);
    vec_free(&identities);
}

// --- what is protected ----------------------------------------------------------------------------

// The options that would have it done; empty where nothing stands against it.
static const char *protection(const struct options *o, const struct action *action,
                              const struct consequence *c)
{
    bool used =
        action->verb == ACTION_REMOVE && (c->impact.later.n || c->impact.kept.n || c->impact.woken);
    bool grave = c->grave && !o->force;

    used = used && !o->attached;
    return c->impossible   ? "" // which is said elsewhere
           : grave && used ? "it is in use, and an application runs on it (--force --attached)"
           : grave         ? "an application runs on it (--force)"
           : used          ? "it is in use (--attached)"
                           : "";
}

static void leave_out(struct run *run)
{
    size_t kept = 0;

    for (size_t i = 0; i < run->actions.n; i++) {
        const struct action *action = &run->actions.at[i];
        struct consequence c;
        char name[80], why[256];
        struct line line = line_start(why, sizeof why);

        consequence_of(run->s, action, &c);
        const char *reason = protection(run->options, action, &c);
        if (!*reason) {
            run->actions.at[kept++] = *action;
            continue;
        }
        line_add(&line, "%s is left alone: %s. %s",
                 row_text(run->s, &action->target, name, sizeof name), reason, c.effect);
        vec_push(&run->outcomes, outcome_refused(action, why));
    }
    run->actions.n = kept;
}

// --- doing it -------------------------------------------------------------------------------------

static void do_all(struct run *run, struct sampler *sampler)
{
    struct pollfd on = {.fd = sampler_fd(sampler), .events = POLLIN};
    size_t left_out = run->outcomes.n, n = run->actions.n;

    for (size_t i = 0; i < n; i++)
        confirm_note_state(run->s, &run->actions.at[i]);
    struct outcome_vec refused = run->outcomes;
    run->outcomes = (struct outcome_vec){0};
    sampler_note(sampler, refused.at, refused.n);
    sampler_act(sampler, run->actions.at, n);
    vec_free(&refused);
    // One that hangs has an outcome, too: the worker reports it and goes on.
    while (run->outcomes.n < left_out + n) {
        if (poll(&on, 1, -1) > 0)
            snapshot_unref(sampler_take(sampler));
        sampler_outcomes(sampler, &run->outcomes);
    }
}

// --- what is said ---------------------------------------------------------------------------------

// What was chosen comes first among the outcomes, as it would be done.
static void put_preview_first(struct run *run)
{
    struct among among = among_of(run->s, run->actions.at, run->actions.n);
    struct outcome_vec all = {0};

    for (size_t i = 0; i < run->actions.n; i++) {
        struct consequence c;
        preview_among(run->s, &run->actions.at[i], &among, &c);
        vec_push(&all, outcome_refused(&run->actions.at[i], c.effect));
    }
    for (size_t i = 0; i < run->outcomes.n; i++)
        vec_push(&all, run->outcomes.at[i]);
    among_free(&among);
    vec_free(&run->outcomes);
    run->outcomes = all;
}

static int say_nothing_chosen(const struct run *run)
{
    char text[512];
    struct line line = line_start(text, sizeof text);
    const struct query *query = &run->requests->tables[0].query;

    if (run->requests->n == 1 && filter_blame(query->filter, query->shown, run->s, &line))
        printf("nothing matches: %s\n", text);
    else
        printf("nothing matches\n");
    return fflush(stdout) != 0 ? -errno : 0;
}

// Moves what is impossible to the outcomes; says what the rest will do, where that is to be read.
static void preview(struct run *run)
{
    struct consequence total;
    struct outcome_vec refused = {0};

    if (!run->actions.n)
        return;
    char *list = preview_text(run->s, 0, &run->actions, &refused, &total);
    for (size_t i = 0; i < refused.n; i++)
        vec_push(&run->outcomes, refused.at[i]);
    if (!run->options->format && !run->options->yes && run->s->entered)
        printf("In IPC namespace %" PRIu64 ": %s\n%s\n%s", run->s->entered, total.question,
               total.effect, list);
    else if (!run->options->format && !run->options->yes)
        printf("%s\n%s\n%s", total.question, total.effect, list);
    free(list);
    vec_free(&refused);
}

static int report(struct run *run, bool acted)
{
    size_t shown = acted ? 0 : run->actions.n;
    int error;

    if (!acted)
        put_preview_first(run);
    if (run->options->format)
        error = results_write_json(stdout, run->s, &run->outcomes, shown);
    else if (!run->outcomes.n)
        error = say_nothing_chosen(run);
    else
        error = results_write(stdout, &run->outcomes, shown, acted);
    if (!acted && !run->options->format && shown)
        puts("Nothing is done: --yes does it.");
    if (error == -EPIPE)
        error = 0;
    if (error)
        fprintf(stderr, "ipctop: cannot write: %s\n", format_error(error));
    return error ? 1 : 0;
}

int unattended_run(const struct options *options, const struct requests *requests,
                   struct sampler *sampler)
{
    // All that a verdict rests on, of all objects: whose application runs on one of them.
    struct want want = {.need = requests_want(requests, options).need | triage_need(),
                        .ipc_namespace = options->ipc_namespace};
    for (size_t i = 0; i < requests->n; i++)
        want.need |= requests->tables[i].query.kind->act_need;
    if (options->signal) // of all with totals: targets are not known yet
        want.need |= SIGNAL_NEEDS | NEED_PORTS | NEED_TOTALS;
    struct snapshot *s = sampler_collect(sampler, &want);
    struct run run = {.options = options, .requests = requests, .s = s};
    int status = 1;

    if (print_any_known(requests, s) && !print_missing_id(requests, s)) {
        choose_all(&run);
        leave_out(&run);
        preview(&run);
        if (options->yes)
            do_all(&run, sampler);
        status = report(&run, options->yes);
        if (options->yes && !status && vec_first(&run.outcomes, o, o->state != OUTCOME_DONE))
            status = 1;
    }
    vec_free(&run.actions);
    vec_free(&run.outcomes);
    snapshot_unref(s);
    return status;
}
