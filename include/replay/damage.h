// What of a recording could not be read, and how that is said. Noted by the thread that reads, asked for by
// any.
#ifndef IPCTOP_REPLAY_DAMAGE_H
#define IPCTOP_REPLAY_DAMAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

enum { DAMAGE_REASON = 200 };

VEC(offset_vec, int64_t);

struct damage {
    pthread_mutex_t lock; // for all that follows
    size_t left_out;
    struct offset_vec places;    // where those lines begin, ascending
    char reason[DAMAGE_REASON];  // of the first
    char failure[DAMAGE_REASON]; // why reading ended early; empty: it did not
};

void damage_init(struct damage *damage);
void damage_clear(struct damage *damage);
// A picture is shown, but something in it was not understood.
void damage_note(struct damage *damage, const char *reason);
// A picture is left out: the line that begins at an offset, which counts once; -1: it is read once alone.
void damage_leave_out(struct damage *damage, int64_t place, const char *reason);
void damage_fail(struct damage *damage, int error); // reading failed, with an errno value
// In a line; false: nothing was damaged.
bool damage_text(struct damage *damage, char *line, size_t cap);
bool damage_failed(struct damage *damage);

#endif
