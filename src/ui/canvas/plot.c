#include "ui/canvas/plot.h"

enum { LEVELS = 8 };

static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const ascii[LEVELS] = {"_", ".", "-", ":", "=", "+", "*", "#"};

void plot_draw(struct canvas *c, int x, int y, int w, enum style style, const float *values,
               size_t n)
{
    size_t shown = n < (size_t)(w > 0 ? w : 0) ? n : (size_t)(w > 0 ? w : 0);
    float least = 0, most = 0;

    values += n - shown;
    x += w - (int)shown;
    for (size_t i = 0; i < shown; i++) {
        least = !i || values[i] < least ? values[i] : least;
        most = !i || values[i] > most ? values[i] : most;
    }
    for (size_t i = 0; i < shown; i++) {
        int level =
            most > least ? (int)((values[i] - least) / (most - least) * (LEVELS - 1) + 0.5F) : 0;
        canvas_text(c, x + (int)i, y, 1, style, (c->ascii ? ascii : blocks)[level]);
    }
}
