// One table on screen: which rows of a picture it has, in which order, and which one is selected.
#ifndef IPCTOP_SESSION_VIEW_H
#define IPCTOP_SESSION_VIEW_H

#include "base/line.h"
#include "model/table/rows.h"
#include "store/settings.h"

enum { VIEW_COLUMNS = CONFIG_COLUMNS };

struct view {
    const struct kind *kind;
    bool has_parent;
    struct identity parent; // the object that was opened: the segment whose holders these are
    char path[96];          // its part of the tab line: "393216", "python 18811"
    char filter_text[LINE_TEXT];
    struct filter *filter; // owned; NULL: all
    bool has_owner;
    uint32_t owner;
    bool orphans;
    bool has_members;            // only the objects of a finding, as they were when it was opened
    struct identity_vec members; // a set, owned
    struct identity finding;     // which one it was
    int32_t segment;             // a holder's mappings: which segment's, while all are shown
    bool has_id;                 // --id: only this object
    int32_t id;
    const struct column *sort;
    bool descending;
    const struct arrangement *arranged; // of the session: its columns
    struct identity selected;           // the object, not the row
    bool has_selected;
    bool parent_gone;             // the parent object no longer exists
    size_t cursor;                // index of the selected row in `rows`, kept near when it vanished
    size_t top;                   // first row shown
    size_t page;                  // rows that fitted at the last drawing; set by the ui
    size_t pan;                   // columns scrolled away to the left
    uint8_t widths[VIEW_COLUMNS]; // widest text seen of each column; set by the ui. They only grow,
                                  // so that columns stay where they are from refresh to refresh
    struct rows rows;             // of the snapshot adopted last
};

// A view of `kind` with its default sort. `parent` NULL: everything.
void view_init(struct view *v, const struct kind *kind, const struct identity *parent);
void view_free(struct view *v);

struct column_choice view_columns(const struct view *v);
// Whether less is shown than there is, apart from what the view was entered from.
bool view_restricted(const struct view *v);
struct query view_query(const struct view *v);
// Whether a view of mappings shows all of the process, not those of one segment alone.
bool view_all_maps(const struct view *v);
// Whether a row of a table of objects is not in that picture, but in an older one.
bool view_row_gone(const struct kind *kind, const struct snapshot *s, const void *row);

// Rows, selection and cursor after a new picture or a change of the query.
void view_rebuild(struct view *v, const struct snapshot *s);

void view_move(struct view *v, const struct snapshot *s, long by);      // clamped
void view_select(struct view *v, const struct snapshot *s, size_t row); // clamped
bool view_find(struct view *v, const struct snapshot *s, const struct identity *identity);

// The next row after `from` (before it: `backwards`) with a shown cell that
// contains `text`; wraps around. False: none.
bool view_search(const struct view *v, const struct snapshot *s, const char *text, size_t from,
                 bool backwards, size_t *row);

#endif
