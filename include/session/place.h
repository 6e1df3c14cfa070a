// Which IPC namespace all views show: our own, or one that was entered.
#ifndef IPCTOP_SESSION_PLACE_H
#define IPCTOP_SESSION_PLACE_H

#include "model/record/snapshot.h"

struct session;

// Shows that namespace from the next picture on, which is asked for. Nothing known of the one before is
// kept but the arrangement of the views: its ids and processes mean others there.
void place_start(struct session *s, uint64_t inode); // from the first picture on
// Whether entering it shows anything else than what is shown now.
bool place_opens(const struct session *s, uint64_t place);
void place_enter(struct session *s, uint64_t inode);
bool place_leave(struct session *s); // for our own, and its row; false: that is shown already

// Whether a picture is of the namespace that is shown.
bool place_is_of(const struct session *s, const struct snapshot *snapshot);

#endif
