// The pictures of a file, one after the other, by steps, by time and at a speed. Of one thread at a time.
#ifndef IPCTOP_REPLAY_PLAYER_H
#define IPCTOP_REPLAY_PLAYER_H

#include "replay/damage.h"
#include "replay/moves.h"
#include "replay/tape.h"

struct player;

// Takes over the tape; the others are the caller's and live longer. `follows`: for the screen, which stays
// at a picture until it is moved; else each picture follows the one before.
struct player *player_new(struct tape *tape, bool follows, struct moves *moves,
                          struct damage *damage);
void player_free(struct player *player); // NULL is fine
void player_stop(struct player *player); // by any thread: no picture comes any more
// As source.picture(). It follows what is asked for in `moves`.
struct snapshot *player_picture(struct player *player, const struct want *want);

// The first picture after a time, or the last one before it, epoch seconds. False: there is none.
bool player_near(struct player *player, int64_t time, bool back, int64_t *found);
bool player_times(struct player *player, int64_t *first, int64_t *last); // of its pictures

#endif
