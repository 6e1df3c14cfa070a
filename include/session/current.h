// What is on screen now: the current view, its selected row, its rows.
#ifndef IPCTOP_SESSION_CURRENT_H
#define IPCTOP_SESSION_CURRENT_H

#include "session/view.h"

struct session;

struct view *session_view(struct session *s);                               // the view on screen
const void *session_selected(struct session *s, struct identity *identity); // NULL: no row
bool session_has_tab(const struct session *s, size_t tab); // of those: whether it is shown
// The snapshot a row of the current view lies in: the session's, that of one of several hosts, or an
// older one.
const struct snapshot *session_picture(const struct session *s, const struct kind *kind,
                                       const void *row);
// The age of what is known about holders, in seconds, once it exceeds two refreshes; else 0.
int64_t session_holders_age(const struct session *s);

enum { PART_AGES = 4 };
struct part_age {     // of what is read less often than the rest, since it costs much
    const char *what; // "holders"
    int64_t age;      // seconds
};
// What of a view is older than it should be, in `out`; returns how many.
size_t session_ages(const struct session *s, const struct view *view,
                    struct part_age out[PART_AGES]);
void session_rebuild(struct session *s); // rows of the current view, after a change of query
// Ends the marks of new and vanished rows that were shown long enough. True: rows were rebuilt.
// *next_ns: when the next mark ends (CLOCK_MONOTONIC), 0: none.
bool session_expire_changes(struct session *s, int64_t now_ns, int64_t *next_ns);
void session_show_gone(struct session *s); // says that the parent of the current view is gone

#endif
