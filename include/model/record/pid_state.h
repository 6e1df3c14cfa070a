// Whether a pid that an object names is still the process that is meant. Pure.
#ifndef IPCTOP_MODEL_RECORD_PID_STATE_H
#define IPCTOP_MODEL_RECORD_PID_STATE_H

#include "model/record/snapshot.h"

// Whether `pid` is still the process that did something at `time` (epoch seconds; 0: no check).
// A process that started more than two seconds later did not, unless that time is before the boot.
// Neither is said where a step of the clock may be what makes the difference: PID_UNKNOWN.
enum pid_state snapshot_pid_state(const struct snapshot *s, int32_t pid, int64_t time);
// The same of a pid that the object names, for verdicts. Objects keep the time of day, processes the time
// since boot: where the clock was set forward meanwhile, a living creator seems younger than its object.
// So a younger process is another one only where its user is none who made, owns or administers the
// object, and cannot be one who did: what root makes it may keep as another user. Else PID_UNKNOWN.
enum pid_state object_pid_state(const struct snapshot *s, const struct owned *o, int32_t pid,
                                int64_t time);
// Of the process that made the segment.
enum pid_state segment_creator(const struct snapshot *s, const struct segment *segment);
// Whether it runs as neither owner, creator nor root. Anybody may attach, operate or send where the mode
// allows it, under any name: that proves nothing. False where its user is not known; `p` may be NULL.
bool process_is_stranger(const struct process *p, const struct owned *o);
bool pid_state_ended(enum pid_state state);       // gone, or its pid is another's now
const char *pid_state_name(enum pid_state state); // "alive" …; NULL for PID_UNKNOWN
extern const char *const pid_state_names[];       // from PID_ALIVE on; NULL behind the last

#endif
