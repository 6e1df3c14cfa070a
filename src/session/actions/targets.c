#include "session/actions/targets.h"

#include <stdio.h>

#include "base/distinct.h"
#include "base/line.h"
#include "model/identity/find_row.h"
#include "model/kinds/registry.h"
#include "model/record/pid_state.h"

static void add_label(const struct snapshot *s, const struct process *process, int32_t pid,
                      const char *role, struct menu_vec *labels)
{
    struct menu_item item = {.value = pid};
    struct line label = line_start(item.label, sizeof item.label);
    const char *user = NULL;

    if (process && process->known & PROC_KNOWS_UID)
        user = snapshot_user(s, process->uid);
    line_add(&label, "%7d  %-10s %-16s %s", pid, user ? user : "",
             process && process->known & PROC_KNOWS_COMM ? process->comm : "", role);
    vec_push(labels, item);
}

// `role` says what the process has to do with the object. One without a known start time or
// instance could be any process of that number by the time it is signalled: it is left out.
static void add(const struct snapshot *s, const struct identity *target, const char *role,
                struct identity_vec *targets, struct menu_vec *labels)
{
    const struct process *process = snapshot_process(s, target->pid);
    struct identity known = *target;

    if (!known.start_ticks && process && process->known & PROC_KNOWS_START)
        known.start_ticks = process->start_ticks;
    if (process && process->start_ticks == known.start_ticks) // both 0: all that is known of it
        known.instance = process->instance;
    if (known.pid <= 0 || !(known.start_ticks || known.instance))
        return;
    vec_push(targets, known);
    if (labels)
        add_label(s, process, target->pid, role, labels);
}

// What a finding is about, else the row itself.
static struct identity subject_of(const struct snapshot *s, const struct identity *row)
{
    struct row_subject subject;

    return find_subject(s, row, &subject) ? subject.about : *row;
}

static void collect(const struct snapshot *s, const struct identity *row,
                    struct identity_vec *targets, struct menu_vec *labels)
{
    const struct identity subject = subject_of(s, row);
    const struct kind *kind = kind_get(subject.kind);
    struct process_use_vec uses = {0};

    if (kind && kind->processes)
        kind->processes(s, &subject, &uses);
    for (size_t i = 0; i < uses.n; i++) {
        const struct process_use *use = &uses.at[i];
        // A pid that some object names may be another process by now.
        if (use->time == USE_CERTAIN ||
            snapshot_pid_state(s, use->process.pid, use->time) == PID_ALIVE)
            add(s, &use->process, use->role, targets, labels);
    }
    vec_free(&uses);
}

bool target_is_process(const struct identity *target)
{
    const struct kind *kind = kind_get(target->kind);

    return kind && kind->flags & TABLE_PROCESSES;
}

// Several rows may name the same process.
static void keep_distinct(struct identity_vec *targets, struct menu_vec *labels)
{
    uint64_t *pids = mem_zero(targets->n, sizeof *pids);

    for (size_t i = 0; i < targets->n; i++)
        pids[i] = (uint64_t)targets->at[i].pid;
    bool *first = distinct_first(pids, targets->n);
    vec_keep(targets, target, first[target - targets->at]);
    if (labels)
        vec_keep(labels, label, first[label - labels->at]);
    free(first);
    free(pids);
}

void targets_signal(const struct snapshot *s, const struct identity *rows, size_t n,
                    struct identity_vec *targets, struct menu_vec *labels,
                    struct identity_vec *without)
{
    vec_clear(targets);
    if (labels)
        vec_clear(labels);
    vec_reserve(targets, n);
    for (size_t i = 0; i < n; i++) {
        size_t before = targets->n;

        collect(s, &rows[i], targets, labels);
        if (targets->n == before)
            vec_push(without, rows[i]);
    }
    keep_distinct(targets, labels);
}

struct action_vec targets_actions(const struct identity_vec *targets, int signal)
{
    struct action_vec actions = {0};

    vec_reserve(&actions, targets->n);
    for (size_t i = 0; i < targets->n; i++)
        vec_push(&actions, (struct action){
                               .verb = ACTION_SIGNAL, .target = targets->at[i], .signal = signal});
    return actions;
}

void targets_none(const struct snapshot *s, const struct identity *row, char *dst, size_t cap)
{
    const struct identity subject = subject_of(s, row);
    const struct kind *kind = kind_get(subject.kind);
    char name[80], why[256] = "";

    row_text(s, &subject, name, sizeof name);
    if (kind && kind->no_processes)
        kind->no_processes(s, &subject, name, why, sizeof why);
    if (*why)
        snprintf(dst, cap, "%s", why);
    else
        snprintf(dst, cap, "no process to signal: %s has none, or it is gone", name);
}
