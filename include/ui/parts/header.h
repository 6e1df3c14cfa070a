// The top of the screen: the machine, gauges of use against the kernel's limits, what is wrong.
#ifndef IPCTOP_UI_PARTS_HEADER_H
#define IPCTOP_UI_PARTS_HEADER_H

#include "session/session.h"
#include "ui/canvas/canvas.h"

// r.h is 4 (all of it), 1 (the gist of it in a line), or 0. Draws nothing before the first picture
// but the program's name.
void header_draw(struct canvas *canvas, struct rect r, const struct session *session);

// "! 3 findings  removed but held: …", one line.
void header_findings(struct canvas *canvas, struct rect r, const struct snapshot *snapshot);

#endif
