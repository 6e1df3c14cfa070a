// Requests to go elsewhere in a recording: made by any thread, taken by the one that reads.
#ifndef IPCTOP_REPLAY_MOVES_H
#define IPCTOP_REPLAY_MOVES_H

#include <pthread.h>

#include "model/source.h"

struct moves {
    pthread_mutex_t lock; // for all that follows
    struct move to;       // where any
    bool any;
    double speed; // of playing; 0: it stands
};

void moves_init(struct moves *moves);
void moves_clear(struct moves *moves);
// In place of one that was not taken yet; but steps add up.
void moves_add(struct moves *moves, const struct move *move);
// False: none was made. *speed is that of now.
bool moves_take(struct moves *moves, struct move *move, double *speed);
double moves_speed(struct moves *moves);

#endif
