#include "ui/canvas/fit_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fit_line_add(struct fit_line *pieces, int drop, enum style style, const char *label,
                  const char *format, ...)
{
    va_list args;

    if (pieces->n == PIECES_MAX)
        return;
    struct piece *piece = &pieces->at[pieces->n];
    *piece = (struct piece){.label = label, .style = style, .drop = drop};
    va_start(args, format);
    vsnprintf(piece->text, sizeof piece->text, format, args);
    va_end(args);
    if (piece->text[0])
        pieces->n++;
}

static int piece_width(const struct canvas *canvas, const struct piece *piece)
{
    int label = piece->label ? canvas_width(canvas, piece->label) + 1 : 0;

    return label + canvas_width(canvas, piece->text);
}

int fit_line_width(const struct canvas *canvas, const struct fit_line *pieces, int gap)
{
    int width = 0;

    for (size_t i = 0; i < pieces->n; i++)
        width += piece_width(canvas, &pieces->at[i]) + (i > 0 ? gap : 0);
    return width;
}

static bool drop_one(struct fit_line *pieces)
{
    size_t worst = 0;

    for (size_t i = 1; i < pieces->n; i++) {
        if (pieces->at[i].drop >= pieces->at[worst].drop)
            worst = i;
    }
    if (pieces->n == 0 || pieces->at[worst].drop == 0)
        return false;
    memmove(&pieces->at[worst], &pieces->at[worst + 1],
            (pieces->n - worst - 1) * sizeof pieces->at[0]);
    pieces->n--;
    return true;
}

int fit_line_draw(struct canvas *canvas, int x, int y, int w, int gap, struct fit_line *pieces)
{
    int used = 0;

    while (fit_line_width(canvas, pieces, gap) > w && drop_one(pieces))
        ;
    for (size_t i = 0; i < pieces->n && used < w; i++) {
        const struct piece *piece = &pieces->at[i];
        used += i > 0 ? gap : 0;
        if (piece->label) {
            used += canvas_text(canvas, x + used, y, w - used, STYLE_LABEL, piece->label);
            used += 1;
        }
        used += canvas_text(canvas, x + used, y, w - used, piece->style, piece->text);
    }
    return used < w ? used : w;
}
