#include "ui/prompts/prompts.h"

#include "ui/canvas/box.h"

enum { MENU_MIN = 28 };

static const char *mark_text(enum item_mark mark)
{
    return mark == ITEM_ON ? "[x] " : mark == ITEM_OFF ? "[ ] " : "";
}

static const char *hint(const struct prompt *prompt)
{
    return prompt->hint ? prompt->hint : "Enter choose  Esc back";
}

static struct rect menu_box(const struct canvas *c, const struct prompt *prompt)
{
    int w = canvas_width(c, prompt->title) + 8, bottom = canvas_width(c, hint(prompt)) + 6;

    w = bottom > w ? bottom : w;
    for (size_t i = 0; i < prompt->menu.n; i++) {
        const struct menu_item *at = &prompt->menu.at[i];
        int item = canvas_width(c, mark_text(at->mark)) + canvas_width(c, at->label) + 6;
        w = item > w ? item : w;
    }
    w = w > MENU_MIN ? w : MENU_MIN;
    return box_place(c, w < BOX_WIDTH ? w : BOX_WIDTH, (int)prompt->menu.n + 1);
}

void prompt_menu(struct canvas *c, struct prompt *prompt)
{
    struct rect r = menu_box(c, prompt), in = box_inner(r);
    size_t page = in.h > 1 ? (size_t)in.h - 1 : 1, n = prompt->menu.n;

    prompt->page = page;
    if (prompt->cursor < prompt->top)
        prompt->top = prompt->cursor;
    if (prompt->cursor >= prompt->top + page)
        prompt->top = prompt->cursor - page + 1;
    if (prompt->top + page > n)
        prompt->top = n > page ? n - page : 0;
    box_draw(c, r, prompt->title);
    for (size_t i = 0; i < page && prompt->top + i < n; i++) {
        struct rect line = {in.x - 1, in.y + (int)i, in.w + 2, 1};
        const struct menu_item *item = &prompt->menu.at[prompt->top + i];
        int used = canvas_text(c, in.x, line.y, in.w, STYLE_PLAIN, mark_text(item->mark));
        canvas_text(c, in.x + used, line.y, in.w - used, STYLE_PLAIN, item->label);
        if (prompt->top + i == prompt->cursor)
            canvas_style(c, line, STYLE_SELECTED);
    }
    box_more(c, r, prompt->top > 0, prompt->top + page < n);
    int y = in.y + in.h - 1;
    if (prompt->error[0])
        canvas_text(c, in.x, y, in.w, STYLE_CRITICAL, prompt->error);
    else if (prompt->text[0])
        canvas_text(c, in.x, y, in.w, STYLE_PROMPT, prompt->text);
    else
        canvas_text(c, in.x, y, in.w, STYLE_DIM, hint(prompt));
}

bool prompt_menu_at(const struct canvas *canvas, const struct prompt *prompt, int x, int y,
                    size_t *item)
{
    struct rect in = box_inner(menu_box(canvas, prompt));

    if (x < in.x - 1 || x > in.x + in.w || y < in.y || y >= in.y + (int)prompt->page)
        return false;
    *item = prompt->top + (size_t)(y - in.y);
    return *item < prompt->menu.n;
}
