#include "ui/canvas/wrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

size_t wrap_next(const struct canvas *c, const char *text, int w, size_t *next)
{
    size_t at = 0, blank = 0;
    int used = 0, width;

    while (text[at] && text[at] != '\n') {
        const char *next_at = text + at;
        canvas_next(c, &next_at, &width);
        if (used + width > w && at > 0)
            break;
        if (text[at] == ' ' && used > 0)
            blank = at;
        used += width;
        at = (size_t)(next_at - text);
    }
    if (!text[at] || text[at] == '\n') {
        *next = at + (text[at] == '\n');
        return at;
    }
    if (text[at] == ' ')
        blank = at;
    else if (blank == 0 || strspn(text, " ") >= blank) // nothing to break at but the indentation
        blank = at;
    *next = blank + strspn(text + blank, " ");
    while (blank > 0 && text[blank - 1] == ' ')
        blank--;
    return blank;
}

// Where the later lines of a paragraph begin: under its first words, or after its first wide gap.
static int hang(const char *text, int w)
{
    size_t end = strcspn(text, "\n"), lead = strspn(text, " ");

    for (size_t at = lead; at + 2 < end; at++) {
        if (text[at] != ' ' || text[at + 1] != ' ')
            continue;
        size_t after = at + strspn(text + at, " ");
        if (after < end && (int)after <= w / 2)
            return (int)after;
        break;
    }
    return (int)lead + 2 <= w / 2 ? (int)lead + (lead > 0 ? 2 : 0) : 0;
}

// Calls for each line; draws those from `from` on where r is high enough. Returns all lines where
// not drawing, else the lines drawn.
static int each_line(struct canvas *c, struct rect r, enum style style, const char *text, int from,
                     bool draw)
{
    int line = 0, indent = 0, drawn = 0;
    int hanging = hang(text, r.w);

    while (*text && (!draw || drawn < r.h)) {
        size_t next, length = wrap_next(c, text, r.w - indent > 0 ? r.w - indent : 1, &next);
        if (draw && line >= from) {
            char *copy = mem_format("%.*s", (int)length, text);
            canvas_text(c, r.x + indent, r.y + drawn++, r.w - indent, style, copy);
            free(copy);
        }
        line++;
        bool paragraph = next > 0 && text[next - 1] == '\n';
        text += next;
        if (paragraph)
            hanging = hang(text, r.w);
        indent = paragraph ? 0 : hanging;
    }
    return draw ? drawn : line;
}

int wrap_lines(const struct canvas *canvas, const char *text, int w)
{
    struct canvas measure = *canvas; // nothing is drawn on it

    return each_line(&measure, (struct rect){0, 0, w > 0 ? w : 1, 0}, STYLE_PLAIN, text, 0, false);
}

int wrap_draw(struct canvas *canvas, struct rect r, enum style style, const char *text, int from)
{
    if (r.w <= 0 || r.h <= 0)
        return 0;
    return each_line(canvas, r, style, text, from, true);
}
