// What happened from one snapshot to the next, and by which process. The kernel keeps no history:
// objects that came and went between two snapshots are not seen, and the process that removed one is
// not known without tracing: `who` is then its last user. Belongs to one thread; makes the lists that
// snapshots share.
//
// - The first snapshot of a table gives no events: its objects were there before.
// - More than EVENTS_EACH of one kind in one refresh are reported in one event.
// - Attachments: the first change is reported at once, what follows it in one event a window, of ten
//   seconds at first and twice as long each time, up to ten minutes, until a whole window was calm.
// - Limits: reported when use rises above 80 or 95 %, and when it has fallen five points below.
// - What this program removed, and a limit it set, is reported by the action's outcome alone. Actions
//   of one command on several targets are one event, with what was done to each as its members.
// - RemoveIPC of systemd-logind: where all objects of an ordinary user went in the same refresh as
//   its login, they say "perhaps" so.
#ifndef IPCTOP_MODEL_EVENTS_EVENTS_H
#define IPCTOP_MODEL_EVENTS_EVENTS_H

#include "model/source.h"

enum { EVENTS_EACH = 16 };

struct events;

struct events *events_new(void);
void events_free(struct events *events); // NULL is fine

// One of our actions; reported with the next snapshot. The outcome is copied.
void events_outcome(struct events *events, const struct outcome *outcome);

// A removal under way, or done with an outcome still to come: the next snapshot may show what it did
// already. Copied.
void events_begun(struct events *events, const struct action *action);

// What is new in `picture`, which is not published yet and gets the list. `source` knows which
// users are logged in; may be NULL. Returns how many events were added; they are the last ones of the
// list.
size_t events_update(struct events *events, struct snapshot *picture, const struct source *source);

// Gives a picture the list as it is.
void events_keep(const struct events *events, struct snapshot *picture);

#endif
