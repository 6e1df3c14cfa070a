// The moment that is shown of several files together: each has its last picture at or before it.
#ifndef IPCTOP_REPLAY_FLEET_MOMENT_H
#define IPCTOP_REPLAY_FLEET_MOMENT_H

#include "replay/fleet_host.h"
#include "replay/moves.h"

struct fleet_moment {
    struct fleet_host *hosts; // the caller's; pipes are passed over
    size_t n;
    bool follows;                   // as player_new() has it
    bool begun;                     // there is one:
    int64_t now;                    // epoch seconds; INT64_MIN: none
    int64_t played_ns, played_from; // CLOCK_MONOTONIC when that moment was due
    struct moves moves;
};

// Goes on, or where `moves` asks for. Whether another moment, or another way of playing, is shown.
bool fleet_moment_move(struct fleet_moment *moment, const struct want *want);
// The next one, or the one before, at which a file has another picture. False: none has.
bool fleet_moment_next(const struct fleet_moment *moment, bool back, int64_t *time);
int64_t fleet_moment_last(
    const struct fleet_moment *moment); // of the pictures of all; INT64_MIN: there are none

#endif
