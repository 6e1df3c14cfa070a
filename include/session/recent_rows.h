// What appeared and vanished in the tables a few seconds ago: rows that are new since the picture
// before are marked, rows that are gone stay where they stood for as long, struck out.
//
// A row that is gone lies in an older picture, which is held for it: text and identity come from
// there. Not for new pictures' readers: nothing can be done to it.
#ifndef IPCTOP_SESSION_RECENT_ROWS_H
#define IPCTOP_SESSION_RECENT_ROWS_H

#include "session/tags.h"
#include "session/view.h"

enum { CHANGES_HELD = 4 };

struct recent_rows {
    struct change_batch {
        int64_t until_ns;                  // CLOCK_MONOTONIC
        struct snapshot *picture;          // the last one that had them; NULL: none is gone
        struct identity_vec gone, arrived; // ordered as tags are
    } at[CHANGES_HELD];                    // oldest first
    size_t n;
};

void recent_rows_free(struct recent_rows *changes);

// Takes note of what differs; before `old` is let go. Either may be NULL.
void recent_rows_note(struct recent_rows *changes, struct snapshot *old,
                      const struct snapshot *fresh, int64_t now_ns);
// Lets go what has been shown long enough. *dropped: something was. Returns when the next is due
// (CLOCK_MONOTONIC), 0: nothing is.
int64_t recent_rows_expire(struct recent_rows *changes, int64_t now_ns, bool *dropped);

// Puts rows that are gone where they stood into the rows of a view; keeps its selection `selected`
// (NULL: none).
void recent_rows_insert(const struct recent_rows *changes, struct view *v, const struct snapshot *s,
                        const struct identity *selected);

// Whether an object came into the table while it was watched, a few seconds ago.
bool recent_rows_new(const struct recent_rows *changes, const struct identity *identity);
// The picture a row of the screen lies in: the session's, or an older one where it is gone.
const struct snapshot *recent_rows_picture(const struct recent_rows *changes,
                                           const struct snapshot *s, const struct kind *kind,
                                           const void *row);

#endif
