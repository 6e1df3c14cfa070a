// The pane of the selected row on a large screen: what it is, in words, its findings, what hangs on it
// (holders, waiters, elements, the objects of a finding), what happened to it last.
#ifndef IPCTOP_UI_PARTS_PANE_H
#define IPCTOP_UI_PARTS_PANE_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

// Beside the table or below it, by the shape of the rectangle, which begins with its border.
void pane_draw(struct canvas *canvas, struct rect r, struct session *session);

#endif
