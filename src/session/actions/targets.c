#include "session/actions/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "model/kinds/find_row.h"
#include "model/orphans.h"
#include "model/record/object_times.h"
#include "model/record/pid_state.h"

static bool listed(const struct action_vec *actions, int32_t pid)
{
    for (size_t i = 0; i < actions->n; i++)
        if (actions->at[i].target.pid == pid)
            return true;
    return false;
}

// `role` says what the process has to do with the object. One without a known start time or
// instance could be any process of that number by the time it is signalled: it is left out.
static void add(const struct snapshot *s, const struct identity *target, const char *role,
                struct action_vec *actions, struct menu_vec *labels)
{
    const struct process *process = snapshot_process(s, target->pid);
    const char *user = NULL;
    struct menu_item item = {.value = target->pid};
    struct identity known = *target;

    if (!known.start_ticks && process && process->known & PROC_KNOWS_START)
        known.start_ticks = process->start_ticks;
    if (process && process->start_ticks == known.start_ticks) // both 0: all that is known of it
        known.instance = process->instance;
    if (known.pid <= 0 || !(known.start_ticks || known.instance) || listed(actions, known.pid))
        return;
    if (process && process->known & PROC_KNOWS_UID)
        user = snapshot_user(s, process->uid);
    struct line label = line_start(item.label, sizeof item.label);
    line_add(&label, "%7d  %-10s %-16s %s", target->pid, user ? user : "",
             process && process->known & PROC_KNOWS_COMM ? process->comm : "", role);
    vec_push(actions, (struct action){.verb = ACTION_SIGNAL, .target = known});
    vec_push(labels, item);
}

// A pid some object names, if it still is the process that was meant at `time`.
static void add_pid(const struct snapshot *s, int32_t id, int32_t pid, int64_t time,
                    const char *role, struct action_vec *actions, struct menu_vec *labels)
{
    const struct identity target = {.kind = KIND_HOLDER, .id = id, .pid = pid};

    if (snapshot_pid_state(s, pid, time) == PID_ALIVE)
        add(s, &target, role, actions, labels);
}

static void add_holders(const struct snapshot *s, int32_t shmid, struct action_vec *actions,
                        struct menu_vec *labels)
{
    size_t n = 0;
    const struct holder *holders = s->scan ? scan_holders(s->scan, shmid, &n) : NULL;

    for (size_t i = 0; i < n; i++) {
        const struct identity target = {.kind = KIND_HOLDER,
                                        .id = shmid,
                                        .pid = holders[i].pid,
                                        .start_ticks = holders[i].start_ticks};
        char access[5], role[48];

        snprintf(role, sizeof role, "%s, %u attached", access_text(holders[i].access, access),
                 holders[i].attaches);
        add(s, &target, role, actions, labels);
    }
}

static void add_waiters(const struct snapshot *s, enum kind_id kind, int32_t id,
                        struct action_vec *actions, struct menu_vec *labels)
{
    for (size_t i = 0; i < s->waiters.n; i++) {
        const struct waiter *w = &s->waiters.at[i];
        char role[128];

        if (w->kind != kind || w->id != id)
            continue;
        snprintf(role, sizeof role, "waits: %s", w->detail);
        add_pid(s, id, w->pid, 0, role, actions, labels);
    }
}

// The last operators of a set's elements, or of one alone (`only` < 0: all).
static void add_operators(const struct snapshot *s, int32_t semid, int64_t only,
                          struct action_vec *actions, struct menu_vec *labels)
{
    const struct semset *set = snapshot_semset(s, semid);

    if (!set)
        return;
    size_t n;
    const struct element *e = snapshot_elements(s, set, &n);
    for (size_t i = 0; i < n; i++) {
        char role[48];

        if (!(e[i].known & ELEMENT_KNOWS_PID) || (only >= 0 && e[i].index != (uint64_t)only))
            continue;
        snprintf(role, sizeof role, "last operator of element %u", e[i].index);
        add_pid(s, semid, e[i].pid, semset_last_use(set), role, actions, labels);
    }
}

static void collect(const struct snapshot *s, const struct identity *row,
                    struct action_vec *actions, struct menu_vec *labels)
{
    const struct finding *finding;
    const struct queue *queue;

