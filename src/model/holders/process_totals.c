#include "model/holders/process_totals.h"

#include "model/record/object_times.h"
#include "model/record/pid_state.h"

static struct process_totals *row_of(struct totals_vec *rows, int32_t pid)
{
    return vec_find(rows, pid, pid);
}

static void add_living(struct totals_vec *rows, const struct snapshot *s)
{
    vec_reserve(rows, s->processes.n);
    for (size_t i = 0; i < s->processes.n; i++) {
        const struct process *p = &s->processes.at[i];
        if (p->gone || p->pid <= 0 || !(p->known || p->stuck))
            continue;
        vec_push(rows, (struct process_totals){
                           .pid = p->pid,
                           .uid = p->uid,
                           .known = p->known & PROC_KNOWS_UID ? TOTALS_KNOW_UID : 0,
                       });
    }
}

static void add_held(struct totals_vec *rows, const struct snapshot *s)
{
    for (size_t i = 0; s->scan && i < s->scan->holders.n; i++) {
        const struct holder *holder = &s->scan->holders.at[i];
        const struct segment *segment = snapshot_segment(s, holder->shmid);
        struct process_totals *row = row_of(rows, holder->pid);
        if (!row)
            continue;
        row->roles |= ROLE_HOLDS;
        row->known |= TOTALS_KNOW_HELD;
        row->segments++;
        row->attached_bytes += segment ? segment->size : 0;
    }
}

static void add_waits(struct totals_vec *rows, const struct snapshot *s)
{
    for (size_t i = 0; i < s->waiters.n; i++) {
        const struct waiter *waiter = &s->waiters.at[i];
        struct process_totals *row = row_of(rows, waiter->pid);
        if (!row)
            continue;
        bool on_set = waiter->call == WAIT_SEMOP || waiter->call == WAIT_SEMTIMEDOP;
        row->roles |= ROLE_WAITS;
        row->known |= TOTALS_KNOW_WAITS;
        row->sets_waiting += on_set;
        row->queues_waiting += !on_set;
    }
}

// A pid that an object names counts where that process lives, and not a younger one by its number.
static void add_named(struct totals_vec *rows, const struct snapshot *s, int32_t pid, int64_t time,
                      enum process_role role)
{
    struct process_totals *row = pid > 0 && time > 0 ? row_of(rows, pid) : NULL;

    if (row && snapshot_pid_state(s, pid, time) == PID_ALIVE)
        row->roles |= (uint8_t)role;
}

static void add_roles(struct totals_vec *rows, const struct snapshot *s)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        add_named(rows, s, g->cpid, segment_birth(g), ROLE_MADE);
        add_named(rows, s, g->lpid, segment_last_use(g), ROLE_USED);
    }
    for (size_t i = 0; i < s->semsets.n; i++) {
        const struct semset *set = &s->semsets.at[i];
        size_t n;
        const struct element *e = snapshot_elements(s, set, &n);
        for (size_t k = 0; k < n; k++)
            if (e[k].known & ELEMENT_KNOWS_PID)
                add_named(rows, s, e[k].pid, semset_last_use(set), ROLE_USED);
    }
    for (size_t i = 0; i < s->queues.n; i++) {
        const struct queue *q = &s->queues.at[i];
        add_named(rows, s, q->lspid, q->stime, ROLE_USED);
        add_named(rows, s, q->lrpid, q->rtime, ROLE_USED);
    }
}

bool process_is_wanted(const struct want *want, int32_t pid)
{
    for (size_t i = 0; i < want->n_followed; i++)
        if (want->followed[i] == pid)
            return true;
    return want->focused && want->focus.pid == pid;
}

// That none was found is none only where the process could be read.
static void settle(struct process_totals *row, const struct snapshot *s)
{
    const struct process *p = snapshot_process(s, row->pid);
    bool readable = p && p->known & PROC_READABLE && !p->stuck;
    const struct scan *scan = s->scan;

    if (scan && (readable || (!scan->unreadable && !scan->stuck && !scan->unasked)))
        row->known |= TOTALS_KNOW_HELD;
    if (s->has & NEED_WAITERS && !s->waiters_unseen)
        row->known |= TOTALS_KNOW_WAITS;
}

void process_totals_build(const struct snapshot *s, const struct want *want, struct totals_vec *out)
{
    size_t kept = 0;

    vec_clear(out);
    add_living(out, s);
    add_held(out, s);
    add_waits(out, s);
    add_roles(out, s);
    for (size_t i = 0; i < out->n; i++) {
        if (!out->at[i].roles && !process_is_wanted(want, out->at[i].pid))
            continue;
        settle(&out->at[i], s);
        out->at[kept++] = out->at[i];
    }
    out->n = kept;
}
