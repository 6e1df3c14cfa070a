#include "model/record/clock_steps.h"

#include "model/record/object_times.h"
#include "model/record/pid_state.h"

enum { GRAIN = 2, MS = 1000 }; // seconds: times and uptimes are whole seconds each

static void widen(struct clock_step *step, int64_t until, int64_t by)
{
    if (until > step->until)
        step->until = until;
    if (__builtin_add_overflow(step->by, by, &step->by))
        step->by = INT64_MAX;
}

// The clock was set where the boot, as counted back from now, moves. A second and less is slack anyway.
static void compare(struct clock_steps *steps, const struct snapshot *s)
{
    const struct system *now = &s->system;
    bool exact = now->boot_ms > 0;

    if (!(s->has & NEED_SYSTEM) || now->uptime <= 0)
        return;
    int64_t boot = exact ? now->boot_ms : (s->time - now->uptime) * MS;
    int64_t moved = steps->boot ? boot - steps->boot : 0, grain = exact ? MS : GRAIN * MS;
    if (moved > grain)
        widen(&steps->forward, s->time, (moved + MS - 1) / MS);
    if (moved < -grain)
        widen(&steps->back, s->time + (-moved + MS - 1) / MS, (-moved + MS - 1) / MS);
    steps->boot = boot;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t latest_time(const struct snapshot *s)
{
    int64_t latest = 0;

    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        latest = later(latest, later(g->o.ctime, segment_last_use(g)));
    }
    for (size_t i = 0; i < s->semsets.n; i++)
        latest = later(latest, semset_last_use(&s->semsets.at[i]));
    for (size_t i = 0; i < s->queues.n; i++) {
        const struct queue *q = &s->queues.at[i];
        latest = later(latest, later(q->o.ctime, queue_last_use(q)));
    }
    return latest;
}

// By how much is not known: the process may have started long before it made the segment.
static void ask_creators(struct snapshot *s)
{
    for (size_t i = 0; i < s->segments.n; i++) {
        const struct segment *g = &s->segments.at[i];
        const struct process *p = g->cpid > 0 ? snapshot_process(s, g->cpid) : NULL;
        int64_t made = segment_birth(g);

        if (p && p->known & PROC_KNOWS_START && p->start_time > made + GRAIN &&
            !process_is_stranger(p, &g->o) && scan_holder(s->scan, g->o.id, p->pid))
            widen(&s->system.forward, made, INT64_MAX);
    }
}

void clock_steps_note(struct clock_steps *steps, struct snapshot *s)
{
    int64_t latest = latest_time(s);

    compare(steps, s);
    s->system.forward = steps->forward;
    s->system.back = steps->back;
    if (latest > s->time + GRAIN)
        widen(&s->system.back, latest, INT64_MAX);
    if (s->scan)
        ask_creators(s);
}
