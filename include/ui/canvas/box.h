// A framed box in the middle of the screen, and the signs that it holds more than it shows.
#ifndef IPCTOP_UI_CANVAS_BOX_H
#define IPCTOP_UI_CANVAS_BOX_H

#include "ui/canvas/canvas.h"

enum { BOX_WIDTH = 76 };

// As wide as wished and high enough for `lines`, both as far as the screen goes.
struct rect box_place(const struct canvas *canvas, int w, int lines);
struct rect box_inner(struct rect box); // without frame and margin
void box_draw(struct canvas *canvas, struct rect box, const char *title);
// Arrows on the right edge: there is more above, below.
void box_more(struct canvas *canvas, struct rect box, bool above, bool below);

#endif
