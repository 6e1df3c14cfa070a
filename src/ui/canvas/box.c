#include "ui/canvas/box.h"

struct rect box_place(const struct canvas *c, int w, int lines)
{
    struct rect r = {.w = w < c->w ? w : c->w, .h = lines + 2 < c->h ? lines + 2 : c->h};

    r.x = (c->w - r.w) / 2;
    r.y = (c->h - r.h) / 2;
    return r;
}

struct rect box_inner(struct rect r)
{
    return (struct rect){r.x + 2, r.y + 1, r.w - 4, r.h - 2};
}

void box_draw(struct canvas *c, struct rect r, const char *title)
{
    canvas_clear(c, r, STYLE_PLAIN);
    canvas_frame(c, r, STYLE_PROMPT, title);
}

// That there is more above or below, on the frame's right edge.
void box_more(struct canvas *c, struct rect r, bool above, bool below)
{
    if (above)
        canvas_symbol(c, r.x + r.w - 1, r.y + 1, STYLE_KEY, SYM_UP);
    if (below)
        canvas_symbol(c, r.x + r.w - 1, r.y + r.h - 2, STYLE_KEY, SYM_DOWN);
}
