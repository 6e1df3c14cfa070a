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

struct way {
    enum { WAY_STAY, WAY_BEGIN, WAY_TIME, WAY_STEPS, WAY_PLAY } to;
    bool moved;   // a request was made; also of WAY_STAY, where another speed is to be shown
    int64_t time; // WAY_TIME, as in struct move
    int by;       // WAY_STEPS
    double speed; // WAY_PLAY
};
// Takes the request, if there is one: where to go from a picture (`shown`), or to a first one. Where it is not
// followed by a screen, it also goes on.
struct way moves_take(struct moves *moves, bool shown, bool follows);
double moves_speed(struct moves *moves);

#endif
