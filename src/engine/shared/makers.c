// Whether what made an object still runs, where its name says which program makes such.
#include "sharing.h"

#include <stdlib.h>

#include "model/apps/programs.h"

static void take_program(void *arg, const struct probe *probe, struct answer *answer)
{
    struct sharing *to = arg;
    const struct process *p = &answer->process;

    if (answer->error || !(p->known & PROC_KNOWS_COMM))
        return;
    for (size_t i = 0; i < to->makers.n; i++) {
        struct maker *maker = &to->makers.at[i];
        if (!(p->known & PROC_KNOWS_UID) || p->uid == maker->uid)
            maker->lives |= program_among(maker->rule->programs, p->comm) ||
                            pids_has(&to->unseen, (int32_t)probe->id);
    }
}

// Whose name is known by a rule, and which nothing holds: does a program of that rule run as its owner?
// Only where every process of the machine can be seen: what is made in a container may be seen outside.
void makers_ask(const struct round *round, struct sharing *to)
{
    const struct snapshot *tables = round->tables;
    const struct table *table = &tables->tables[kind_shared.id];
    const struct shared *rows = table->at;
    struct asking asking = {.take = take_program, .arg = to};

    for (size_t i = 0; i < table->n; i++) {
        const struct shared_rule *rule = shared_rule_of(rows[i].name);
        if (rule && !rows[i].found && !shared_among(&to->objects, &rows[i].id))
            vec_push(&to->makers, (struct maker){rows[i].id, rule, rows[i].uid, false});
    }
    for (size_t i = 0; i < to->objects.n; i++) { // with a name in another mount namespace
        const struct shared *o = &to->objects.at[i];
        const struct shared_rule *rule =
            o->via && !o->attached && !o->open ? shared_rule_of(o->name) : NULL;
        if (rule && !shared_find(tables, &o->id))
            vec_push(&to->makers, (struct maker){o->id, rule, o->uid, false});
    }
    vec_sort(&to->makers, shared_by_id);
    bool all = tables->system.first_pid_namespace && !round->source->some &&
               round->processes->list.n && !process_list_unseen(round->processes);
    for (size_t i = 0; all && to->makers.n && i < round->processes->list.n; i++)
        ask_add(&asking,
                (struct probe){.what = PROBE_PROCESS, .id = round->processes->list.at[i].pid});
    bool complete = asking.probes.n && ask_each(round->pool, &asking);
    for (size_t i = 0; i < asking.probes.n && complete; i++)
        complete = asking.asked[i] == ASKED_DONE;
    if (!complete)
        vec_clear(&to->makers);
    ask_end(&asking);
}
