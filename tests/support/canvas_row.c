#include "support/canvas_row.h"

#include "base/memory.h"
#include "base/text.h"

char *canvas_row(const struct canvas *c, int y)
{
    char *text = mem_alloc((size_t)c->w * 4 + 1), *end = text, *last = text;

    if (y >= 0 && y < c->h) {
        for (int x = 0; x < c->w; x++) {
            uint32_t code = c->cells[(size_t)y * (size_t)c->w + (size_t)x].code;
            if (code == 0)
                continue;
            end += text_encode(code, end);
            if (code != ' ')
                last = end;
        }
    }
    *last = 0;
    return text;
}