    switch (row->kind) {
    case KIND_SEGMENT:
        add_holders(s, row->id, actions, labels);
        break;
    case KIND_SEMSET:
        add_waiters(s, KIND_SEMSET, row->id, actions, labels);
        add_operators(s, row->id, -1, actions, labels);
        break;
    case KIND_ELEMENT:
        add_operators(s, row->id, (int64_t)row->part, actions, labels);
        add_waiters(s, KIND_SEMSET, row->id, actions, labels);
        break;
    case KIND_QUEUE:
        add_waiters(s, KIND_QUEUE, row->id, actions, labels);
        queue = snapshot_queue(s, row->id);
        if (queue) {
            add_pid(s, row->id, queue->lspid, queue->stime, "last sender", actions, labels);
            add_pid(s, row->id, queue->lrpid, queue->rtime, "last receiver", actions, labels);
        }
        break;
    case KIND_HOLDER:
    case KIND_MAPPING:
        add(s,
            &(struct identity){.kind = KIND_HOLDER,
                               .id = row->id,
                               .pid = row->pid,
                               .start_ticks = row->start_ticks},
            "", actions, labels);
        break;
    case KIND_WAITER:
        add_pid(s, row->id, row->pid, 0, "", actions, labels);
        break;
    case KIND_FINDING:
        finding = (row->kind == KIND_FINDING ? find_row(s, row) : NULL);
        if (finding && finding->about.kind != KIND_FINDING)
            collect(s, &finding->about, actions, labels);
        break;
    default:
        break;
    }
}

bool targets_signal(const struct snapshot *s, const struct identity *row,
                    struct action_vec *actions, struct menu_vec *labels)
{
    struct action_vec alone = {0};
    struct menu_vec unused = {0};
    size_t before = actions->n;

    collect(s, row, actions, labels);
    if (actions->n > before)
        return true;
    collect(s, row, &alone, &unused); // or are they all among the others already?
    bool any = alone.n > 0;
    vec_free(&alone);
    vec_free(&unused);
    return any;
}

static void note_user(const struct snapshot *s, int32_t pid, int64_t time, bool *unknown,
                      bool *outside)
{
    enum pid_state state = time > 0 ? snapshot_pid_state(s, pid, time) : PID_GONE;

    *unknown |= state == PID_UNKNOWN;
    *outside |= state == PID_OUTSIDE; // the kernel cannot name it in this PID namespace
}

// Where the last users of a set or queue are, when none of them can be signalled.
static const char *last_users(const struct snapshot *s, const struct identity *row)
{
    const struct queue *queue = row->kind == KIND_QUEUE ? snapshot_queue(s, row->id) : NULL;
    const struct semset *set = row->kind == KIND_QUEUE ? NULL : snapshot_semset(s, row->id);
    bool unknown = false, outside = false;
    size_t n = 0;

    if (queue) {
        note_user(s, queue->lspid, queue->stime, &unknown, &outside);
        note_user(s, queue->lrpid, queue->rtime, &unknown, &outside);
    }
    const struct element *e = set ? snapshot_elements(s, set, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        if (e[i].known & ELEMENT_KNOWS_PID)
            note_user(s, e[i].pid, set->otime, &unknown, &outside);
    return outside ? "outside this PID namespace" : unknown ? "not known yet" : "gone";
}

void targets_none(const struct snapshot *s, const struct identity *row, char *dst, size_t cap)
{
    char name[80];
    const struct segment *segment = NULL;
    const struct finding *finding = (row->kind == KIND_FINDING ? find_row(s, row) : NULL);

    if (finding && finding->about.kind != KIND_FINDING) {
        targets_none(s, &finding->about, dst, cap);
        return;
    }
    identity_text(row, name, sizeof name);
    if (row->kind == KIND_SEGMENT)
        segment = snapshot_segment(s, row->id);
    if (segment && segment->nattch == 0) {
        snprintf(dst, cap, "no process to signal: nothing is attached to %s", name);
    } else if (segment && !s->scan) {
        snprintf(dst, cap, "the holders of %s are not read yet", name);
    } else if (segment) {
        char *line = scan_accounting_line(s->scan, row->id, s->system.user);
        snprintf(dst, cap, "no holder of %s to be seen: %s", name, line ? line : "");
        free(line);
    } else if (row->kind == KIND_SEMSET || row->kind == KIND_ELEMENT || row->kind == KIND_QUEUE) {
        snprintf(dst, cap, "no process to signal: nobody seen waits on %s, who last used it is %s",
                 name, last_users(s, row));
    } else if (row->pid == 0 && (row->kind == KIND_HOLDER || row->kind == KIND_WAITER)) {
        snprintf(dst, cap, "that process lives in another PID namespace");
    } else {
        snprintf(dst, cap, "no process to signal: %s has none, or it is gone", name);
    }
}
