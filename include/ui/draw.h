// Draws a session on a canvas: the whole screen from its parts. No terminal, no I/O.
#ifndef IPCTOP_UI_DRAW_H
#define IPCTOP_UI_DRAW_H

#include "app/session.h"
#include "ui/canvas.h"

void draw_session(struct canvas *canvas, struct session *session);

// Where a mouse event fell, for the session: fills event->key with what it means where that is a
// key (a tab, a function key), moves the selection or sorts otherwise.
void draw_mouse(const struct canvas *canvas, struct session *session, struct key_event *event);

#endif
