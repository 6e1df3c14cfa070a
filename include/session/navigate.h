// From view to view of a session: each tab has its own, Enter opens others above it.
#ifndef IPCTOP_SESSION_NAVIGATE_H
#define IPCTOP_SESSION_NAVIGATE_H

#include "session/session.h"

// Sorts by a column in its own direction; by the same one again: the other way round.
void session_sort(struct session *s, const struct column *column);
bool session_tab(struct session *s, size_t tab); // false: that tab does not exist
// Opens a table above the present one. False: no such kind, or too deep, which is said.
bool session_push(struct session *s, enum kind_id kind, const struct identity *parent,
                  const char *path);
bool session_pop(struct session *s); // false: at the top
// Back to the view so many steps below the top; 0: the tab's own.
void session_pop_to(struct session *s, size_t depth);
// Lifts the last restriction of the view on screen: search, filter, owner, orphans, id. False: there
// is none.
bool session_peel(struct session *s);

enum enters {       // what Enter opens on the selected row
    ENTERS_NOTHING, // there is no row
    ENTERS_PLACE,   // a host or an IPC namespace
    ENTERS_MEMBERS, // the objects a finding is about, or the parts of the only one
    ENTERS_LIST,    // what it lists
    ENTERS_LATER,   // what is in it is being read
    ENTERS_PARTS,   // what hangs on it
    ENTERS_SUBJECT, // what it is about, in the table of its kind
    ENTERS_PEER,    // the process it leads to
    ENTERS_DETAILS, // nothing hangs on it: the object itself
};
enum enters what_enter_opens(struct session *s);
void session_enter(struct session *s); // Enter on the selected row

#endif
