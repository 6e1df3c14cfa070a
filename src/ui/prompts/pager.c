#include "ui/prompts/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "ui/canvas/box.h"
#include "ui/canvas/wrap.h"

VEC(line_vec, char *);

static void split(struct line_vec *lines, char *text)
{
    for (char *at = text; *at;) {
        size_t length = strcspn(at, "\n");
        bool more = at[length];
        at[length] = '\0';
        vec_push(lines, at);
        at += length + more;
    }
}

// How many lines from `from` on (backwards: up to its end) fit the room.
static size_t fitting(const struct canvas *c, const struct line_vec *lines, struct rect r,
                      size_t from, bool backwards)
{
    size_t n = 0;
    int used = 0;

    while (n < (backwards ? lines->n : lines->n - from)) {
        const char *line = lines->at[backwards ? lines->n - 1 - n : from + n];
        int need = *line ? wrap_lines(c, line, r.w) : 1;
        if (used + need > r.h)
            break;
        used += need;
        n++;
    }
    return n;
}

// As wide as its longest line, as high as its text.
static struct rect place(const struct canvas *c, const struct line_vec *lines)
{
    int w = BOX_WIDTH, high = 0;

    for (size_t i = 0; i < lines->n; i++) {
        int width = canvas_width(c, lines->at[i]) + 4;
        w = width > w ? width : w;
    }
    w = w < c->w ? w : c->w;
    for (size_t i = 0; i < lines->n && high < c->h; i++)
        high += lines->at[i][0] ? wrap_lines(c, lines->at[i], w - 4) : 1;
    return box_place(c, w, high);
}

void prompt_text(struct canvas *c, struct prompt *prompt)
{
    struct line_vec lines = {0};
    char *text = mem_copy_string(prompt->body ? prompt->body : "");

    split(&lines, text);
    struct rect box = place(c, &lines), in = box_inner(box);
    size_t tail_lines = fitting(c, &lines, in, 0, true);
    size_t last = lines.n - (tail_lines > 0 || lines.n == 0 ? tail_lines : 1);
    if (prompt->top > last)
        prompt->top = last;
    size_t here = fitting(c, &lines, in, prompt->top, false);
    prompt->page = here < tail_lines ? here : tail_lines;
    prompt->page = prompt->page > 0 ? prompt->page : 1;
    box_draw(c, box, prompt->title);
    int y = in.y;
    for (size_t i = prompt->top; i < lines.n && y < in.y + in.h; i++) {
        const char *line = lines.at[i];
        // Headings stand at the margin, what they are about below them is indented.
        bool heading = line[0] && line[0] != ' ' && i + 1 < lines.n && lines.at[i + 1][0] == ' ';
        struct rect rest = {in.x, y, in.w, in.y + in.h - y};
        enum style style = line[0] == '!' ? STYLE_WARNING : heading ? STYLE_PROMPT : STYLE_PLAIN;
        int drawn = wrap_draw(c, rest, style, line, 0);
        y += drawn > 0 ? drawn : 1;
    }
    box_more(c, box, prompt->top > 0, prompt->top < last);
    canvas_format(c, box.x + 2, box.y + box.h - 1, box.w - 4, STYLE_PROMPT, " %s%s ",
                  last > 0 ? "arrows scroll  " : "",
                  prompt->actions.n ? "Enter goes on  Esc leaves it" : "Esc back");
    free(text);
    vec_free(&lines);
}
