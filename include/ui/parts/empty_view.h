// A view without rows: why there is nothing to see, and where there is something instead.
#ifndef IPCTOP_UI_PARTS_EMPTY_VIEW_H
#define IPCTOP_UI_PARTS_EMPTY_VIEW_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

void empty_view_draw(struct canvas *canvas, struct rect r, struct session *session);

#endif
