#include "ui/theme.h"

#define COLOR(f, ...)                                                                              \
    {                                                                                              \
        .fg = THEME_##f, .bg = THEME_DEFAULT, __VA_ARGS__                                          \
    }
#define MONO(a)                                                                                    \
    {                                                                                              \
        .fg = THEME_DEFAULT, .bg = THEME_DEFAULT, .attributes = (a)                                \
    }
#define BLACK_ON(b, a)                                                                             \
    {                                                                                              \
        .fg = THEME_BLACK, .bg = THEME_##b, .attributes = (a)                                      \
    }

// Bars across the screen (selection, titles) and keys are reverse without colours; what is wrong is
// bold. Dim is not relied on: terminals without it show plain text, which loses nothing.
static const struct {
    struct look color, mono;
} looks[STYLE_COUNT] = {
    [STYLE_PLAIN] = {COLOR(DEFAULT), MONO(0)},
    [STYLE_DIM] = {COLOR(DEFAULT, .attributes = THEME_DIM), MONO(THEME_DIM)},
    [STYLE_TITLE] = {BLACK_ON(GREEN, 0), MONO(THEME_REVERSE)},
    [STYLE_SORTED] = {BLACK_ON(CYAN, 0), MONO(THEME_REVERSE | THEME_BOLD)},
    [STYLE_SELECTED] = {BLACK_ON(CYAN, 0), MONO(THEME_REVERSE)},
    [STYLE_TAGGED] = {COLOR(YELLOW, .attributes = THEME_BOLD), MONO(THEME_BOLD)},
    [STYLE_NEW] = {COLOR(GREEN, .attributes = THEME_BOLD), MONO(THEME_BOLD)},
    [STYLE_GOOD] = {COLOR(GREEN), MONO(0)},
    [STYLE_WARNING] = {COLOR(YELLOW, .attributes = THEME_BOLD), MONO(THEME_BOLD)},
    [STYLE_CRITICAL] = {COLOR(RED, .attributes = THEME_BOLD), MONO(THEME_BOLD | THEME_UNDERLINE)},
    [STYLE_LABEL] = {COLOR(CYAN), MONO(0)},
    [STYLE_KEY] = {BLACK_ON(CYAN, 0), MONO(THEME_REVERSE)},
    [STYLE_TAB] = {BLACK_ON(GREEN, 0), MONO(THEME_REVERSE | THEME_BOLD)},
    [STYLE_PROMPT] = {COLOR(DEFAULT, .attributes = THEME_BOLD), MONO(THEME_BOLD)},
};

const struct look *theme_look(enum style style, bool color)
{
    if ((unsigned)style >= STYLE_COUNT)
        style = STYLE_PLAIN;
    return color ? &looks[style].color : &looks[style].mono;
}
