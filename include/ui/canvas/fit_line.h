// One line made of pieces, of which the less important ones give way on a narrow screen.
#ifndef IPCTOP_UI_CANVAS_FIT_LINE_H
#define IPCTOP_UI_CANVAS_FIT_LINE_H

#include "ui/canvas/canvas.h"

enum { PIECES_MAX = 16 };

struct piece {
    const char *label; // static, drawn before the text in STYLE_LABEL; NULL: none
    char text[320];
    enum style style;
    int drop; // leaves from the highest number on; 0 never
};

struct fit_line { // zero it before use
    struct piece at[PIECES_MAX];
    size_t n;
};

// Empty pieces, and those beyond PIECES_MAX, are left out.
void fit_line_add(struct fit_line *pieces, int drop, enum style style, const char *label,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

// Columns all pieces take with `gap` blanks between two of them.
int fit_line_width(const struct canvas *canvas, const struct fit_line *pieces, int gap);

// Drops what does not fit `w` columns and draws the rest from x on; returns the columns used.
int fit_line_draw(struct canvas *canvas, int x, int y, int w, int gap, struct fit_line *pieces);

#endif
