// Header only. Actions under way: their outcomes so far, and the processes whose end is awaited.
#ifndef IPCTOP_SESSION_PENDING_H
#define IPCTOP_SESSION_PENDING_H

#include "base/line.h"
#include "base/vector.h"
#include "model/record/action.h"

struct progress {
    size_t pending;              // submitted actions whose outcome has not been shown
    struct outcome_vec outcomes; // so far
    struct action_vec changed;   // refused as changed: to be asked about again
    bool stopping;               // the user cancelled what has not begun
    bool several;                // submitted together: they end in a list
    char limit_set[LINE_TEXT];   // what was said of a limit whose setting is being written
    uint32_t batches;            // submitted so far, of several actions each
};

struct followed {
    struct identity process;
    char name[84]; // "17002 python"
    int signal;
    int64_t since_ns; // when the signal was sent, CLOCK_MONOTONIC; 0: not known to be sent yet
    bool late;        // that the process still runs was shown
};
VEC(followed_vec, struct followed);

#endif
