#include "ui/prompts/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "base/vector.h"
#include "ui/canvas/box.h"
#include "ui/canvas/wrap.h"

enum { GAP = 4, TWO_WIDTH = 2 * (BOX_WIDTH - 4) + GAP + 4 };

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

// How many lines from `from` on (backwards: up to it) fit the room.
static size_t fitting(const struct canvas *c, const struct line_vec *lines, struct rect r,
                      size_t from, bool backwards)
{
    size_t n = 0;
    int used = 0;

    while (n < (backwards ? from : lines->n - from)) {
        const char *line = lines->at[backwards ? from - 1 - n : from + n];
        int need = *line ? wrap_lines(c, line, r.w) : 1;
        if (used + need > r.h)
            break;
        used += need;
        n++;
    }
    return n;
}

// The same in all columns together.
static size_t fitting_all(const struct canvas *c, const struct line_vec *lines, struct rect r,
                          int columns, size_t from, bool backwards)
{
    size_t n = 0;

    for (int i = 0; i < columns; i++)
        n += fitting(c, lines, r, backwards ? from - n : from + n, backwards);
    return n;
}

// Both columns as wide as the box is alone.
static struct rect place_two(const struct canvas *c, const struct line_vec *lines)
{
    int high = 0;

    for (size_t i = 0; i < lines->n; i++)
        high += lines->at[i][0] ? wrap_lines(c, lines->at[i], BOX_WIDTH - 4) : 1;
    return box_place(c, TWO_WIDTH, high / 2 + 2);
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

// Returns the line after those that were drawn.
static size_t draw_column(struct canvas *c, struct rect in, const struct line_vec *lines,
                          size_t from)
{
    int y = in.y;
    size_t i = from;

    for (; i < lines->n && y < in.y + in.h; i++) {
        const char *line = lines->at[i];
        // Headings stand at the margin, what they are about below them is indented.
        bool heading = line[0] && line[0] != ' ' && i + 1 < lines->n && lines->at[i + 1][0] == ' ';
        struct rect rest = {in.x, y, in.w, in.y + in.h - y};
        enum style style = line[0] == '!' ? STYLE_WARNING : heading ? STYLE_PROMPT : STYLE_PLAIN;
        if (i > from && line[0] && wrap_lines(c, line, in.w) > rest.h)
            break;
        int drawn = wrap_draw(c, rest, style, line, 0);
        y += drawn > 0 ? drawn : 1;
    }
    return i;
}

void prompt_text(struct canvas *c, struct prompt *prompt)
{
    struct line_vec lines = {0};
    char *text = mem_copy_string(prompt->body ? prompt->body : "");

    split(&lines, text);
    int columns = prompt->two_columns && c->w >= TWO_WIDTH ? 2 : 1;
    struct rect box = columns == 2 ? place_two(c, &lines) : place(c, &lines), in = box_inner(box);
    in.w = columns == 2 ? (in.w - GAP) / 2 : in.w;
    size_t tail_lines = fitting_all(c, &lines, in, columns, lines.n, true);
    size_t last = lines.n - (tail_lines > 0 || lines.n == 0 ? tail_lines : 1);
    if (prompt->top > last)
        prompt->top = last;
    size_t here = fitting_all(c, &lines, in, columns, prompt->top, false);
    prompt->page = here < tail_lines ? here : tail_lines;
    prompt->page = prompt->page > 0 ? prompt->page : 1;
    box_draw(c, box, prompt->title);
    size_t next = draw_column(c, in, &lines, prompt->top);
    in.x += in.w + GAP;
    if (columns == 2)
        draw_column(c, in, &lines, next);
    box_more(c, box, prompt->top > 0, prompt->top < last);
    canvas_format(c, box.x + 2, box.y + box.h - 1, box.w - 4, STYLE_PROMPT, " %s%s ",
                  last > 0 ? "arrows scroll  " : "",
                  prompt->actions.n ? "Enter goes on  Esc leaves it" : "Esc back");
    free(text);
    vec_free(&lines);
}
