#include "ui/canvas/theme.h"

// Colours, the terminal's own background; ON: on a background of that colour.
#define COLOR(f, a)                                                                                \
    {                                                                                              \
        .fg = THEME_##f, .bg = THEME_DEFAULT, .attributes = (a)                                    \
    }
// RICH: one of 256 colours, where there are so many.
#define RICH(n, f, a)                                                                              \
    {                                                                                              \
        .fg = THEME_##f, .bg = THEME_DEFAULT, .attributes = (a), .rich = (n)                       \
    }
#define ON(b, f, a)                                                                                \
    {                                                                                              \
        .fg = THEME_##f, .bg = THEME_##b, .attributes = (a)                                        \
    }

// What is written on the terminal's own background is legible on black and on white: a test computes
// the contrast. Of the eight colours red and magenta alone are.
enum { ORANGE = 130, GREENISH = 28, TEAL = 30, REDDISH = 160, VIOLET = 133, BLUISH = 26 };
enum { BOLD = THEME_BOLD, DIM = THEME_DIM, LINE = THEME_UNDERLINE, REVERSE = THEME_REVERSE };

// clang-format off
static const struct look looks[SCHEME_COUNT][STYLE_COUNT] = {
    [SCHEME_DEFAULT] = {
        [STYLE_PLAIN] = COLOR(DEFAULT, 0),
        [STYLE_DIM] = COLOR(DEFAULT, DIM),
        [STYLE_TITLE] = ON(GREEN, BLACK, 0),
        [STYLE_SORTED] = ON(CYAN, BLACK, 0),
        [STYLE_SELECTED] = ON(CYAN, BLACK, 0),
        [STYLE_TAGGED] = RICH(VIOLET, MAGENTA, 0),
        [STYLE_NEW] = RICH(GREENISH, DEFAULT, BOLD),
        [STYLE_GOOD] = RICH(GREENISH, DEFAULT, 0),
        [STYLE_WARNING] = RICH(ORANGE, MAGENTA, BOLD),
        [STYLE_CRITICAL] = RICH(REDDISH, RED, BOLD),
        [STYLE_LABEL] = RICH(TEAL, DEFAULT, 0),
        [STYLE_KEY] = ON(CYAN, BLACK, 0),
        [STYLE_TAB] = ON(GREEN, BLACK, 0),
        [STYLE_PROMPT] = COLOR(DEFAULT, BOLD),
    },
    // Blue instead of green: calmer on white paper.
    [SCHEME_LIGHT] = {
        [STYLE_PLAIN] = COLOR(DEFAULT, 0),
        [STYLE_DIM] = COLOR(DEFAULT, DIM),
        [STYLE_TITLE] = ON(BLUE, WHITE, 0),
        [STYLE_SORTED] = ON(MAGENTA, WHITE, 0),
        [STYLE_SELECTED] = ON(CYAN, BLACK, 0),
        [STYLE_TAGGED] = RICH(VIOLET, MAGENTA, 0),
        [STYLE_NEW] = RICH(BLUISH, DEFAULT, BOLD),
        [STYLE_GOOD] = RICH(BLUISH, DEFAULT, 0),
        [STYLE_WARNING] = RICH(ORANGE, MAGENTA, BOLD),
        [STYLE_CRITICAL] = RICH(REDDISH, RED, BOLD),
        [STYLE_LABEL] = RICH(BLUISH, DEFAULT, 0),
        [STYLE_KEY] = ON(BLUE, WHITE, 0),
        [STYLE_TAB] = ON(BLUE, WHITE, 0),
        [STYLE_PROMPT] = COLOR(DEFAULT, BOLD),
    },
    // Whole cells in black and one strong colour: what is wrong is seen without reading it.
    [SCHEME_CONTRAST] = {
        [STYLE_PLAIN] = COLOR(DEFAULT, 0),
        [STYLE_DIM] = COLOR(DEFAULT, 0),
        [STYLE_TITLE] = ON(WHITE, BLACK, 0),
        [STYLE_SORTED] = ON(YELLOW, BLACK, LINE),
        [STYLE_SELECTED] = ON(YELLOW, BLACK, 0),
        [STYLE_TAGGED] = COLOR(DEFAULT, BOLD | LINE),
        [STYLE_NEW] = COLOR(DEFAULT, BOLD),
        [STYLE_GOOD] = COLOR(DEFAULT, 0),
        [STYLE_WARNING] = ON(YELLOW, BLACK, 0), // bold black is grey on many
        [STYLE_CRITICAL] = ON(RED, WHITE, BOLD),
        [STYLE_LABEL] = COLOR(DEFAULT, BOLD),
        [STYLE_KEY] = ON(WHITE, BLACK, 0),
        [STYLE_TAB] = ON(YELLOW, BLACK, 0),
        [STYLE_PROMPT] = COLOR(DEFAULT, BOLD),
    },
    // Bars across the screen and keys are reverse; what is wrong is bold. Dim is not relied on:
    // terminals without it show plain text, which loses nothing.
    [SCHEME_MONO] = {
        [STYLE_PLAIN] = COLOR(DEFAULT, 0),
        [STYLE_DIM] = COLOR(DEFAULT, DIM),
        [STYLE_TITLE] = COLOR(DEFAULT, REVERSE),
        [STYLE_SORTED] = COLOR(DEFAULT, REVERSE | BOLD),
        [STYLE_SELECTED] = COLOR(DEFAULT, REVERSE),
        [STYLE_TAGGED] = COLOR(DEFAULT, BOLD),
        [STYLE_NEW] = COLOR(DEFAULT, BOLD),
        [STYLE_GOOD] = COLOR(DEFAULT, 0),
        [STYLE_WARNING] = COLOR(DEFAULT, BOLD),
        [STYLE_CRITICAL] = COLOR(DEFAULT, BOLD | LINE),
        [STYLE_LABEL] = COLOR(DEFAULT, 0),
        [STYLE_KEY] = COLOR(DEFAULT, REVERSE),
        [STYLE_TAB] = COLOR(DEFAULT, REVERSE | BOLD),
        [STYLE_PROMPT] = COLOR(DEFAULT, BOLD),
    },
};
// clang-format on

const struct look *theme_look(enum style style, enum scheme scheme)
{
    if ((unsigned)style >= STYLE_COUNT)
        style = STYLE_PLAIN;
    if ((unsigned)scheme >= SCHEME_COUNT)
        scheme = SCHEME_DEFAULT;
    return &looks[scheme][style];
}
