// What each style looks like: a pure table. The terminal's own background is kept wherever a style
// does not need one; eight colours suffice, and without colours bold and reverse carry the meaning.
#ifndef IPCTOP_UI_CANVAS_THEME_H
#define IPCTOP_UI_CANVAS_THEME_H

#include "store/scheme.h"
#include "ui/canvas/canvas.h"

// The numbers are those of ANSI X3.64, and of every terminal with eight colours.
enum theme_color {
    THEME_DEFAULT = -1,
    THEME_BLACK,
    THEME_RED,
    THEME_GREEN,
    THEME_YELLOW,
    THEME_BLUE,
    THEME_MAGENTA,
    THEME_CYAN,
    THEME_WHITE
};

enum { THEME_BOLD = 1, THEME_DIM = 2, THEME_REVERSE = 4, THEME_UNDERLINE = 8 };

struct look {
    int8_t fg, bg; // enum theme_color
    uint8_t attributes;
    uint8_t rich; // instead of fg where there are 256 colours, as xterm numbers them; 0: fg
};

// Always a valid look; in SCHEME_MONO both colours are THEME_DEFAULT.
const struct look *theme_look(enum style style, enum scheme scheme);

#endif
