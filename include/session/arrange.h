// Columns and order of the tables of each kind as the user arranged them, in this run or before.
#ifndef IPCTOP_SESSION_ARRANGE_H
#define IPCTOP_SESSION_ARRANGE_H

#include "session/view.h"

struct session;

// The columns tables of that kind show, in order; returns how many. `out` has room for all of them.
size_t arrange_columns(const struct session *s, const struct kind *kind, const struct column **out);
void arrange_set_columns(struct session *s, const struct kind *kind,
                         const struct column *const *columns, size_t n); // 0: as usual

// A view just made: sorted as tables of its kind were last.
void arrange_view(const struct session *s, struct view *v);
// Sorts the view on screen, and those of its kind from now on. NULL: as read.
void arrange_sort(struct session *s, const struct column *column, bool descending);

// What is to be kept across runs, and what was.
void arrange_config(const struct session *s, struct settings *out);
void arrange_start(struct session *s, const struct settings *config);

#endif
