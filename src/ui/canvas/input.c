#include "ui/canvas/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

// Columns of what stands between two offsets.
static int width(const struct canvas *c, const char *text, size_t from, size_t to)
{
    char *part = mem_format("%.*s", (int)(to - from), text + from);
    int columns = canvas_width(c, part);

    free(part);
    return columns;
}

// The first character shown: as few halves of the field are scrolled away as bring the caret in.
static size_t first_shown(const struct canvas *c, const struct input *in, int w)
{
    int half = w / 2 > 0 ? w / 2 : 1, away = 0, last = w > 2 ? w - 2 : 0;
    size_t at = 0, length = strlen(in->text);

    if (width(c, in->text, 0, length) < w)
        return 0;
    for (int caret = width(c, in->text, 0, in->caret); caret - away > last;)
        away += half;
    while (at < in->caret && width(c, in->text, 0, at) < away) {
        uint32_t code;
        size_t step = text_decode(in->text + at, length - at, &code);
        at += step > 0 ? step : 1;
    }
    return at;
}

int input_draw(struct canvas *c, int x, int y, int w, const struct input *in)
{
    if (w <= 0)
        return 0;
    size_t first = first_shown(c, in, w), length = strlen(in->text);
    int used = canvas_text(c, x, y, w, in->style, in->text + first);

    if (in->wrong < length) {
        int at = in->wrong > first ? width(c, in->text, first, in->wrong) : 0;
        if (at < used)
            canvas_style(c, (struct rect){x + at, y, used - at, 1}, STYLE_CRITICAL);
    }
    if (first > 0)
        canvas_symbol(c, x, y, in->style, SYM_ELLIPSIS);
    c->cursor_x = x + width(c, in->text, first, in->caret);
    c->cursor_y = y;
    return used;
}
