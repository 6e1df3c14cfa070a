#include "model/record/pid_state.h"

#include "model/record/object_times.h"

enum { START_SLACK = 2 }; // seconds: times of objects and of process starts are whole seconds each

// What carries a time before the boot was made before the clock was set forward (a virtual machine that
// slept, a late NTP): against that nothing is younger.
static bool is_before_boot(const struct snapshot *s, int64_t time)
{
    return s->system.uptime > 0 && time < s->time - s->system.uptime - START_SLACK;
}

// Whether a difference of that many seconds to an object's time may be a step of the clock.
static bool may_be_step(const struct clock_step *step, int64_t time, int64_t difference)
{
    return step->by > 0 && time <= step->until && difference - START_SLACK <= step->by;
}

enum pid_state snapshot_pid_state(const struct snapshot *s, int32_t pid, int64_t time)
{
    if (pid == 0)
        return PID_OUTSIDE;
    const struct process *process = pid > 0 ? snapshot_process(s, pid) : NULL;
    if (!process)
        return PID_UNKNOWN;
    if (process->gone)
        return PID_GONE;
    if (time <= 0)
        return PID_ALIVE;
    if (!(process->known & PROC_KNOWS_START))
        return PID_UNKNOWN; // somebody has that pid: the one that was meant, or a younger one
    int64_t younger_by = process->start_time - time;
    if (younger_by <= START_SLACK)
        return may_be_step(&s->system.back, time, -younger_by) ? PID_UNKNOWN : PID_ALIVE;
    return is_before_boot(s, time) || may_be_step(&s->system.forward, time, younger_by)
               ? PID_UNKNOWN
               : PID_REUSED;
}

bool process_is_stranger(const struct process *p, const struct owned *o)
{
    return p && p->known & PROC_KNOWS_UID && p->uid != 0 && p->uid != o->uid && p->uid != o->cuid;
}

enum pid_state object_pid_state(const struct snapshot *s, const struct owned *o, int32_t pid,
                                int64_t time)
{
    enum pid_state state = snapshot_pid_state(s, pid, time);

    if (state != PID_REUSED)
        return state;
    return o->cuid != 0 && process_is_stranger(snapshot_process(s, pid), o) ? PID_REUSED
                                                                            : PID_UNKNOWN;
}

enum pid_state segment_creator(const struct snapshot *s, const struct segment *segment)
{
    return object_pid_state(s, &segment->o, segment->cpid, segment_birth(segment));
}

bool pid_state_ended(enum pid_state state)
{
    return state == PID_GONE || state == PID_REUSED;
}

const char *const pid_state_names[] = {"alive", "gone", "reused", "outside", NULL};

const char *pid_state_name(enum pid_state state)
{
    return state == PID_UNKNOWN ? NULL : pid_state_names[state - 1];
}
