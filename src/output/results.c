#include "output/results.h"

#include <errno.h>
#include <jansson.h>

#include "base/errors.h"
#include "model/kinds/registry.h"

struct totals {
    size_t states[OUTCOME_STATES], preview;
};

static struct totals count(const struct outcome_vec *outcomes, size_t preview)
{
    struct totals totals = {.preview = preview};

    for (size_t i = preview; i < outcomes->n; i++)
        totals.states[outcomes->at[i].state]++;
    return totals;
}

static const char *result_of(const struct outcome_vec *outcomes, size_t i, size_t preview)
{
    return i < preview ? "preview" : outcome_state_name(outcomes->at[i].state);
}

int results_write(FILE *out, const struct outcome_vec *outcomes, size_t preview, bool acted)
{
    const struct totals totals = count(outcomes, preview);

    for (size_t i = preview; i < outcomes->n; i++)
        fprintf(out, "%-10s %s\n", result_of(outcomes, i, preview), outcomes->at[i].text);
    if (acted)
        fprintf(out, "%zu done, %zu refused, %zu failed\n", totals.states[OUTCOME_DONE],
                totals.states[OUTCOME_REFUSED], totals.states[OUTCOME_FAILED]);
    return error_of_stream(out);
}

static json_t *result(const struct outcome_vec *outcomes, size_t i, size_t preview)
{
    const struct outcome *o = &outcomes->at[i];
    const struct identity *target = &o->action.target;
    const struct kind *kind = kind_get(target->kind);
    bool signals = o->action.verb == ACTION_SIGNAL;
    json_t *pid = signals && target->pid > 0 ? json_integer(target->pid) : json_null();
    json_t *id = kind_is_object(target->kind) ? json_integer(target->id) : json_null();
    json_t *number = signals ? json_integer(o->action.signal) : json_null();

    return json_pack("{s:s, s:s?, s:o, s:o, s:o, s:s, s:s, s:s?}", "verb",
                     action_words(o->action.verb)->name, "kind", kind ? kind->word : NULL, "id", id,
                     "pid", pid, "signal", number, "result", result_of(outcomes, i, preview),
                     "text", o->text, "name", o->action.shared.what ? o->action.shared.name : NULL);
}

int results_write_json(FILE *out, const struct snapshot *s, const struct outcome_vec *outcomes,
                       size_t preview)
{
    const struct totals totals = count(outcomes, preview);
    json_t *sums = json_object(), *rows = json_array();

    json_object_set_new(sums, "preview", json_integer((json_int_t)totals.preview));
    for (int state = 0; state < OUTCOME_STATES; state++)
        json_object_set_new(sums, outcome_state_name((enum outcome_state)state),
                            json_integer((json_int_t)totals.states[state]));
    for (size_t i = 0; i < outcomes->n; i++)
        json_array_append_new(rows, result(outcomes, i, preview));
    json_t *root = json_pack("{s:{s:s, s:s, s:I, s:s?}, s:o, s:o}", "meta", "program", "ipctop",
                             "version", VERSION, "time", (json_int_t)s->time, "hostname",
                             s->has & NEED_SYSTEM ? s->system.hostname : NULL, "results", rows,
                             "totals", sums);
    int error = root && json_dumpf(root, out, JSON_COMPACT) == 0 ? 0 : -EIO;
    json_decref(root);
    fputc('\n', out);
    int last = error_of_stream(out);
    return error ? error : last;
}
