// What appeared and vanished in the tables a few seconds ago: rows that are new since the picture
// before are marked, rows that are gone stay where they stood for as long, struck out.
//
// A row that is gone lies in an older picture, which is held for it: text and identity come from
// there. Not for new pictures' readers: nothing can be done to it.
#ifndef IPCTOP_APP_CHANGES_H
#define IPCTOP_APP_CHANGES_H

#include "app/tags.h"
#include "app/view.h"

enum { CHANGES_HELD = 4 };

struct changes {
    struct change_batch {
        int64_t until_ns;         // CLOCK_MONOTONIC
        struct snapshot *picture; // the last one that had them; NULL: none is gone
        struct identity_vec gone, arrived; // ordered as tags are
    } at[CHANGES_HELD]; // oldest first
    size_t n;
};

void changes_free(struct changes *changes);

// Takes note of what differs; before `old` is let go. Either may be NULL.
void changes_note(struct changes *changes, struct snapshot *old, const struct snapshot *fresh,
                  int64_t now_ns);
// Lets go what has been shown long enough. *dropped: something was. Returns when the next is due
// (CLOCK_MONOTONIC), 0: nothing is.
int64_t changes_expire(struct changes *changes, int64_t now_ns, bool *dropped);

// Puts rows that are gone where they stood into the rows of a view; keeps its selection `selected`
// (NULL: none).
void changes_insert(const struct changes *changes, struct view *v, const struct snapshot *s,
                    const struct identity *selected);

// Whether an object came into the table while it was watched, a few seconds ago.
bool changes_new(const struct changes *changes, const struct identity *identity);
// The picture a row of the screen lies in: the session's, or an older one where it is gone.
const struct snapshot *changes_picture(const struct changes *changes, const struct snapshot *s,
                                       const struct kind *kind, const void *row);

#endif
