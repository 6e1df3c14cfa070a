// What the pictures of the last minutes said, as numbers to plot: sums over all objects, and columns
// with COL_PLOT of each object. Kept whichever view is on screen; its memory is bounded.
#ifndef IPCTOP_SESSION_HISTORY_H
#define IPCTOP_SESSION_HISTORY_H

#include "base/vector.h"
#include "model/record/snapshot.h"
#include "model/table/kind.h"

enum {
    PLOT_SAMPLES = 96,   // three minutes at the usual interval
    PLOT_COLUMNS = 2,    // of an object
    PLOT_OBJECTS = 1000, // of a kind: where there are more, none of them are kept
};

struct series {
    uint8_t n, next; // samples, and where the next one goes
    float at[PLOT_SAMPLES];
};

enum plotted_sum { SUM_SHARED, SUM_WAITING, SUM_QUEUED, PLOT_SUMS };

struct object_history {
    struct identity identity;
    struct series columns[PLOT_COLUMNS]; // those with COL_PLOT, in the order of the table
};
VEC(object_history_vec, struct object_history);

struct history {
    struct series sums[PLOT_SUMS]; // bytes of segments, waiting tasks, bytes queued
    struct object_history_vec objects[OBJECT_KINDS]; // by kind, as the tables are ordered
    int64_t last_ns;
};

// Takes what a picture says; of one taken within half a second of the last, nothing.
void history_add(struct history *history, const struct snapshot *s);
void history_free(struct history *history);

float series_at(const struct series *series, size_t i); // from the oldest, i < n
// The samples of a column of an object. NULL: none are kept.
const struct series *history_of(const struct history *history, const struct identity *identity,
                                const struct column *column);

#endif
