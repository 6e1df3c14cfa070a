// Text over several lines, broken at blanks; a word wider than the line is broken within.
#ifndef IPCTOP_UI_CANVAS_WRAP_H
#define IPCTOP_UI_CANVAS_WRAP_H

#include "ui/canvas/canvas.h"

// One line of `text` that fits w columns: returns its bytes, *next where the following line
// begins. A newline ends a line. Goes on at least by a character: text[*next] is 0 at the end.
size_t wrap_next(const struct canvas *canvas, const char *text, int w, size_t *next);

// Lines that a text takes; the second and later ones of a paragraph are indented to stand under
// its first words, or under what follows its first wide gap ("key    what it does").
int wrap_lines(const struct canvas *canvas, const char *text, int w);

// Draws from line `from` on (0 the first) into r; returns the lines drawn.
int wrap_draw(struct canvas *canvas, struct rect r, enum style style, const char *text, int from);

#endif
