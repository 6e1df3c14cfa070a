// The line of tabs, or the path where something was entered; at its right what restricts the view.
#ifndef IPCTOP_UI_PARTS_TABS_H
#define IPCTOP_UI_PARTS_TABS_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

void tabs_draw(struct canvas *canvas, struct rect r, struct session *session);

// The tab drawn at column x: as kind_of_tab() counts. False: none is there.
bool tabs_at(const struct canvas *canvas, struct rect r, struct session *session, int x,
             size_t *tab);

// The part of the path drawn at column x: views below the top it stands for, 0 the tab's. False: none
// is there.
bool tabs_path_at(const struct canvas *canvas, struct rect r, struct session *session, int x,
                  size_t *depth);

#endif
