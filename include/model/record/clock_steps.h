// Whether the time of day was set since objects were made: their times and the starts of processes can
// then not be compared. Pure.
//
// Objects keep the time of day of their making. A process's start is counted from the boot and shown by
// today's clock, so it moves when the clock is set.
#ifndef IPCTOP_MODEL_RECORD_CLOCK_STEPS_H
#define IPCTOP_MODEL_RECORD_CLOCK_STEPS_H

#include "model/record/snapshot.h"

struct clock_steps { // what the pictures so far have proven; zeroed: nothing
    int64_t boot;    // epoch milliseconds, by the clock of the last picture; 0: there was none
    struct clock_step forward, back;
};

// Fills the steps of the next picture: those between two pictures, and those that it proves itself. An
// object's time that is still to come proves a step back; an object's creator, younger than it and
// attached, a step forward.
void clock_steps_note(struct clock_steps *steps, struct snapshot *snapshot);

#endif
