// A line of text being edited (session/prompt/edit.h), with the terminal's cursor at its caret.
#ifndef IPCTOP_UI_CANVAS_INPUT_H
#define IPCTOP_UI_CANVAS_INPUT_H

#include "ui/canvas/canvas.h"

struct input {
    const char *text;
    size_t caret; // offset in it
    size_t wrong; // what stands behind this offset is marked; beyond the end: nothing is
    enum style style;
};

// In w columns of row y. Text that is too long scrolls by halves of the field, so that there is
// something to see on both sides of the caret. Returns the columns used.
int input_draw(struct canvas *canvas, int x, int y, int w, const struct input *input);

#endif
