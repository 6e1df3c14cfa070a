// Views of a session: tabs and what was entered from them; moving, sorting, searching in one.
#ifndef IPCTOP_APP_VIEW_H
#define IPCTOP_APP_VIEW_H

#include "app/session.h"

// A view of `kind` with its default sort. `parent` NULL: everything.
void view_init(struct view *v, const struct kind *kind, const struct identity *parent);
void view_free(struct view *v);

struct column_choice view_columns(const struct view *v);
struct query view_query(const struct view *v);
// Whether a view of mappings shows all of the process, not those of one segment alone.
bool view_all_maps(const struct view *v);
// Whether a row of a table of objects is not in that picture, but in an older one.
bool view_row_gone(const struct kind *kind, const struct snapshot *s, const void *row);

void view_move(struct view *v, const struct snapshot *s, long by);    // clamped
void view_select(struct view *v, const struct snapshot *s, size_t row); // clamped
bool view_find(struct view *v, const struct snapshot *s, const struct identity *identity);
void view_sort(struct view *v, const struct snapshot *s, const struct column *column,
               bool descending);

// Sorts by a column in its own direction; by the same one again: the other way round.
void session_sort(struct session *s, const struct column *column);
bool session_tab(struct session *s, size_t tab); // false: that tab does not exist
// Opens a table above the present one. False: no such kind, or too deep.
bool session_push(struct session *s, enum kind_id kind, const struct identity *parent,
                  const char *path);
bool session_pop(struct session *s); // false: at the top
void session_enter(struct session *s); // Enter on the selected row

// The next row, from the one after `from` on (before it: `backwards`), any of whose cells shown
// contains `text`; wraps around. False: none.
bool view_search(const struct view *v, const struct snapshot *s, const char *text, size_t from,
                 bool backwards, size_t *row);

#endif
