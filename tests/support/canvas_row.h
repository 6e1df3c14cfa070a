// A row of a canvas as text.
#ifndef IPCTOP_TESTS_CANVAS_ROW_H
#define IPCTOP_TESTS_CANVAS_ROW_H

#include "ui/canvas/canvas.h"

// As UTF-8, trailing blanks cut. Caller frees.
char *canvas_row(const struct canvas *c, int y);

#endif
