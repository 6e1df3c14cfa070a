#include "ui/canvas/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

// What a symbol is called in UTF-8, its code point, and what stands for it where the terminal
// shows ASCII alone. One column each, both ways: a layout is the same in both.
static const struct {
    const char *utf8;
    uint32_t code;
    char ascii[2];
    // clang-format off
} symbols[] = {
    [SYM_HLINE] = {"─", 0x2500, "-"},    [SYM_VLINE] = {"│", 0x2502, "|"},
    [SYM_TL] = {"┌", 0x250c, "+"},       [SYM_TR] = {"┐", 0x2510, "+"},
    [SYM_BL] = {"└", 0x2514, "+"},       [SYM_BR] = {"┘", 0x2518, "+"},
    [SYM_DOWN] = {"▾", 0x25be, "v"},     [SYM_UP] = {"▴", 0x25b4, "^"},
    [SYM_BULLET] = {"●", 0x25cf, "*"},   [SYM_SEPARATOR] = {"│", 0x2502, "|"},
    [SYM_ELLIPSIS] = {"…", 0x2026, "~"}, [SYM_TIMES] = {"×", 0xd7, "*"},
    [SYM_DOT] = {"·", 0xb7, "-"},        [SYM_PATH] = {"›", 0x203a, ">"},
    [SYM_LEFT] = {"‹", 0x2039, "<"},     [SYM_BAR] = {"|", '|', "|"},
};
// clang-format on
enum { N_SYMBOLS = sizeof symbols / sizeof symbols[0] };

const char *symbol_text(enum symbol symbol, bool ascii)
{
    return ascii ? symbols[symbol].ascii : symbols[symbol].utf8;
}

// The one place where text meets an ASCII screen: the model's own signs have stand-ins, whatever
// else is foreign becomes '?'.
static uint32_t to_ascii(uint32_t code)
{
    if (code < 0x80)
        return code;
    for (size_t i = 0; i < N_SYMBOLS; i++) {
        if (symbols[i].code == code)
            return (uint32_t)symbols[i].ascii[0];
    }
    return '?';
}

void canvas_resize(struct canvas *c, int w, int h)
{
    c->w = w > 0 ? w : 0;
    c->h = h > 0 ? h : 0;
    c->cells = mem_resize(c->cells, (size_t)c->w * (size_t)c->h, sizeof *c->cells);
    c->cursor_x = c->cursor_y = -1;
    for (size_t i = 0; i < (size_t)c->w * (size_t)c->h; i++)
        c->cells[i] = (struct glyph){.code = ' ', .style = STYLE_PLAIN};
}

void canvas_free(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){.cursor_x = -1, .cursor_y = -1};
}

static struct rect clip(const struct canvas *c, struct rect r)
{
    int right = r.w > c->w - r.x ? c->w : r.x + r.w;
    int bottom = r.h > c->h - r.y ? c->h : r.y + r.h;

    r.x = r.x > 0 ? r.x : 0;
    r.y = r.y > 0 ? r.y : 0;
    r.w = right > r.x ? right - r.x : 0;
    r.h = bottom > r.y ? bottom - r.y : 0;
    return r;
}

// Half a wide character cannot stay: overwriting one half blanks the other.
static void put(struct canvas *c, int x, int y, enum style style, uint32_t code)
{
    struct glyph *row = &c->cells[(size_t)y * (size_t)c->w];

    if (code != 0 && row[x].code == 0 && x > 0)
        row[x - 1].code = ' ';
    if (x + 1 < c->w && row[x + 1].code == 0)
        row[x + 1].code = ' ';
    row[x] = (struct glyph){.code = code, .style = (uint8_t)style};
}

void canvas_clear(struct canvas *c, struct rect r, enum style style)
{
    r = clip(c, r);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++)
            put(c, x, y, style, ' ');
    }
}

uint32_t canvas_next(const struct canvas *c, const char **text, int *width)
{
    enum { MOST = 4 }; // bytes of a character
    uint32_t code;
    size_t step = text_decode(*text, strnlen(*text, MOST), &code);

    code = step ? code : '?';
    *text += step ? step : 1;
    *width = c->ascii ? 1 : most(text_char_width(code), 0);
    return code;
}

int canvas_width(const struct canvas *c, const char *text)
{
    int all = 0, width;

    while (*text) {
        canvas_next(c, &text, &width);
        all += width;
    }
    return all;
}

// Draws whole characters within [x, x + w) as they come; returns the columns used.
static int draw(struct canvas *c, int x, int y, int w, enum style style, const char *text)
{
    int used = 0, width;

    while (*text) {
        uint32_t code = canvas_next(c, &text, &width);
        if (width == 0) // a combining mark has no cell of its own
            continue;
        if (used + width > w)
            break;
        int at = x + used;
        used += width;
        if (y < 0 || y >= c->h || at < 0 || at + width > c->w)
            continue;
        put(c, at, y, style, c->ascii ? to_ascii(code) : code);
        if (width == 2)
            put(c, at + 1, y, style, 0);
    }
    return used;
}

int canvas_text(struct canvas *c, int x, int y, int w, enum style style, const char *text)
{
    if (w <= 0)
        return 0;
    if (canvas_width(c, text) <= w)
        return draw(c, x, y, w, style, text);
    int used = draw(c, x, y, w - 1, style, text);
    return used + canvas_symbol(c, x + used, y, style, SYM_ELLIPSIS);
}

int canvas_right(struct canvas *c, int x, int y, int w, enum style style, const char *text)
{
    int width = canvas_width(c, text);

    if (width >= w)
        return canvas_text(c, x, y, w, style, text);
    return canvas_text(c, x + w - width, y, width, style, text);
}

int canvas_format(struct canvas *c, int x, int y, int w, enum style style, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return n < 0 ? 0 : canvas_text(c, x, y, w, style, text);
}

int canvas_symbol(struct canvas *c, int x, int y, enum style style, enum symbol symbol)
{
    return draw(c, x, y, 1, style, symbol_text(symbol, c->ascii));
}

void canvas_frame(struct canvas *c, struct rect r, enum style style, const char *title)
{
    int right = r.x + r.w - 1, bottom = r.y + r.h - 1;

    if (r.w < 2 || r.h < 2)
        return;
    for (int x = r.x + 1; x < right; x++) {
        canvas_symbol(c, x, r.y, style, SYM_HLINE);
        canvas_symbol(c, x, bottom, style, SYM_HLINE);
    }
    for (int y = r.y + 1; y < bottom; y++) {
        canvas_symbol(c, r.x, y, style, SYM_VLINE);
        canvas_symbol(c, right, y, style, SYM_VLINE);
    }
    canvas_symbol(c, r.x, r.y, style, SYM_TL);
    canvas_symbol(c, right, r.y, style, SYM_TR);
    canvas_symbol(c, r.x, bottom, style, SYM_BL);
    canvas_symbol(c, right, bottom, style, SYM_BR);
    if (title && title[0] && r.w >= 8) {
        int used = canvas_text(c, r.x + 3, r.y, r.w - 6, style, title);
        canvas_text(c, r.x + 2, r.y, 1, style, " ");
        canvas_text(c, r.x + 3 + used, r.y, 1, style, " ");
    }
}

void canvas_style(struct canvas *c, struct rect r, enum style style)
{
    r = clip(c, r);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++)
            c->cells[(size_t)y * (size_t)c->w + (size_t)x].style = (uint8_t)style;
    }
}
