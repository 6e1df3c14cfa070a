// From one picture to the next: what happened, by whom. The kernel keeps no history, so what came
// and went between two looks is not seen, and of who removed an object nothing is ever told: `who`
// is then the last user. Belongs to one thread; makes the lists that pictures share.
//
// - The first picture of a table tells nothing: its objects were there before.
// - More than EVENTS_EACH of one kind in one refresh are told in one event.
// - Attachments: the first change is told at once, what follows it in one event a window, of ten
//   seconds at first and twice as long each time, up to ten minutes, until a whole window was calm.
// - Limits: 80 and 95 % are crossed upwards; fallen below are they five percent lower.
// - What we removed ourselves is told by the action's outcome alone.
// - RemoveIPC of systemd-logind: where all objects of an ordinary user went in the same refresh as
//   its login, they say "perhaps" so.
#ifndef IPCTOP_MODEL_EVENTS_EVENTS_H
#define IPCTOP_MODEL_EVENTS_EVENTS_H

#include "model/source.h"

enum { EVENTS_EACH = 16 };

struct events;

struct events *events_new(void);
void events_free(struct events *events); // NULL is fine

// One of our actions; told with the next picture. The outcome is copied.
void events_outcome(struct events *events, const struct outcome *outcome);

// What is new in `picture`, which is not published yet and gets the list. `source` tells who is
// logged in; may be NULL. Returns how many events were added; they are the last ones of the list.
size_t events_update(struct events *events, struct snapshot *picture, const struct source *source);

// Gives a picture the list as it is.
void events_keep(const struct events *events, struct snapshot *picture);

#endif
