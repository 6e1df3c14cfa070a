// Sparklines: one cell a sample, the newest at the right.
#ifndef IPCTOP_UI_CANVAS_PLOT_H
#define IPCTOP_UI_CANVAS_PLOT_H

#include "ui/canvas/canvas.h"

// The last samples that fit w cells, right-aligned, between the least and the largest of them: what
// does not change is a line at the bottom.
void plot_draw(struct canvas *canvas, int x, int y, int w, enum style style, const float *values,
               size_t n);

#endif
