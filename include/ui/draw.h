// Draws a session on a canvas: the whole screen from its parts. No terminal, no I/O.
#ifndef IPCTOP_UI_DRAW_H
#define IPCTOP_UI_DRAW_H

#include "session/session.h"
#include "ui/canvas/canvas.h"
#include "ui/parts/layout.h"

void draw_session(struct canvas *canvas, struct session *session);

// Where the parts of that screen are.
void draw_layout(const struct canvas *canvas, struct session *session, struct layout *layout);

// Where a mouse event fell, for the session: fills event->key with what it means where that is a
// key (a tab, a function key, Enter for a double click); else moves the selection or sorts by
// itself and leaves K_NONE. A wheel over a prompt stays K_MOUSE: the prompt scrolls.
void draw_mouse(const struct canvas *canvas, struct session *session, struct key_event *event);

#endif
