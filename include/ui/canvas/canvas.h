// A grid of styled cells to draw on: no terminal, so that screens are tested as data.
//
// All drawing clips at the rectangle given and never fails. Text is harmless UTF-8. Text that does
// not fit ends in an ellipsis. On an ASCII canvas our own signs (× ● › …) get their stand-ins
// here, in one place, and foreign characters become '?'.
#ifndef IPCTOP_UI_CANVAS_CANVAS_H
#define IPCTOP_UI_CANVAS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What text means; theme.c turns it into colours and attributes.
enum style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_TITLE,    // column headings
    STYLE_SORTED,   // the heading sorted by
    STYLE_SELECTED, // the selected row
    STYLE_TAGGED,
    STYLE_NEW, // a row that has just appeared
    STYLE_GOOD,
    STYLE_WARNING,
    STYLE_CRITICAL,
    STYLE_LABEL, // names in the header and the bar
    STYLE_KEY,   // keys on the function-key bar
    STYLE_TAB,   // the current tab
    STYLE_PROMPT,
    STYLE_COUNT
};

struct rect {
    int x, y, w, h;
};

static inline int least(int a, int b)
{
    return a < b ? a : b;
}

static inline int most(int a, int b)
{
    return a > b ? a : b;
}

struct glyph {
    uint32_t code; // 0: the right half of a wide character
    uint8_t style;
};

struct canvas {
    int w, h;
    bool ascii;             // lines, arrows and dots are drawn in ASCII
    struct glyph *cells;    // h rows of w
    int cursor_x, cursor_y; // -1: hidden
};

enum symbol {
    SYM_HLINE,
    SYM_VLINE,
    SYM_TL,
    SYM_TR,
    SYM_BL,
    SYM_BR,
    SYM_DOWN,
    SYM_UP,
    SYM_BULLET,
    SYM_SEPARATOR,
    SYM_ELLIPSIS,
    SYM_TIMES,
    SYM_DOT,
    SYM_PATH,
    SYM_LEFT,
    SYM_BAR
};

void canvas_resize(struct canvas *c, int w, int h); // also clears; zero canvas first
void canvas_free(struct canvas *c);
void canvas_clear(struct canvas *c, struct rect r, enum style style);
// Draws text at (x, y) within columns [x, x + w); returns the columns used.
int canvas_text(struct canvas *c, int x, int y, int w, enum style style, const char *text);
int canvas_right(struct canvas *c, int x, int y, int w, enum style style, const char *text);
int canvas_format(struct canvas *c, int x, int y, int w, enum style style, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
int canvas_symbol(struct canvas *c, int x, int y, enum style style, enum symbol symbol);
int canvas_width(const struct canvas *c, const char *text); // columns text takes, unclipped
// The character at *text, which is not at its end, and past it; '?' for a byte that is none. *width: its
// columns, 0 of a combining mark.
uint32_t canvas_next(const struct canvas *c, const char **text, int *width);
void canvas_frame(struct canvas *c, struct rect r, enum style style, const char *title);
void canvas_style(struct canvas *c, struct rect r, enum style style); // restyles what is there

// The text of a symbol as UTF-8 or its ASCII stand-in.
const char *symbol_text(enum symbol symbol, bool ascii);

#endif
