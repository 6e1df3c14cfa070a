// From view to view of a session: each tab has its own, Enter opens others above it.
#ifndef IPCTOP_SESSION_NAVIGATE_H
#define IPCTOP_SESSION_NAVIGATE_H

#include "session/session.h"

// Sorts by a column in its own direction; by the same one again: the other way round.
void session_sort(struct session *s, const struct column *column);
bool session_tab(struct session *s, size_t tab); // false: that tab does not exist
// Opens a table above the present one. False: no such kind, or too deep.
bool session_push(struct session *s, enum kind_id kind, const struct identity *parent,
                  const char *path);
bool session_pop(struct session *s);   // false: at the top
void session_enter(struct session *s); // Enter on the selected row

#endif
