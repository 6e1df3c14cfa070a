// Everything known of one row, as label and value, flowing over lines: what a view was entered
// from stands above its rows, the selected row's details below them.
#ifndef IPCTOP_UI_PARTS_DETAILS_H
#define IPCTOP_UI_PARTS_DETAILS_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

struct detail {
    char label[24]; // empty: the value is a line of its own
    char *value;    // owned
    enum style style;
};

struct details { // zero it before use
    struct detail *at;
    size_t n, cap;
    size_t facts;     // of them: label and value; lines of their own follow
    bool last_counts; // where there is no room for all lines, the first give way
};

// What stands above the rows of a drilled-down view: facts of the parent, then the accounting of a
// segment's attachments. Empty for a tab's view.
void details_above(struct details *out, struct session *session);
// All there is to say about the selected row. Empty without one.
void details_below(struct details *out, struct session *session);
// What the pane says about the selected row: facts without what its lists show, then notes.
void details_pane(struct details *out, struct session *session);
// What is wrong with a row, and what to do about it.
void details_findings(struct details *out, const struct snapshot *s, struct identity row);
void details_free(struct details *details);

// Lines needed at a width.
int details_lines(const struct canvas *canvas, const struct details *details, int w);
int details_own_lines(const struct canvas *canvas, const struct details *details,
                      int w); // behind the facts
// Facts give way to the lines of their own where the rectangle is lower than all of them.
void details_draw(struct canvas *canvas, struct rect r, const struct details *details);

#endif
